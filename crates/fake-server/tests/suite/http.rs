//! What the fronts make of HTTP itself.

use std::sync::Arc;

use fake_server::{Engine, FakeServer, axum_front};
use rstest::rstest;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::served::{Front, Served, client};

#[rstest]
#[tokio::test]
async fn an_unknown_path_tells_the_known_ones(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    for target in [
        "/",
        "/v1/p/digital-assets",
        "/v1/p/digital-assets/batch-action/",
        "/_states/x",
    ] {
        let answer = fake.send("POST", target, &[], "").await;
        assert_eq!(answer.status, 404, "{target}");
        let known = answer.body["known_operations"].as_array().expect("a list");
        assert!(known.contains(&json!("POST /v1/{project_id}/digital-assets/batch-action")));
    }
}

#[rstest]
#[tokio::test]
async fn a_wrong_method_tells_the_right_one(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start(front).await;
    for (method, target, allow) in [
        ("GET", "/v1/p/digital-assets/batch-action", "POST"),
        ("DELETE", "/api/v1/batch/l/s?delete", "POST"),
        ("POST", "/v2/p/instances/i/assets/jobs/j", "GET"),
        ("PUT", "/_states", "POST"),
    ] {
        let answer = fake.send(method, target, &[], "").await;
        assert_eq!(answer.status, 405, "{method} {target}");
        assert_eq!(answer.response.header("allow"), Some(allow.as_bytes()));
    }
}

#[tokio::test]
async fn own_mocks_come_before_the_engine_and_requests_are_kept_as_sent() {
    let fake = FakeServer::builder().start().await.expect("it starts");
    Mock::given(path("/v1/p/digital-assets/summarys"))
        .respond_with(ResponseTemplate::new(418))
        .mount(fake.mock_server())
        .await;
    let client = client();
    let target = "/api/v1/batch/lib/-?delete&access_token=assetproof-access&user_id=%C3%A9";
    for (target, status) in [("/v1/p/digital-assets/summarys", 418), (target, 200)] {
        let sent = client
            .post(format!("{}{target}", fake.uri()))
            .body("[]")
            .send()
            .await;
        assert_eq!(sent.expect("it answers").status(), status);
    }
    let received = fake.received().await;
    assert_eq!(received[1].target, target);
    assert_eq!(received[1].body, "[]");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_others_are_served() {
    let (base, stop) = standalone(1000).await;
    let client = client();
    let post = |body: String| client.post(format!("{base}/_states")).body(body).send();
    assert_eq!(
        post(" ".repeat(1001)).await.expect("it answers").status(),
        413
    );
    assert_eq!(
        post(" ".repeat(1000)).await.expect("it answers").status(),
        400
    );
    drop(stop);
}

#[tokio::test]
async fn shutdown_finishes_the_request_under_way() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let engine = Arc::new(Engine::builder().build().expect("sound contracts"));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(axum_front::serve(listener, engine, async {
        drop(stopped.await);
    }));
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let head =
        "POST /_states HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let mut buffer = [0; 25];
    stream.read_exact(&mut buffer).await.expect("it goes on");
    assert_eq!(&buffer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stop.send(()).expect("it still runs");
    stream.write_all(b"{}").await.expect("it still reads");
    let mut rest = String::new();
    stream
        .read_to_string(&mut rest)
        .await
        .expect("it answers and closes");
    assert!(rest.starts_with("HTTP/1.1 400"), "{rest}");
    server.await.expect("no panic").expect("no error");
}

async fn standalone(body_limit: usize) -> (String, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    let engine = Arc::new(Engine::builder().build().expect("sound contracts"));
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(axum_front::serve_with_body_limit(
        listener,
        engine,
        body_limit,
        async {
            drop(stopped.await);
        },
    ));
    (base, stop)
}
