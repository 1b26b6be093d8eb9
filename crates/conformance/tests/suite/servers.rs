//! Small servers that a test scripts: one that speaks HTTP and one that speaks whatever it likes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

/// What a scripted server is told of a request: path with query, token, body.
pub(crate) struct Seen {
    pub(crate) target: String,
    pub(crate) token: Option<String>,
    pub(crate) body: Value,
}

/// Serves `answer` at a free port for as long as the runtime lives; states are set up at
/// `/_states`, and each returns an id of its own as `asset_id`. Returns the base URL.
pub(crate) async fn http(answer: impl Fn(Seen) -> Response + Send + Sync + 'static) -> String {
    let answer = Arc::new(answer);
    let assets = Arc::new(AtomicUsize::new(1));
    let router = Router::new().fallback(move |request: Request| {
        let (answer, assets) = (Arc::clone(&answer), Arc::clone(&assets));
        async move {
            let (parts, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX)
                .await
                .unwrap_or_default();
            if parts.uri.path() == "/_states" {
                let asset = assets.fetch_add(1, Ordering::Relaxed);
                return json_answer(
                    200,
                    &json!({
                        "asset_id": format!("asset-{asset}"),
                        "app_id": "app",
                        "task_id": "task",
                        "job_id": "job",
                    }),
                );
            }
            answer(Seen {
                target: parts.uri.to_string(),
                token: parts
                    .headers
                    .get("x-auth-token")
                    .map(|token| String::from_utf8_lossy(token.as_bytes()).into_owned()),
                body: serde_json::from_slice(&bytes).unwrap_or_default(),
            })
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// An answer with a JSON body and a request id.
pub(crate) fn json_answer(status: u16, body: &Value) -> Response {
    text_answer(status, "application/json", body.to_string())
}

/// An answer with any body and a request id.
pub(crate) fn text_answer(status: u16, content_type: &str, body: impl Into<String>) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .header("x-request-id", "r")
        .body(Body::from(body.into()))
        .expect("a response")
}

/// Accepts connections at a free port, reads each one's request head and hands it over. Returns
/// the base URL.
pub(crate) async fn raw<F>(talk: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // The probe connects and says nothing.
            let mut first = [0; 4096];
            match stream.read(&mut first).await {
                Ok(read) if read > 0 => drop(tokio::spawn(talk(stream))),
                _ => {}
            }
        }
    });
    format!("http://{address}")
}
