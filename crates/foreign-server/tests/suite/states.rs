//! The state callback.

use rstest::rstest;
use serde_json::{Value, json};

use crate::client::{ACCESS, Client};

fn params() -> Value {
    json!({
        "project_id": "p", "instance_id": "i", "library_id": "l", "space_id": "s",
        "path": "a/b", "enabled": true, "mode": "later", "status": 500,
    })
}

#[rstest]
#[case("asset exists", &["asset_id"])]
#[case("no deletion job running", &[])]
#[case("deletion job running", &["job_id"])]
#[case("application exists", &["app_id"])]
#[case("task exists", &["task_id"])]
#[case("file exists", &[])]
#[case("directory exists", &[])]
#[case("recycle bin", &[])]
#[case("batch deletes run", &[])]
#[case("next request fails", &[])]
#[tokio::test]
async fn a_set_up_returns_what_the_table_says(#[case] state: &str, #[case] members: &[&str]) {
    let client = Client::start().await;
    let returned = client.set_up(state, params()).await;
    let given: Vec<&String> = returned
        .as_object()
        .into_iter()
        .flat_map(|it| it.keys())
        .collect();
    assert_eq!(given, members);
    assert!(members.iter().all(|member| returned[member].is_string()));
    // The action may be left out.
    let body = json!({"state": state, "params": params()}).to_string();
    let answer = client.send("POST", "/_setup", &[], body).await;
    assert!((200..300).contains(&answer.status));
    let answer = client.set_state(state, params(), "teardown").await;
    assert_eq!((answer.status, answer.body), (204, Value::Null));
}

#[tokio::test]
async fn an_unknown_state_is_named() {
    let client = Client::start().await;
    let answer = client.set_state("moon is full", params(), "setup").await;
    assert_eq!(answer.status, 422);
    let error = answer.body["error"].as_str().expect("an error");
    assert!(error.contains("moon is full"), "{error}");
}

#[rstest]
#[case("asset exists", json!({}), "setup", "project_id")]
#[case("asset exists", json!({"project_id": "p", "asset_state": "GONE"}), "setup", "asset_state")]
#[case("asset exists", json!({"project_id": "p", "asset_type": "image"}), "setup", "asset_type")]
#[case("task exists", json!({"project_id": "p"}), "setup", "instance_id")]
#[case("file exists", json!({"library_id": "l", "space_id": "s"}), "setup", "path")]
#[case(
    "file exists",
    json!({"library_id": "l", "space_id": "s", "path": "/"}),
    "setup",
    "path"
)]
#[case("recycle bin", json!({"library_id": "l", "space_id": "s"}), "setup", "enabled")]
#[case(
    "batch deletes run",
    json!({"library_id": "l", "space_id": "s", "mode": "never"}),
    "setup",
    "mode"
)]
#[case("next request fails", json!({"project_id": "p", "status": 200}), "setup", "status")]
#[case("next request fails", json!({"status": 500}), "setup", "project_id")]
#[case("asset exists", json!({"project_id": "p"}), "begin", "action")]
#[tokio::test]
async fn a_set_up_that_cannot_be_done_says_why(
    #[case] state: &str,
    #[case] params: Value,
    #[case] action: &str,
    #[case] named: &str,
) {
    let client = Client::start().await;
    let answer = client.set_state(state, params, action).await;
    assert_eq!(answer.status, 400);
    let error = answer.body["error"].as_str().expect("an error");
    assert!(error.contains(named), "{error}");
}

#[rstest]
#[case("project_id", "/v1/x/digital-assets/summarys", 500, "error_code", json!("MSS.00000004"))]
#[case("project_id", "/v2/x/instances/i/assets/delete", 500, "error_code", json!("ROMA.00000500"))]
#[case("library_id", "/api/v1/batch/x/-?delete", 503, "code", json!("Failed"))]
#[tokio::test]
async fn the_next_request_of_an_owner_fails_once(
    #[case] owner: &str,
    #[case] path: &str,
    #[case] status: u16,
    #[case] member: &str,
    #[case] expected: Value,
) {
    let client = Client::start().await;
    let body = r#"{"asset_ids": [], "apps": "a"}"#;
    let path = &format!(
        "{path}{}{ACCESS}",
        if path.contains('?') { "&" } else { "?" }
    );
    let params = json!({owner: "x", "status": status});
    client.set_up("next request fails", params.clone()).await;
    let other = client.post(&path.replace("/x/", "/y/"), body).await;
    assert_ne!(other.body[member], expected, "another owner is spared");
    let answer = client.post(path, body).await;
    assert_eq!((answer.status, &answer.body[member]), (status, &expected));
    assert_ne!(
        client.post(path, body).await.body[member],
        expected,
        "only once"
    );

    client.set_up("next request fails", params.clone()).await;
    client
        .set_state("next request fails", params, "teardown")
        .await;
    assert_ne!(
        client.post(path, body).await.body[member],
        expected,
        "taken down"
    );
}

#[tokio::test]
async fn a_running_job_can_be_set_up_and_ended() {
    let client = Client::start().await;
    let path = "/v2/p/instances/i/assets/delete";
    let first = client.set_up("deletion job running", params()).await;
    assert_eq!(client.set_up("deletion job running", params()).await, first);
    assert_eq!(client.post(path, json!({"apps": "a"})).await.status, 403);
    client.set_up("no deletion job running", params()).await;
    assert_eq!(client.post(path, json!({"apps": "a"})).await.status, 200);
}

#[tokio::test]
async fn a_teardown_takes_all_that_a_tenant_has() {
    let client = Client::start().await;
    let kept = json!({"project_id": "q", "instance_id": "i"});
    let kept = client.id("asset exists", kept, "asset_id").await;
    let gone = client.id("asset exists", params(), "asset_id").await;
    client.set_up("deletion job running", params()).await;
    client.set_up("file exists", params()).await;
    client.set_state("asset exists", params(), "teardown").await;

    for (project, id, count) in [("p", gone, 0), ("q", kept, 1)] {
        let path = format!("/v1/{project}/digital-assets/summarys");
        let answer = client.post(&path, json!({"asset_ids": [id]})).await;
        assert_eq!(
            answer.body["asset_list"].as_array().map(Vec::len),
            Some(count)
        );
    }
    let path = "/v2/p/instances/i/assets/delete";
    assert_eq!(client.post(path, json!({"apps": "a"})).await.status, 200);
    let path = format!("/api/v1/batch/l/s?delete&{ACCESS}");
    let answer = client.post(&path, json!([{"path": "a/b"}])).await;
    let path = format!("/api/v1/task/l/s/{}?{ACCESS}", answer.body["taskId"]);
    client.get(&path).await;
    assert_eq!(
        client.get(&path).await.body[0]["result"][0]["status"],
        "404"
    );
}
