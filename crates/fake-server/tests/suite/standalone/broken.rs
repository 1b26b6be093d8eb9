//! Each way in which an answer can break its connection, as the bytes and the end that come.

use std::io::ErrorKind;
use std::time::Duration;

use fake_server::engine::{Broken, Delivery};
use fake_server::standalone::Limits;
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::server::{Always, SHORT, Server, response, rest};

async fn broken(broken: Broken) -> Server {
    let delay = Duration::ZERO;
    let broken = Some(broken);
    Server::of(Always(Delivery { delay, broken }), Limits::default()).await
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let server = broken(Broken::Reset).await;
    let mut stream = server.connect().await;
    stream.write_all(SHORT.as_bytes()).await.expect("it reads");
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    assert_eq!(
        end.map_err(|error| error.kind()),
        Err(ErrorKind::ConnectionReset)
    );
    assert!(bytes.is_empty());
}

#[tokio::test]
async fn an_empty_response_is_a_clean_end_without_a_byte() {
    let server = broken(Broken::Empty).await;
    assert_eq!(server.exchange(SHORT).await, "");
}

#[tokio::test]
async fn garbage_is_no_http_and_then_the_end() {
    let server = broken(Broken::Garbage).await;
    let mut stream = server.connect().await;
    stream.write_all(SHORT.as_bytes()).await.expect("it reads");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("a clean end");
    assert!(
        !bytes.is_empty() && !bytes.starts_with(b"HTTP"),
        "{bytes:?}"
    );
    assert!(std::str::from_utf8(&bytes).is_err(), "{bytes:?}");
}

#[rstest]
#[case(0, "")]
#[case(4, "0123")]
#[case(10, "0123456789")]
#[case(99, "0123456789")]
#[tokio::test]
async fn a_truncated_body_is_announced_whole(#[case] after: usize, #[case] body: &str) {
    let server = broken(Broken::Truncated { after }).await;
    let answer = server.exchange(SHORT).await;
    let (head, rest) = answer.split_once("\r\n\r\n").expect("the head is whole");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("content-length: 10"), "{head}");
    assert_eq!(rest, body);
}

/// A delay alone changes nothing but the time, and the connection serves on.
#[tokio::test]
async fn a_delayed_answer_is_whole() {
    let answers = Always(Delivery {
        delay: Duration::from_millis(5),
        broken: None,
    });
    let server = Server::of(answers, Limits::default()).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream.write_all(SHORT.as_bytes()).await.expect("it reads");
        let answer = response(&mut stream).await;
        assert!(answer.ends_with("\r\n\r\n0123456789"), "{answer}");
    }
    stream.shutdown().await.expect("it is open");
    assert_eq!(rest(&mut stream).await, "");
}
