//! Whether anybody listens at the target's address, asked before the first case.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::seconds;
use crate::{RunError, Target};

/// The longest wait for a connection before the first case.
const PROBE: Duration = Duration::from_secs(5);

/// Connects once.
///
/// # Errors
/// [`RunError::Unreachable`] with what the system says.
pub(super) async fn probe(target: &Target) -> Result<(), RunError> {
    let url = &target.base_url;
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(80);
    let limit = PROBE.min(target.timeout);
    match timeout(limit, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(unreachable(target, error.to_string())),
        Err(_) => {
            let reason = format!("no connection within {}", seconds(limit));
            Err(unreachable(target, reason))
        }
    }
}

/// The error that says that nobody is there.
pub(super) fn unreachable(target: &Target, reason: String) -> RunError {
    RunError::Unreachable {
        url: target.base().to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn whether_anybody_listens_is_found_out() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let target = Target::new(&format!("http://{address}/base/")).expect("a base URL");
        probe(&target).await.expect("somebody listens");
        drop(listener);
        let error = probe(&target)
            .await
            .expect_err("nobody listens")
            .to_string();
        assert!(error.contains(&format!("http://{address}/base")), "{error}");
    }
}
