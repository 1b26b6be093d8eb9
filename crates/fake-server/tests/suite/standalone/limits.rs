//! What a request may consist of: more is refused, clearly, and without reading it.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use fake_server::engine::Answer;
use fake_server::standalone::{Answers, Limits};
use rstest::rstest;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use validator::Request;

use super::server::{LAST, SHORT, Server, ok, response, rest};

fn post(headers: &str) -> String {
    format!("POST /_states HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
}

/// Writes for as long as the server takes it, then reads what it says.
async fn flood(stream: TcpStream, head: &str, more: impl Fn(usize) -> Vec<u8>) -> String {
    let (mut reading, mut writing) = stream.into_split();
    let head = head.to_owned();
    let writing = async {
        let mut sent = writing.write_all(head.as_bytes()).await;
        let mut count = 0;
        while sent.is_ok() {
            sent = writing.write_all(&more(count)).await;
            count += 1;
        }
    };
    let reading = async {
        let mut bytes = Vec::new();
        // A reset after the refusal is the system's way to say that nobody reads on.
        let _closed = tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut bytes).await;
        String::from_utf8(bytes).expect("it is text")
    };
    tokio::select! {
        said = reading => said,
        () = async { writing.await; std::future::pending::<()>().await } => unreachable!(),
    }
}

#[rstest]
#[case(1000, "HTTP/1.1 400 ")]
#[case(1001, "HTTP/1.1 413 ")]
#[tokio::test]
async fn a_body_may_have_as_many_bytes_as_the_limit(#[case] length: usize, #[case] status: &str) {
    let server = Server::of_engine(Limits {
        body: 1000,
        ..Limits::default()
    })
    .await;
    let body = " ".repeat(length);
    let answer = server
        .exchange(post(&format!("content-length: {length}\r\n")) + &body)
        .await;
    assert!(answer.starts_with(status), "{answer}");
    let chunked = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    let answer = server
        .exchange(post("transfer-encoding: chunked\r\n") + &chunked)
        .await;
    assert!(answer.starts_with(status), "{answer}");
}

#[tokio::test]
async fn two_gigabytes_are_refused_before_they_are_read() {
    let server = Server::of_engine(Limits::default()).await;
    let mut stream = server.connect().await;
    let head = post("content-length: 2147483648\r\n");
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let answer = response(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.contains("longer than 10485760 bytes"),
        "{answer}"
    );
    server.serves_others().await;
}

#[tokio::test]
async fn a_body_without_an_end_is_refused_and_the_client_hears_it() {
    let server = Server::of_engine(Limits {
        body: 100_000,
        ..Limits::default()
    })
    .await;
    let head = post("transfer-encoding: chunked\r\n");
    let chunk = |_| [b"1000\r\n", [b'x'; 0x1000].as_slice(), b"\r\n"].concat();
    let answer = flood(server.connect().await, &head, chunk).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    server.serves_others().await;
}

#[tokio::test]
async fn header_fields_without_an_end_are_refused_and_the_client_hears_it() {
    let server = Server::of_engine(Limits::default()).await;
    let field = |count| format!("x-{count}: y\r\n").into_bytes();
    let answer = flood(server.connect().await, "GET / HTTP/1.1\r\n", field).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    server.serves_others().await;
}

#[rstest]
#[case(Limits::default(), 97, "HTTP/1.1 400 ")]
#[case(Limits::default(), 98, "HTTP/1.1 431 ")]
#[case(Limits { header_count: 200, ..Limits::default() }, 197, "HTTP/1.1 400 ")]
#[case(Limits { header_count: 10, ..Limits::default() }, 8, "HTTP/1.1 431 ")]
#[tokio::test]
async fn a_request_may_have_as_many_header_fields_as_the_limit(
    #[case] limits: Limits,
    #[case] more: usize,
    #[case] status: &str,
) {
    let server = Server::of_engine(limits).await;
    let fields = "x: y\r\n".repeat(more);
    let request = post(&format!("content-length: 0\r\n{fields}"));
    let answer = server.exchange(request).await;
    assert!(answer.starts_with(status), "{answer}");
}

