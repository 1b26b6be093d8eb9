//! The standalone front: hyper through axum, for any language and any length of time.
//!
//! One handler takes every request, whatever its method and path, and hands it to the engine as
//! raw as hyper gives it; what the engine answers goes out unchanged.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::serve::ListenerExt;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use crate::Result;
use crate::engine::{Engine, reply};

/// The most bytes that a request's body may have; more is answered 413.
pub const DEFAULT_BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Serves `engine` on `listener` until `shutdown` resolves, then finishes the requests that are
/// under way and returns. Bodies over [`DEFAULT_BODY_LIMIT`] are refused.
///
/// # Errors
/// What the system says when connections can no longer be accepted.
pub async fn serve(
    listener: TcpListener,
    engine: Arc<Engine>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    serve_with_body_limit(listener, engine, DEFAULT_BODY_LIMIT, shutdown).await
}

/// As [`serve`], with another limit on bodies, in bytes.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_body_limit(
    listener: TcpListener,
    engine: Arc<Engine>,
    body_limit: usize,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let router = Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::max(body_limit))
        .with_state(engine);
    // Responses are small and sent whole, so waiting for more of them only adds latency. A socket
    // that does not take the option serves nevertheless.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await?;
    Ok(())
}

async fn answer(State(engine): State<Arc<Engine>>, request: Request) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let method = parts.method.as_str().to_owned();
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str)
        .to_owned();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let response = match Bytes::from_request(Request::from_parts(parts, body), &()).await {
        Ok(body) => engine.respond(&validator::Request {
            method,
            target,
            headers,
            body,
        }),
        // 413 for a body over the limit, 400 for one that broke off.
        Err(rejection) => reply::json(
            rejection.status().as_u16(),
            &json!({"error": rejection.body_text()}),
        ),
    };
    to_http(response)
}

fn to_http(response: validator::Response) -> axum::response::Response {
    let mut http = http::Response::new(Body::from(response.body));
    *http.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(&value))
        {
            http.headers_mut().append(name, value);
        }
    }
    http
}
