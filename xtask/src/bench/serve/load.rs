//! A load of an exact number of requests, over plain sockets: each connection sends its next
//! request when the last one has been answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{ASSETS, request};
use crate::bench::Result;

/// What came of it.
pub(super) struct Load {
    pub(super) took: Duration,
    /// Of a hundred requests, all but one took less.
    pub(super) slowest: Duration,
}

/// Sends so many requests on `width` connections.
pub(super) fn run(address: SocketAddr, width: usize, requests: usize) -> Result<Load> {
    runtime()?.block_on(async {
        let sent = Arc::new(AtomicUsize::new(0));
        let request: Arc<[u8]> = request(address).into_bytes().into();
        let started = Instant::now();
        let workers: Vec<_> = (0..width)
            .map(|_| {
                tokio::spawn(worker(
                    address,
                    Arc::clone(&request),
                    Arc::clone(&sent),
                    requests,
                ))
            })
            .collect();
        let mut times = Vec::with_capacity(requests);
        for worker in workers {
            times.extend(worker.await??);
        }
        let took = started.elapsed();
        times.sort_unstable();
        let slowest = times.get(times.len() * 99 / 100).copied();
        Ok(Load {
            took,
            slowest: slowest.unwrap_or_default(),
        })
    })
}

/// Sends one request.
pub(super) fn one(address: SocketAddr) -> Result<()> {
    runtime()?.block_on(async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request(address).as_bytes()).await?;
        Ok(answer(&mut stream, &mut Vec::new()).await?)
    })
}

/// Brings the assets about that the requests name.
pub(super) fn set_up(address: SocketAddr) -> Result<()> {
    runtime()?.block_on(async {
        let mut stream = TcpStream::connect(address).await?;
        for asset in ASSETS {
            let body = format!(
                r#"{{"state":"asset exists","action":"setup","params":{{"project_id":"bench","asset_id":"{asset}"}}}}"#
            );
            let length = body.len();
            let request = format!(
                "POST /_states HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            stream.write_all(request.as_bytes()).await?;
            answer(&mut stream, &mut Vec::new()).await?;
        }
        Ok(())
    })
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    // One thread, as wrk has: the server is to have the rest of the machine.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

async fn worker(
    address: SocketAddr,
    request: Arc<[u8]>,
    sent: Arc<AtomicUsize>,
    requests: usize,
) -> std::io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4096);
    let mut times = Vec::new();
    while sent.fetch_add(1, Ordering::Relaxed) < requests {
        let started = Instant::now();
        stream.write_all(&request).await?;
        answer(&mut stream, &mut buffer).await?;
        times.push(started.elapsed());
    }
    Ok(times)
}

/// Reads one answer, which has to be a 200 with a length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(head) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default());
        if !text.starts_with("HTTP/1.1 200") {
            return Err(std::io::Error::other(format!("answered {text}")));
        }
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse::<usize>().ok())
            .ok_or_else(|| std::io::Error::other("an answer does not tell its length"))?;
        if buffer.len() >= head + 4 + length {
            return Ok(());
        }
    }
}
