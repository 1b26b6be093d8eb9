//! Stopping: what is under way is finished, what is idle is closed, and patience has an end.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use fake_server::Engine;
use fake_server::engine::Answer;
use fake_server::standalone::{Answers, Limits};
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::timeout;
use validator::Request;

use super::server::{Later, SHORT, Server, THREADS, ok, response, rest};

const EXPECTING: &str =
    "POST /_states HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";

const HOUR: Duration = Duration::from_hours(1);

fn short_patience() -> Limits {
    Limits {
        patience: Duration::from_millis(20),
        ..Limits::default()
    }
}

#[rstest]
#[tokio::test]
async fn the_request_under_way_is_finished_and_idle_connections_are_closed(
    #[values(0, THREADS)] threads: usize,
) {
    let engine = Engine::builder().build().expect("sound contracts");
    let limits = Limits {
        patience: HOUR,
        ..Limits::default()
    };
    let server = Server::on(threads, engine, limits).await;
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

#[rstest]
#[tokio::test]
async fn what_does_not_end_is_cut_off_when_patience_ends(#[values(0, THREADS)] threads: usize) {
    let (answers, mut asked) = Later::new();
    let server = Server::on(threads, answers, short_patience()).await;
    let mut stream = server.connect().await;
    stream.write_all(SHORT.as_bytes()).await.expect("it reads");
    asked.recv().await.expect("it is answered");
    server.stop().await.expect("no panic");
    assert_eq!(rest(&mut stream).await, "");
}

/// Answers when it is let go, and tells when it has been asked.
struct Blocked(mpsc::UnboundedSender<()>, Mutex<Receiver<()>>);

impl Answers for Blocked {
    fn answer(&self, _: &Request) -> Answer {
        self.0.send(()).expect("the test goes on");
        let let_go = self.1.lock().expect("no panic");
        let_go.recv().expect("the test goes on");
        ok("done").into()
    }
}

/// Its client hears nothing of it any more, but what it has changed is kept (`serve --state`).
#[tokio::test]
async fn a_large_body_that_is_being_answered_is_waited_for() {
    let (asked, mut told) = mpsc::unbounded_channel();
    let (let_go, held) = channel();
    let limits = Limits {
        large_body: 1,
        ..short_patience()
    };
    let server = Server::on(1, Blocked(asked, Mutex::new(held)), limits).await;
    let mut stream = server.connect().await;
    stream.write_all(SHORT.as_bytes()).await.expect("it reads");
    told.recv().await.expect("it is answered");
    let mut stopped = server.stop();
    assert_eq!(rest(&mut stream).await, "");
    // However long that takes: this is long enough to see that it does not end.
    let ended = timeout(Duration::from_millis(100), &mut stopped).await;
    ended.expect_err("it waits");
    let_go.send(()).expect("it is waited for");
    stopped.await.expect("no panic");
}
