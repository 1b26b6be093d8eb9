//! What `assetproof serve` is measured by: a bare hyper server that does for one request what any
//! server would. It parses the body, asks the documented schema of it, looks at the token, looks
//! four assets up in a store that is shared, and answers. It records nothing, has no limits and no
//! timeouts, and knows one operation.

use std::collections::HashMap;
use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jsonschema::Validator;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::Result;
use super::serve::{ASSETS, PATH};
use super::served::TOKEN;

const SCHEMA: &str =
    include_str!("../../../schemas/metastudio/2025-12/batch-action.request.schema.json");

struct Server {
    schema: Validator,
    /// Each asset's state.
    assets: Mutex<HashMap<String, &'static str>>,
    answered: AtomicU64,
}

/// Serves on a free port, and says on which, until the process is ended.
pub(super) fn run() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn serve() -> Result<()> {
    let server = Arc::new(Server {
        schema: jsonschema::validator_for(&serde_json::from_str(SCHEMA)?)?,
        assets: Mutex::new(ASSETS.map(|asset| (asset.to_owned(), "ACTIVED")).into()),
        answered: AtomicU64::new(0),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread();
    { runtime }.enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let server = Arc::clone(&server);
            let service = service_fn(move |request| answer(Arc::clone(&server), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is its client's affair.
            tokio::spawn(async { drop(connection.await) });
        }
    })
}

async fn answer(
    server: Arc<Server>,
    request: Request<Incoming>,
) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == "/_states" {
        return Ok(Response::new(Full::new(Bytes::from_static(b"{}"))));
    }
    let known = request.uri().path() == PATH
        && request
            .headers()
            .get("x-auth-token")
            .is_some_and(|token| token == TOKEN);
    let body = request.into_body().collect().await;
    let body = body
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !known || !server.schema.is_valid(&value) {
        let mut refused = Response::new(Full::default());
        *refused.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(refused);
    }
    let ids: Vec<&str> = value
        .get("asset_ids")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let found = {
        let assets = server.assets.lock().unwrap_or_else(PoisonError::into_inner);
        ids.iter().all(|id| assets.get(*id) == Some(&"ACTIVED"))
    };
    let status = if found { "SUCCESS" } else { "FAILED" };
    let results = json!({"results": [{"ret_status": status, "asset_ids": ids}]});
    let mut response = Response::new(Full::new(Bytes::from(results.to_string())));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let id = format!("{:032x}", server.answered.fetch_add(1, Ordering::Relaxed));
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert("x-request-id", id);
    }
    Ok(response)
}
