//! Refusals that explain themselves: the documented status and shape, with the requirements in them.

use fake_server::Engine;
use fake_server::engine::FINDINGS_HEADER;
use rstest::rstest;
use serde_json::Value;

use crate::served::{Answer, Front, Served};

const TOKEN: (&str, &str) = ("X-Auth-Token", "assetproof-token");

fn named(answer: &Answer) -> Option<&str> {
    let value = answer.response.header(FINDINGS_HEADER)?;
    Some(std::str::from_utf8(value).expect("text"))
}

/// Each response also passes the validator: [`Served::send`] sees to it.
#[rstest]
#[case(
    "/v1/p/digital-assets/batch-action",
    r#"{"action":"DETELTE"}"#,
    "2025-10",
    400,
    "MS-BA-05,MS-BA-06",
    "error_msg"
)]
#[case(
    "/v2/p/instances/i/assets/delete",
    r#"{"apps":5}"#,
    "2022-12",
    403,
    "RO-AD-03",
    "error_msg"
)]
#[case(
    "/v2/p/instances/i/assets/delete",
    r#"{"apps":"a"}"#,
    "2025-10",
    403,
    "RO-AD-03,RO-AD-04",
    "error_msg"
)]
#[case(
    "/api/v1/batch/l/s?delete&access_token=assetproof-access",
    r#"[{"path":1}]"#,
    "2022-12",
    400,
    "SM-BD-04",
    "message"
)]
#[tokio::test]
async fn a_breach_is_explained_in_the_documented_shape(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
    #[case] target: &str,
    #[case] body: &str,
    #[case] roma: &str,
    #[case] status: u16,
    #[case] ids: &str,
    #[case] member: &str,
) {
    let headers = [TOKEN, ("Content-Type", "application/json")];
    let builder = || Engine::builder().revision("roma", roma);
    let terse = Served::start_with(front, builder()).await;
    let terse = terse.send("POST", target, &headers, body).await;
    let strict = Served::start_with(front, builder().strict_client(true)).await;
    let strict = strict.send("POST", target, &headers, body).await;
    assert_eq!((terse.status, strict.status), (status, status));
    assert_eq!((named(&terse), named(&strict)), (None, Some(ids)));
    for id in ids.split(',') {
        assert!(
            strict.body[member].to_string().contains(id),
            "{}",
            strict.body
        );
    }
    assert!(
        strict.body[member].to_string().contains("expected"),
        "{}",
        strict.body
    );
    let members = |body: &Value| {
        body.as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(members(&strict.body), members(&terse.body));
}

#[tokio::test]
async fn why_a_credential_is_not_accepted_is_never_told() {
    let fake = Served::start_with(Front::Axum, Engine::builder().strict_client(true)).await;
    let target = "/v1/p/digital-assets/batch-action";
    let body = r#"{"action":"DELETE","asset_ids":[]}"#;
    let missing = fake.send("POST", target, &[], body).await;
    assert_eq!(named(&missing), Some("MS-BA-02"));
    let wrong = fake
        .send("POST", target, &[("X-Auth-Token", "wrong")], body)
        .await;
    assert_eq!(named(&wrong), None);
    assert_eq!(wrong.body["error_msg"], "Unauthorized");
    let right = fake.send("POST", target, &[TOKEN], body).await;
    assert_eq!((right.status, named(&right)), (200, None));
}

#[tokio::test]
async fn the_revision_that_a_request_keeps_to_is_named() {
    let builder = Engine::builder()
        .strict_client(true)
        .revision("roma", "2022-12");
    let fake = Served::start_with(Front::Axum, builder).await;
    let target = "/v2/p/instances/i/assets/delete";
    let headers = [TOKEN, ("Content-Type", "application/json")];
    let newer = r#"{"apps":[{"id":"a1"}],"tasks":[{"id":"t1"}]}"#;
    let refused = fake.send("POST", target, &headers, newer).await;
    let told = refused.body["error_msg"].as_str().expect("a text");
    assert!(
        told.starts_with("Keeps to roma 2025-10, which is not served. Breaks RO-"),
        "{told}"
    );
}
