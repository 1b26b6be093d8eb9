//! What the fronts make of HTTP itself.

use fake_server::FakeServer;
use rstest::rstest;
use serde_json::json;
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
