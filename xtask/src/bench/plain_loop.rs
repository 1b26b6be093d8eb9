//! What the rate of a run is compared with: valid requests, sent and read as fast as reqwest can,
//! and nothing done with the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Result;
use super::served::TOKEN;

const BODY: &str = r#"{"action":"DELETE","asset_ids":["xxxxx1","xxxxx2","xxxxx3","xxxxx4"]}"#;

/// Sends so many requests, `width` at once, and returns how long that took.
pub(super) fn run(base: &str, width: usize, requests: usize) -> Result<Duration> {
    // reqwest insists on one, although nothing is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()?;
    let url = format!("{base}/v1/bench/digital-assets/batch-action");
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(all(client, url, width, requests))
}

async fn all(
    client: reqwest::Client,
    url: String,
    width: usize,
    requests: usize,
) -> Result<Duration> {
    let sent = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers: Vec<_> = (0..width)
        .map(|_| {
            let (client, url, sent) = (client.clone(), url.clone(), Arc::clone(&sent));
            tokio::spawn(async move {
                while sent.fetch_add(1, Ordering::Relaxed) < requests {
                    let request = client.post(&url).header("X-Auth-Token", TOKEN);
                    let request = request.header("Content-Type", "application/json");
                    let response = request.body(BODY).send().await?.error_for_status()?;
                    response.bytes().await?;
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
