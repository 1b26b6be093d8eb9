//! Clients that take their time: each wait has an end, and nobody else waits with them. Nothing
//! here looks at a clock; every wait ends by what is awaited.

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use fake_server::engine::Answer;
use fake_server::standalone::{Answers, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use validator::Request;

use super::server::{SHORT, Server, ok, response, rest};

const SOON: Duration = Duration::from_millis(40);

#[tokio::test]
async fn half_a_head_is_answered_408_in_the_end() {
    let server = Server::of_engine(Limits {
        header_timeout: SOON,
        ..Limits::default()
    })
    .await;
    let mut stream = server.connect().await;
    stream.write_all(b"POST /_sta").await.expect("it reads");
    server.serves_others().await;
    let answer = rest(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 408 Request Timeout\r\n") && answer.contains("40 ms"),
        "{answer}"
    );
    // The same after a whole request on the connection.
    let mut stream = server.connect().await;
    let request = format!("{SHORT}POST /_sta");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let answer = response(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    stream.write_all(b"tes HT").await.expect("it reads");
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_drips_is_answered_408_in_the_end() {
    let server = Server::of_engine(Limits {
        body_timeout: SOON,
        ..Limits::default()
    })
    .await;
    let (mut reading, mut writing) = server.connect().await.into_split();
    let dripping = tokio::spawn(async move {
        let head = "POST /_states HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n";
        let mut sent = writing.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            sent = writing.write_all(b" ").await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    server.serves_others().await;
    let mut answer = String::new();
    reading
        .read_to_string(&mut answer)
        .await
        .expect("it closes");
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("Connection: close"),
        "{answer}"
    );
    server.serves_others().await;
    drop(reading);
    dripping.await.expect("it ends when nobody reads");
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_in_the_end() {
    let server = Server::of_engine(Limits {
        idle_timeout: SOON,
        ..Limits::default()
    })
    .await;
    let mut never_used = server.connect().await;
    assert_eq!(rest(&mut never_used).await, "");
    let mut used = server.connect().await;
    used.write_all(SHORT.as_bytes()).await.expect("it reads");
    let answer = response(&mut used).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(rest(&mut used).await, "");
}

/// Answers with more than the buffers between two processes hold, and tells when it is thrown
/// away.
struct Long(Mutex<Option<oneshot::Sender<()>>>);

struct Owner(Vec<u8>, Option<oneshot::Sender<()>>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.1.take().map(|gone| gone.send(()));
    }
}

impl Answers for Long {
    fn answer(&self, _: &Request) -> Answer {
        let gone = self.0.lock().expect("no panic").take();
        ok(Bytes::from_owner(Owner(vec![b'x'; 64 << 20], gone))).into()
    }
}

#[tokio::test]
async fn a_response_that_nobody_reads_is_given_up_in_the_end() {
    let (gone, is_gone) = oneshot::channel();
    let limits = Limits {
        send_timeout: SOON,
        ..Limits::default()
    };
    let server = Server::of(Long(Mutex::new(Some(gone))), limits).await;
    let mut stream = server.connect().await;
    stream.write_all(SHORT.as_bytes()).await.expect("it reads");
    is_gone.await.expect("it is dropped");
    drop(stream);
}