#[rstest]
#[case("/_states", "y", 300_000)]
#[case("/", "", 0)]
#[tokio::test]
async fn a_long_field_or_line_is_refused(
    #[case] path: &str,
    #[case] value: &str,
    #[case] times: usize,
) {
    let server = Server::of_engine(Limits::default()).await;
    let path = if times == 0 {
        "/".repeat(300_000)
    } else {
        path.to_owned()
    };
    let value = value.repeat(times);
    let answer = server
        .exchange(format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nlong: {value}\r\n\r\n"
        ))
        .await;
    assert!(
        answer.starts_with("HTTP/1.1 431 ") || answer.starts_with("HTTP/1.1 414 "),
        "{answer}"
    );
    assert!(error(&answer).contains("than they may be"), "{answer}");
    server.serves_others().await;
}

/// Nothing is decompressed, so a compressed body is no JSON, however small its bomb.
#[tokio::test]
async fn a_compressed_body_gets_the_documented_refusal_of_what_is_no_json() {
    // `{}` through gzip.
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\
                 \x00\x00";
    let head = format!(
        "POST /v1/p/digital-assets/summarys HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         x-auth-token: assetproof-token\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        gzip.len()
    );
    let server = Server::of_engine(Limits::default()).await;
    let answer = server
        .exchange([head.as_bytes(), gzip.as_slice()].concat())
        .await;
    assert!(
        answer.starts_with("HTTP/1.1 400 ") && answer.contains("MSS.00000003"),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let server = Server::of_engine(Limits::default()).await;
    let answer = server.exchange("\u{16}\u{3}\u{1} what\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(error(&answer).contains("no HTTP/1.1 request"), "{answer}");
    // The same behind a request on the same connection that is sound.
    let answer = server.exchange(SHORT.to_owned() + "what\r\n\r\n").await;
    assert_eq!(answer.matches("HTTP/1.1 400 ").count(), 2, "{answer}");
    assert!(error(&answer).contains("no HTTP/1.1 request"), "{answer}");
    server.serves_others().await;
}

/// What the last answer says in its JSON body.
fn error(answer: &str) -> String {
    let (_, body) = answer.rsplit_once("\r\n\r\n").expect("a head");
    let body: serde_json::Value = serde_json::from_str(body).expect("a JSON body");
    body["error"].as_str().expect("it says why").to_owned()
}

/// A large body waits until there is memory for it, small ones do not.
#[tokio::test]
async fn large_bodies_wait_for_each_other() {
    let server = Server::of_engine(Limits {
        bodies: 32 * 1024,
        ..Limits::default()
    })
    .await;
    let head = post("content-length: 30000\r\nexpect: 100-continue\r\n");
    let mut first = server.connect().await;
    first.write_all(head.as_bytes()).await.expect("it reads");
    let mut goes_on = [0; 25];
    tokio::io::AsyncReadExt::read_exact(&mut first, &mut goes_on)
        .await
        .expect("it has its share and goes on");
    let mut second = server.connect().await;
    second.write_all(head.as_bytes()).await.expect("it reads");
    second
        .write_all(&vec![b' '; 30_000])
        .await
        .expect("it is sent");
    server.serves_others().await;
    drop(first);
    let answer = rest(&mut second).await;
    assert!(answer.contains("HTTP/1.1 400 "), "{answer}");
}

/// Answers a large body only when a small one has been answered.
struct Waiting(Mutex<Receiver<()>>, std::sync::mpsc::Sender<()>);

impl Answers for Waiting {
    fn answer(&self, request: &Request) -> Answer {
        if request.body.len() > 1000 {
            let answered = self.0.lock().expect("no panic");
            answered.recv().expect("the sender is beside it");
        } else {
            self.1.send(()).expect("the receiver is beside it");
        }
        ok("done").into()
    }
}

/// On one thread, the test's or the server's own, which an answer that takes long would block.
#[rstest]
#[tokio::test(flavor = "current_thread")]
async fn a_large_body_that_takes_long_keeps_nobody_else_waiting(#[values(0, 1)] threads: usize) {
    let (sender, receiver) = channel();
    let limits = Limits {
        large_body: 1000,
        ..Limits::default()
    };
    let waiting = Waiting(Mutex::new(receiver), sender);
    let server = Server::on(threads, waiting, limits).await;
    let mut large = server.connect().await;
    let head = post("content-length: 1001\r\n");
    let request = [head.as_bytes(), &[b'x'; 1001]].concat();
    large.write_all(&request).await.expect("it reads");
    let small = server.exchange(LAST).await;
    assert!(small.starts_with("HTTP/1.1 200 "), "{small}");
    let large = rest(&mut large).await;
    assert!(large.starts_with("HTTP/1.1 200 "), "{large}");
}
