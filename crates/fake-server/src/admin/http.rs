//! The admin interface on HTTP: reads a request whole, within limits, and hands it on.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::net::TcpListener;
use validator::Response;

use super::reply::Refused;
use super::{Admin, Shutdown};
use crate::Result;
use crate::engine::Engine;

/// The most bytes of a body.
const BODY: usize = 1024 * 1024;

/// The most bytes of a snapshot.
const SNAPSHOT: usize = 256 * 1024 * 1024;

/// The longest time that a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// The interface of `engine` as a router; a request to end the process goes to `shutdown`.
pub fn router(engine: Arc<Engine>, shutdown: Shutdown) -> Router {
    let admin = Arc::new(Admin::new(engine, shutdown));
    Router::new().fallback(answer).with_state(admin)
}

/// Serves the interface on `listener` until `end` resolves, then finishes what is under way.
///
/// # Errors
/// What the system says when connections can no longer be accepted.
pub async fn serve(
    listener: TcpListener,
    engine: Arc<Engine>,
    shutdown: Shutdown,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    axum::serve(listener, router(engine, shutdown))
        .with_graceful_shutdown(end)
        .await?;
    Ok(())
}

async fn answer(State(admin): State<Arc<Admin>>, request: Request) -> http::Response<Body> {
    to_http(match read(request).await {
        // A snapshot of much state takes a while, in which other connections go on.
        Ok(request) => tokio::task::spawn_blocking(move || admin.respond(&request))
            .await
            .unwrap_or_else(|_| Refused::internal().into_response()),
        Err(refused) => refused.into_response(),
    })
}

async fn read(request: Request) -> Result<validator::Request, Refused> {
    let (parts, body) = request.into_parts();
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str);
    let limit = if parts.uri.path() == "/__admin/snapshot" {
        SNAPSHOT
    } else {
        BODY
    };
    let announced = parts.headers.get(http::header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        let detail = format!("the body has more than {limit} bytes");
        return Err(Refused::new(413, "Content too large", &detail));
    }
    let body = tokio::time::timeout(PATIENCE, to_bytes(body, limit))
        .await
        .map_err(|_| Refused::new(408, "Request timeout", "the body did not come in time"))?
        .map_err(|_| {
            let detail = format!("the body has more than {limit} bytes, or it broke off");
            Refused::new(413, "Content too large", &detail)
        })?;
    Ok(validator::Request {
        method: parts.method.as_str().to_owned(),
        target: target.to_owned(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body,
    })
}

fn to_http(response: Response) -> http::Response<Body> {
    let mut answer = http::Response::new(Body::from(response.body));
    *answer.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(&value))
        {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}
