//! What the rate of a run is compared with: the requests of that run, sent and read once more as
//! fast as reqwest can, with nothing made, judged or written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use conformance::run::{CaseRecord, Run, StateRecord, StepRecord};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Request, Url};

use super::Result;
use super::served::{ACCESS_TOKEN, Serving, TOKEN};

/// What stands in a run's file in place of a secret.
const MASK: &str = "***";

/// Sends the requests of a run again, `width` at once, to the server that it was made against, and
/// returns how long that took. What is answered does not matter: the same requests meet another
/// state.
pub(super) fn run(serving: &Serving, width: usize, run: &Run) -> Result<Duration> {
    // reqwest insists on one, although nothing is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .build()?;
    let mut requests = Vec::new();
    for case in &run.cases {
        requests.extend(requests_of(case, serving)?);
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(all(client, requests, width))
}

/// Everything that the case sent: set-ups, requests, teardowns.
fn requests_of(case: &CaseRecord, serving: &Serving) -> Result<Vec<Request>> {
    let change = |action: &'static str| {
        move |state: &StateRecord| state_change(state, action, &serving.state_url())
    };
    let set_ups = case.states.iter().map(change("setup"));
    let steps = case.steps.iter().map(step);
    let teardowns = case.states.iter().rev().map(change("teardown"));
    set_ups.chain(steps).chain(teardowns).collect()
}

fn state_change(state: &StateRecord, action: &str, url: &str) -> Result<Request> {
    let body = serde_json::json!({
        "state": state.state, "params": state.params, "action": action,
    });
    let mut request = Request::new(Method::POST, Url::parse(url)?);
    *request.body_mut() = Some(body.to_string().into());
    Ok(request)
}

fn step(step: &StepRecord) -> Result<Request> {
    let record = &step.request;
    let url = Url::parse(&record.url.replace(MASK, ACCESS_TOKEN))?;
    let mut request = Request::new(Method::from_bytes(record.method.as_bytes())?, url);
    let mut headers = HeaderMap::new();
    for (name, value) in &record.headers {
        let value = value.replace(MASK, TOKEN);
        headers.append(HeaderName::try_from(name)?, HeaderValue::from_str(&value)?);
    }
    *request.headers_mut() = headers;
    *request.body_mut() = Some(record.body.text.clone().into());
    Ok(request)
}

async fn all(client: Client, requests: Vec<Request>, width: usize) -> Result<Duration> {
    let requests = Arc::new(requests);
    let sent = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers: Vec<_> = (0..width)
        .map(|_| {
            let (client, requests, sent) =
                (client.clone(), Arc::clone(&requests), Arc::clone(&sent));
            tokio::spawn(async move {
                while let Some(request) = requests.get(sent.fetch_add(1, Ordering::Relaxed)) {
                    // A body of bytes can always be cloned.
                    let Some(request) = request.try_clone() else {
                        continue;
                    };
                    client.execute(request).await?.bytes().await?;
                }
                Ok::<(), reqwest::Error>(())
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }
    Ok(started.elapsed())
}
