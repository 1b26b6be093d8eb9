//! Stopping: what is under way is finished, what is idle is closed, and patience has an end.

use std::time::Duration;

use fake_server::engine::Delivery;
use fake_server::standalone::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::server::{Always, SHORT, Server, response, rest};

const EXPECTING: &str =
    "POST /_states HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn the_request_under_way_is_finished_and_idle_connections_are_closed() {
    let server = Server::of_engine(Limits {
        patience: HOUR,
        ..Limits::default()
    })
    .await;
    let mut idle = server.connect().await;
    idle.write_all(SHORT.as_bytes()).await.expect("it reads");
    assert!(response(&mut idle).await.starts_with("HTTP/1.1 400 "));
    let never_used = server.connect().await;
    let mut stream = server.connect().await;
    stream
        .write_all(EXPECTING.as_bytes())
        .await
        .expect("it reads");
    let mut goes_on = [0; 25];
    stream.read_exact(&mut goes_on).await.expect("it goes on");
    assert_eq!(&goes_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let stopped = server.stop();
    assert_eq!(rest(&mut idle).await, "");
    stream.write_all(b"{}").await.expect("it still reads");
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    stopped.await.expect("no panic");
    drop(never_used);
}

#[tokio::test]
async fn what_does_not_end_is_cut_off_when_patience_ends() {
    let answers = Always(Delivery {
        delay: HOUR,
        broken: None,
    });
    let limits = Limits {
        patience: Duration::from_millis(20),
        ..Limits::default()
    };
    let server = Server::of(answers, limits).await;
    let mut stream = server.connect().await;
    stream
        .write_all(EXPECTING.as_bytes())
        .await
        .expect("it reads");
    let mut goes_on = [0; 25];
    stream.read_exact(&mut goes_on).await.expect("it goes on");
    stream.write_all(b"{}").await.expect("it reads");
    server.stop().await.expect("no panic");
    assert_eq!(rest(&mut stream).await, "");
}
