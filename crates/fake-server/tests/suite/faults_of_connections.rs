//! Faults that break the connection, as bytes on a socket.

use std::io;
use std::net::TcpListener;

use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::faults::fault;
use crate::served::{Front, Served, builder};

const SUMMARY: &str = "/v1/p/digital-assets/summarys";
const BATCH: &str = "/v1/p/digital-assets/batch-action";

async fn served(front: Front, effect: &Value) -> Served {
    let when = json!({"operation": "batch-action"});
    let fault = fault(&json!({"when": when, "effect": effect}));
    Served::start_with(front, builder().fault(fault)).await
}

async fn connect(base: &str) -> TcpStream {
    let address = base.trim_start_matches("http://");
    TcpStream::connect(address).await.expect("it listens")
}

async fn send(stream: &mut TcpStream, target: &str, body: &str) {
    let request = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: assetproof-token\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
}

/// Deletes the asset `a`, and gives what comes until the connection ends, and how it ends.
async fn delete(fake: &Served) -> (String, io::Result<()>) {
    let mut stream = connect(fake.base()).await;
    send(
        &mut stream,
        BATCH,
        r#"{"action":"DELETE","asset_ids":["a"]}"#,
    )
    .await;
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.map(drop);
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

async fn state(fake: &Served) -> Value {
    let headers = [("X-Auth-Token", "assetproof-token")];
    let answer = fake
        .send("POST", SUMMARY, &headers, r#"{"asset_ids":["a"]}"#)
        .await;
    answer.body["asset_list"][0]["asset_state"].clone()
}

#[rstest]
#[tokio::test]
async fn a_connection_breaks_after_the_effect_or_before(
    #[values("reset", "empty", "truncated", "garbage")] kind: &str,
    #[values(false, true)] before: bool,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let mut how = json!({"before": before});
    if kind == "truncated" {
        how["after"] = json!(9);
    }
    let fake = served(front, &json!({kind: how})).await;
    let params = json!({"project_id": "p", "asset_id": "a"});
    fake.set_up("asset exists", params).await;
    let (text, end) = delete(&fake).await;
    match kind {
        "reset" => {
            let error = end.expect_err("a reset").kind();
            assert_eq!((error, text.as_str()), (io::ErrorKind::ConnectionReset, ""));
        }
        "empty" => assert!(end.is_ok() && text.is_empty(), "{text}"),
        "garbage" => assert!(
            end.is_ok() && !text.is_empty() && !text.contains("HTTP/1"),
            "{text}"
        ),
        _ => {
            let (head, body) = text.split_once("\r\n\r\n").expect("a head");
            let whole = if before {
                r#"{"error_code":"#
            } else {
                r#"{"results":[{"ret_status""#
            };
            assert!(end.is_ok() && head.starts_with("HTTP/1.1 "), "{head}");
            assert_eq!((body.len(), whole.starts_with(body)), (9, true), "{body}");
            let length = head.to_ascii_lowercase();
            let length = length.split_once("content-length: ").expect("a length").1;
            let length: usize = length
                .lines()
                .next()
                .expect("a line")
                .parse()
                .expect("a number");
            assert!(length > 9, "the head announces the whole body");
            assert!(!head.contains("assetproof"), "{head}");
        }
    }
    let expected = if before { "ACTIVED" } else { "DELETING" };
    assert_eq!(state(&fake).await, expected);
}

#[rstest]
#[tokio::test]
async fn a_client_gets_an_error_and_others_are_served(
    #[values("reset", "empty", "truncated", "garbage")] kind: &str,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let how = if kind == "truncated" {
        json!({"after": 1})
    } else {
        json!({})
    };
    let fake = served(front, &json!({kind: how})).await;
    let headers = [("X-Auth-Token", "assetproof-token")];
    for _ in 0..3 {
        let body = r#"{"action":"DELETE","asset_ids":["a"]}"#;
        assert!(fake.exchange("POST", BATCH, &headers, body).await.is_err());
        assert_eq!(state(&fake).await, Value::Null);
    }
}

/// What the relay does not break, it does not change: connections are kept, a head alone has no
/// body, and long bodies pass.
#[tokio::test]
async fn a_relayed_fake_is_as_any_other() {
    let fake = builder().break_connections().start().await.expect("a fake");
    assert_ne!(fake.uri(), fake.mock_server().uri());
    let mut stream = connect(&fake.uri()).await;
    let ids: Vec<String> = (0..5000).map(|id| format!("id-{id}")).collect();
    let long = json!({"action": "DELETE", "asset_ids": ids}).to_string();
    for _ in 0..2 {
        for (target, body) in [(SUMMARY, r#"{"asset_ids":["a"]}"#), (BATCH, &long)] {
            send(&mut stream, target, body).await;
            let body = read_one(&mut stream).await;
            let body: Value = serde_json::from_slice(&body).expect("whole JSON");
            assert!(body["asset_list"].is_array() || body["results"].is_array());
        }
        let head = b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n";
        stream.write_all(head).await.expect("it reads");
        assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 404"));
    }
    assert_eq!(fake.received().await.len(), 6);
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a head"));
    }
    String::from_utf8(head)
        .expect("text")
        .to_ascii_lowercase()
        .replace("http/", "HTTP/")
}

async fn read_one(stream: &mut TcpStream) -> Vec<u8> {
    let head = read_head(stream).await;
    let length = head.split_once("content-length: ").expect("a length").1;
    let length = length
        .lines()
        .next()
        .expect("a line")
        .parse()
        .expect("a number");
    let mut body = vec![0; length];
    stream
        .read_exact(&mut body)
        .await
        .expect("the body comes whole");
    body
}

#[tokio::test]
async fn without_a_relay_a_fault_that_came_late_says_what_to_do() {
    let fake = builder().start().await.expect("a fake");
    let added = fake
        .engine()
        .faults()
        .add_json(r#"{"effect": {"reset": {}}}"#);
    added.expect("a fault");
    let request = crate::served::client().post(format!("{}{SUMMARY}", fake.uri()));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 500);
    let text = answer.text().await.expect("a body");
    assert!(text.contains("break_connections()"), "{text}");
}

#[tokio::test]
async fn a_fake_that_is_dropped_is_gone() {
    let fake = builder().break_connections().start().await.expect("a fake");
    let address = fake.uri().trim_start_matches("http://").to_owned();
    drop(fake);
    // The port is free again as soon as the relay's thread has ended.
    while TcpListener::bind(&address).is_err() {
        tokio::task::yield_now().await;
    }
}
