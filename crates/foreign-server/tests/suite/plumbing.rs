//! What is HTTP's own: framing, connections, methods, paths, long bodies, latency.

use std::time::{Duration, Instant};

use foreign_server::{Options, Server};
use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Client;

fn address(server: &Server) -> String {
    server.url().trim_start_matches("http://").to_owned()
}

#[tokio::test]
async fn a_reply_is_chunked_and_closes_its_connection() {
    let server = Server::start(Options::default())
        .await
        .expect("a port is free");
    let mut stream = TcpStream::connect(address(&server))
        .await
        .expect("a connection");
    let body = r#"{"action": "SHARE", "asset_ids": ["a", "b"]}"#;
    let request = format!(
        "POST /v1/p/digital-assets/batch-action HTTP/1.1\r\nHost: h\r\nX-Auth-Token: \
         foreign-token\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let mut reply = String::new();
    // Read to the end of the connection, which the server closes although it was not asked to.
    stream.read_to_string(&mut reply).await.expect("a reply");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head and a body");
    let head = head.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    assert!(head.contains("connection: close"), "{head}");
    assert!(
        head.contains("content-type: application/json;charset=utf-8"),
        "{head}"
    );
    assert!(!head.contains("content-length"), "{head}");
    let chunks = body.lines().filter(|line| *line == "3D").count();
    assert!(chunks > 1, "one chunk of 61 bytes after the other: {body}");
}

#[rstest]
#[case("GET", "/", 404, "error")]
#[case("POST", "/v1/p/digital-assets/batch-action/", 404, "error_msg")]
#[case("POST", "/v2/p/instances/i/assets", 404, "request_id")]
#[case("POST", "/api/v1/batch/l", 404, "code")]
#[case("POST", "/v1/%FF/digital-assets/batch-action", 400, "error_msg")]
#[case("PUT", "/v1/p/digital-assets/batch-action", 405, "error_msg")]
#[case("DELETE", "/v2/p/instances/i/assets/delete", 405, "request_id")]
#[case("POST", "/v2/p/instances/i/assets/jobs/j", 405, "request_id")]
#[case("GET", "/api/v1/batch/l/-?delete", 405, "code")]
#[case("GET", "/_setup", 405, "error")]
#[tokio::test]
async fn what_is_not_served_is_answered_in_the_form_of_its_api(
    #[case] method: &str,
    #[case] path: &str,
    #[case] status: u16,
    #[case] member: &str,
) {
    let client = Client::start().await;
    let answer = client.send(method, path, &[], "").await;
    assert_eq!(answer.status, status);
    assert!(answer.body[member].is_string(), "{answer:?}");
    assert_eq!(answer.headers.contains_key("allow"), status == 405);
}

#[rstest]
#[case("/v1/p/digital-assets/summarys", r#"{"asset_ids": ["#, 400)]
#[case("/v2/p/instances/i/assets/delete", r#"{"apps": "a", "tasks": ["#, 403)]
#[tokio::test]
async fn a_body_of_more_than_some_mebibytes_is_refused(
    #[case] path: &str,
    #[case] start: &str,
    #[case] refused: u16,
) {
    let client = Client::start().await;
    for (mebibytes, expected) in [(3, 200), (5, refused)] {
        let body = format!("{start}{}]}}", " ".repeat(mebibytes << 20));
        assert_eq!(client.post(path, body).await.status, expected);
    }
}

#[tokio::test]
async fn a_reply_is_held_back_for_the_latency() {
    let latency = Duration::from_millis(60);
    let options = Options {
        latency,
        ..Options::default()
    };
    let client = Client::with(options).await;
    let started = Instant::now();
    client.get("/").await;
    // A timer never fires early, so this holds on the slowest of machines.
    assert!(started.elapsed() >= latency);
}

#[tokio::test]
async fn a_dropped_server_stops_listening() {
    let server = Server::start(Options::default())
        .await
        .expect("a port is free");
    let address = address(&server);
    TcpStream::connect(&address).await.expect("a connection");
    drop(server);
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
