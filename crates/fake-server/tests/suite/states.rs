//! The state callback: its errors, its teardowns, and failures on demand.

use rstest::rstest;
use serde_json::{Value, json};

use crate::served::{Front, Served};

#[rstest]
#[case::not_json("{", "the body is not")]
#[case::wrong_action(r#"{"state":"asset exists","action":"undo"}"#, "setup")]
#[case::unknown_state(r#"{"state":"asset exist"}"#, "unknown state \"asset exist\"")]
#[case::no_tenant(r#"{"state":"asset exists"}"#, "project_id is missing")]
#[case::no_instance(
    r#"{"state":"task exists","params":{"project_id":"p"}}"#,
    "instance_id is missing"
)]
#[case::no_path(
    r#"{"state":"file exists","params":{"library_id":"l","space_id":"s"}}"#,
    "path is missing"
)]
#[case::no_scope(
    r#"{"state":"next request fails","params":{"status":500}}"#,
    "project_id is missing"
)]
#[case::unknown_param(
    r#"{"state":"asset exists","params":{"project_id":"p","assetstate":"ACTIVED"}}"#,
    "no parameter assetstate"
)]
#[case::unknown_value(
    r#"{"state":"asset exists","params":{"project_id":"p","asset_state":"ACTIVE"}}"#,
    "`ACTIVED`"
)]
#[case::unknown_mode(
    r#"{"state":"batch deletes run","params":{"library_id":"l","space_id":"s","mode":"soon"}}"#,
    "`at once`"
)]
#[case::no_failure(
    r#"{"state":"next request fails","params":{"library_id":"l","status":200}}"#,
    "from 400 to 599"
)]
#[tokio::test]
async fn errors_say_what_is_wrong(
    #[case] body: &str,
    #[case] words: &str,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let answer = fake.send("POST", "/_states", &[], body).await;
    assert_eq!(answer.status, 400);
    let error = answer.body["error"].as_str().expect("an error");
    assert!(error.contains(words), "{error}");
    assert_eq!(
        answer.body["known_states"].as_array().map(Vec::len),
        Some(10)
    );
}

#[rstest]
#[tokio::test]
async fn the_next_request_of_a_tenant_fails_and_no_other(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let headers = [
        ("X-Auth-Token", "assetproof-token"),
        ("Content-Type", "application/json"),
    ];
    let body = r#"{"action":"DELETE","asset_ids":[]}"#;
    let send = async |project: &str| {
        let target = format!("/v1/{project}/digital-assets/batch-action");
        fake.send("POST", &target, &headers, body).await
    };
    let params = json!({"project_id": "p", "status": 500});
    fake.set_up("next request fails", params.clone()).await;
    assert_eq!(send("q").await.status, 200);
    let failed = send("p").await;
    assert_eq!(failed.status, 500);
    assert_eq!(
        failed.body,
        json!({"error_code": "MSS.00000004", "error_msg": "Internal Error"})
    );
    assert_eq!(send("p").await.status, 200);
    fake.set_up("next request fails", params.clone()).await;
    fake.tear_down("next request fails", params).await;
    assert_eq!(send("p").await.status, 200);

    fake.set_up(
        "next request fails",
        json!({"library_id": "l", "status": 503}),
    )
    .await;
    let target = "/api/v1/batch/l/s?delete&access_token=assetproof-access";
    assert_eq!(fake.send("POST", target, &headers, "[]").await.status, 503);
    fake.set_up(
        "next request fails",
        json!({"project_id": "r", "status": 403}),
    )
    .await;
    let target = "/v2/r/instances/i/assets/delete";
    let refused = fake.send("POST", target, &headers, r#"{"apps":"a"}"#).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.body["error_code"], "ROMA.00000107");
}

#[rstest]
#[tokio::test]
async fn a_running_job_stays_until_its_teardown(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let params = json!({"project_id": "p", "instance_id": "i"});
    let headers = [
        ("X-Auth-Token", "assetproof-token"),
        ("Content-Type", "application/json"),
    ];
    let delete = async || {
        fake.send(
            "POST",
            "/v2/p/instances/i/assets/delete",
            &headers,
            r#"{"apps":"a"}"#,
        )
        .await
    };
    let job = fake.set_up("deletion job running", params.clone()).await["job_id"].clone();
    let target = format!(
        "/v2/p/instances/i/assets/jobs/{}",
        job.as_str().expect("an id")
    );
    for _ in 0..5 {
        assert_eq!(
            fake.send("GET", &target, &headers, "").await.body["status"],
            "RUNNING"
        );
        assert_eq!(delete().await.status, 403);
    }
    fake.tear_down("deletion job running", params.clone()).await;
    assert_eq!(
        fake.send("GET", &target, &headers, "").await.body["status"],
        "SUCCEEDED"
    );
    assert_eq!(delete().await.status, 200);
    assert_eq!(delete().await.status, 403);
    fake.set_up("no deletion job running", params).await;
    assert_eq!(delete().await.status, 200);
}

#[rstest]
#[tokio::test]
async fn teardown_undoes_its_set_up(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start(front).await;
    let params = json!({"project_id": "p", "asset_id": "xxxxx1"});
    fake.set_up("asset exists", params.clone()).await;
    fake.tear_down("asset exists", params.clone()).await;
    fake.tear_down("asset exists", params).await;
    let headers = [
        ("X-Auth-Token", "assetproof-token"),
        ("Content-Type", "application/json"),
    ];
    let body = r#"{"asset_ids":["xxxxx1"]}"#;
    let answer = fake
        .send("POST", "/v1/p/digital-assets/summarys", &headers, body)
        .await;
    assert_eq!(answer.body, json!({"asset_list": []}));

    let params = json!({"library_id": "l", "space_id": "s", "path": "foo"});
    fake.set_up("directory exists", params.clone()).await;
    fake.tear_down("directory exists", params).await;
    let target = "/api/v1/batch/l/s?delete&access_token=assetproof-access";
    let answer = fake
        .send("POST", target, &headers[1..], r#"[{"path":"foo"}]"#)
        .await;
    assert_eq!(answer.body["result"][0]["status"], 404);
}

#[test]
fn ids_follow_from_the_seed_and_the_tenant() {
    let made = |seed, others: u32| -> Value {
        let engine = fake_server::Engine::builder()
            .seed(seed)
            .build()
            .expect("sound contracts");
        for _ in 0..others {
            engine
                .set_up("asset exists", &json!({"project_id": "other"}))
                .expect("a known state");
        }
        engine
            .set_up("asset exists", &json!({"project_id": "p"}))
            .expect("a known state")
    };
    assert_eq!(made(1, 0), made(1, 3));
    assert_ne!(made(1, 0), made(2, 0));
}
