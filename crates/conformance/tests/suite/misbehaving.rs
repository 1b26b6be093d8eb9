//! Servers that close, hang, flood or talk rubbish: each ends within the time limit, with a clear
//! verdict and in bounded memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conformance::run::{CaseRecord, Verdict};
use conformance::{Options, RunError, Target};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use validator::Check;

use crate::{plan, run_case, servers, target, try_run};

/// Needs no state and no credentials, so that its request is the first that the server sees.
const CASE: &str = "metastudio/batch-action/documented/400";

fn hasty(uri: &str) -> Target {
    Target {
        timeout: Duration::from_millis(300),
        ..target(uri)
    }
}

/// The case against a server that answers like this.
async fn against<F>(talk: impl Fn(TcpStream) -> F + Send + 'static) -> CaseRecord
where
    F: Future<Output = ()> + Send + 'static,
{
    run_case(CASE, &hasty(&servers::raw(talk).await), &Options::default()).await
}

/// Asserts that the case failed because no response came, for a reason that says so.
fn assert_no_response(case: &CaseRecord, says: &str) {
    assert_eq!(case.verdict, Verdict::Fail, "{case:#?}");
    let finding = &case.findings[0].finding;
    assert_eq!(finding.check, Check::ResponseReceived);
    assert_eq!(finding.requirement.as_deref(), Some("MS-BA-01"));
    assert!(finding.actual.contains(says), "{}", finding.actual);
    let step = &case.steps[0];
    assert!(step.response.is_none());
    assert_eq!(step.failure.as_deref(), Some(finding.actual.as_str()));
    let curl = step.curl.as_deref().expect("it can be sent again");
    assert!(curl.starts_with("curl "), "{curl}");
}

#[tokio::test]
async fn a_connection_that_is_closed() {
    let case = against(|stream| async move { drop(stream) }).await;
    assert_no_response(&case, "closed before the response was complete");
}

#[tokio::test]
async fn a_port_that_never_answers() {
    let case = against(|stream| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    });
    assert_no_response(&case.await, "no response within 0.3 s");
}

#[tokio::test]
async fn garbage() {
    let case = against(|mut stream| async move {
        let _ = stream.write_all(b"\x00\x01\x02 hello\r\n\r\n").await;
    });
    assert_no_response(&case.await, "not an HTTP response");
}

#[tokio::test]
async fn a_chunked_body_that_is_cut_short() {
    let case = against(|mut stream| async move {
        let head = b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"err";
        let _ = stream.write_all(head).await;
    });
    assert_no_response(&case.await, "closed before the response was complete");
}

#[tokio::test]
async fn a_body_that_drips() {
    let case = against(|mut stream| async move {
        let head = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100000\r\n\r\n";
        let _ = stream.write_all(head).await;
        let mut drip = tokio::time::interval(Duration::from_millis(10));
        while stream.write_all(b" ").await.is_ok() {
            drip.tick().await;
        }
    });
    assert_no_response(&case.await, "did not end within 0.3 s");
}

#[tokio::test]
async fn a_header_of_a_megabyte() {
    let case = against(|mut stream| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\nX-Long: ")
            .await;
        let _ = stream.write_all(&vec![b'x'; 1024 * 1024]).await;
        let _ = stream.write_all(b"\r\nContent-Length: 0\r\n\r\n").await;
    });
    assert_no_response(&case.await, "head is too large");
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_not_read_to_its_end() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let uri = servers::raw(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            let head = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 104857600\r\n\r\n";
            let _ = stream.write_all(head).await;
            let block = vec![b' '; 64 * 1024];
            for _ in 0..1600 {
                if stream.write_all(&block).await.is_err() {
                    return;
                }
                counter.fetch_add(block.len(), Ordering::Relaxed);
            }
        }
    })
    .await;
    let case = run_case(CASE, &target(&uri), &Options::default()).await;
    assert_no_response(&case, "more than 16 MiB");
    // The limit, and what the system buffers on both sides.
    assert!(sent.load(Ordering::Relaxed) < 64 * 1024 * 1024);
}

#[tokio::test]
async fn a_redirect_is_a_response_and_is_not_followed() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let uri = servers::raw(move |mut stream| {
        counter.fetch_add(1, Ordering::Relaxed);
        async move {
            let head = b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n";
            let _ = stream.write_all(head).await;
        }
    })
    .await;
    let options = Options {
        retry: false,
        ..Options::default()
    };
    let case = run_case(CASE, &hasty(&uri), &options).await;
    assert_eq!(case.verdict, Verdict::Fail, "{case:#?}");
    assert_eq!(
        case.steps[0]
            .response
            .as_ref()
            .map(|response| response.status),
        Some(302)
    );
    assert_eq!(requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_dead_port_is_no_run_at_all() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let target = target(&format!("http://{address}"));
    let error = try_run(&plan(&["**"]), &target, &Options::default())
        .await
        .expect_err("no run");
    assert!(matches!(error, RunError::Unreachable { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains(&address.to_string()) && text.contains("refused"),
        "{text}"
    );
}

#[tokio::test]
async fn an_observed_case_without_a_response_is_no_pass() {
    let uri = servers::raw(|stream| async move { drop(stream) }).await;
    let mut target = hasty(&uri);
    let states = servers::http(|_| servers::text_answer(404, "text/plain", "")).await;
    target.state_url = Some(Target::parse_url(&format!("{states}/_states")).expect("a URL"));
    let verbatim = "metastudio/batch-action/documented/200-verbatim";
    let case = run_case(verbatim, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    assert!(case.reason.is_some_and(|reason| reason.contains("closed")));
}
