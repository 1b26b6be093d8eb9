//! Lives of metastudio's assets.

use rstest::rstest;
use serde_json::{Value, json};

use crate::served::{Answer, Front, Served};

const TOKEN: (&str, &str) = ("X-Auth-Token", "assetproof-token");
const JSON: (&str, &str) = ("Content-Type", "application/json");

async fn act(fake: &Served, project: &str, action: &str, ids: &[&Value]) -> Answer {
    let target = format!("/v1/{project}/digital-assets/batch-action");
    let body = json!({"action": action, "asset_ids": ids}).to_string();
    fake.send("POST", &target, &[TOKEN, JSON], &body).await
}

/// The state of each listed asset, in order.
async fn states(fake: &Served, project: &str, ids: &[&Value]) -> Vec<(Value, Value)> {
    let target = format!("/v1/{project}/digital-assets/summarys");
    let body = json!({"asset_ids": ids}).to_string();
    let answer = fake.send("POST", &target, &[TOKEN, JSON], &body).await;
    assert_eq!(answer.status, 200);
    let listed = answer.body["asset_list"]
        .as_array()
        .expect("a list")
        .clone();
    listed
        .into_iter()
        .map(|asset| (asset["asset_id"].clone(), asset["asset_state"].clone()))
        .collect()
}

async fn asset(fake: &Served, project: &str, state: &str) -> Value {
    let params = json!({"project_id": project, "asset_state": state});
    fake.set_up("asset exists", params).await["asset_id"].clone()
}

fn succeeded(answer: &Answer) -> bool {
    let results = answer.body["results"].as_array().expect("results");
    assert_eq!((answer.status, results.len()), (200, 1), "{}", answer.body);
    results[0]["ret_status"] == "SUCCESS"
}

#[rstest]
#[tokio::test]
async fn deleted_restored_and_deleted_by_force(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let id = asset(&fake, "p", "UNACTIVED").await;
    assert!(succeeded(&act(&fake, "p", "ACTIVE", &[&id]).await));
    assert!(succeeded(&act(&fake, "p", "SHARE", &[&id]).await));
    assert!(succeeded(&act(&fake, "p", "DELETE", &[&id]).await));
    assert_eq!(
        states(&fake, "p", &[&id]).await,
        [(id.clone(), json!("DELETING"))]
    );
    assert!(!succeeded(&act(&fake, "p", "ACTIVE", &[&id]).await));
    assert!(succeeded(&act(&fake, "p", "RESTORE", &[&id]).await));
    assert_eq!(
        states(&fake, "p", &[&id]).await,
        [(id.clone(), json!("ACTIVED"))]
    );
    assert!(succeeded(&act(&fake, "p", "DELETE_FORCE", &[&id]).await));
    assert!(states(&fake, "p", &[&id]).await.is_empty());
    assert!(!succeeded(&act(&fake, "p", "RESTORE", &[&id]).await));
}

#[rstest]
#[tokio::test]
async fn a_batch_succeeds_in_part(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start(front).await;
    let one = asset(&fake, "p", "ACTIVED").await;
    let two = asset(&fake, "p", "UNACTIVED").await;
    let frozen = asset(&fake, "p", "BLOCK").await;
    let unknown = json!("unknown");
    let answer = act(&fake, "p", "DELETE", &[&one, &unknown, &frozen, &two]).await;
    assert_eq!(
        answer.body,
        json!({"results": [
            {"ret_status": "SUCCESS", "asset_ids": [one, two]},
            {"ret_status": "FAILED", "asset_ids": ["unknown"],
             "error_info": {"error_code": "MSS.00000011", "error_msg": "Asset not found."}},
            {"ret_status": "FAILED", "asset_ids": [frozen],
             "error_info": {"error_code": "MSS.00000012",
                            "error_msg": "The asset's state does not allow the operation."}},
        ]})
    );
}

#[rstest]
#[tokio::test]
async fn projects_do_not_see_each_other(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start(front).await;
    let id = asset(&fake, "p", "ACTIVED").await;
    assert!(!succeeded(&act(&fake, "q", "DELETE_FORCE", &[&id]).await));
    assert!(states(&fake, "q", &[&id]).await.is_empty());
    assert_eq!(
        states(&fake, "p", &[&id]).await,
        [(id.clone(), json!("ACTIVED"))]
    );
}

#[rstest]
#[case::no_token(&[JSON], r#"{"action":"DELETE","asset_ids":[]}"#, "MSS.00000001")]
#[case::wrong_token(&[("X-Auth-Token", "x"), JSON], r#"{"action":"DELETE","asset_ids":[]}"#, "MSS.00000001")]
#[case::signed(
    &[("Authorization", "SDK-HMAC-SHA256 Access=A, SignedHeaders=host, Signature=0"),
      ("X-Sdk-Date", "20260101T000000Z"), JSON],
    r#"{"action":"DELETE","asset_ids":[]}"#, "MSS.00000001"
)]
#[case::slip(&[TOKEN, JSON], r#"{"action":"DETELTE","asset_ids":[]}"#, "MSS.00000003")]
#[case::no_ids(&[TOKEN, JSON], r#"{"action":"DELETE"}"#, "MSS.00000003")]
#[case::wrong_type(&[TOKEN, JSON], r#"{"action":"DELETE","asset_ids":[1]}"#, "MSS.00000003")]
#[case::cut(&[TOKEN, JSON], r#"{"action":"DELETE","asset_"#, "MSS.00000003")]
#[case::nothing(&[TOKEN, JSON], "", "MSS.00000003")]
#[case::not_an_object(&[TOKEN, JSON], "[]", "MSS.00000003")]
#[tokio::test]
async fn refusals(
    #[case] headers: &[(&str, &str)],
    #[case] body: &str,
    #[case] code: &str,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let answer = fake
        .send("POST", "/v1/p/digital-assets/batch-action", headers, body)
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["error_code"], code);
    assert!(answer.response.header("x-request-id").is_some());
}

#[rstest]
#[tokio::test]
async fn a_malformed_date_beside_a_token_is_passed_over(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let headers = [TOKEN, JSON, ("X-Sdk-Date", "yesterday")];
    let body = r#"{"asset_ids":[]}"#;
    let answer = fake
        .send("POST", "/v1/p/digital-assets/summarys", &headers, body)
        .await;
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({"asset_list": []}))
    );
}
