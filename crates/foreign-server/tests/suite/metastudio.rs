//! `batch-action` and `asset-summary`.

use std::collections::BTreeSet;

use foreign_server::{DEFAULT_TOKEN, Options, Summaries};
use rstest::rstest;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const BATCH: &str = "/v1/p/digital-assets/batch-action";
const SUMMARY: &str = "/v1/p/digital-assets/summarys";
const TOKEN: (&str, &[u8]) = ("X-Auth-Token", DEFAULT_TOKEN.as_bytes());

async fn asset(client: &Client, state: &str) -> String {
    let params = json!({"project_id": "p", "asset_state": state});
    client.id("asset exists", params, "asset_id").await
}

async fn act(client: &Client, action: &str, ids: &[&str]) -> Answer {
    client
        .post(BATCH, json!({"action": action, "asset_ids": ids}))
        .await
}

/// The state that the summary shows; nothing when the asset is not listed.
async fn state(client: &Client, id: &str) -> Option<String> {
    let answer = client.post(SUMMARY, json!({"asset_ids": [id]})).await;
    assert_eq!(answer.status, 200);
    let state = &answer.body["asset_list"][0]["asset_state"];
    state.as_str().map(str::to_owned)
}

#[tokio::test]
async fn each_asset_has_its_own_result_in_reverse_order() {
    let client = Client::start().await;
    let first = asset(&client, "ACTIVED").await;
    let second = asset(&client, "UNACTIVED").await;
    let answer = act(&client, "DELETE", &[&first, "unknown", &second, &first]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains_key("x-request-id"));
    let error_info = json!({
        "error_code": "MSS.00040401",
        "error_msg": "There is no such asset in this project.",
    });
    let expected = json!({"results": [
        {"ret_status": "SUCCESS", "asset_ids": [second]},
        {"ret_status": "FAILED", "asset_ids": ["unknown"], "error_info": error_info},
        {"ret_status": "SUCCESS", "asset_ids": [first]},
    ]});
    assert_eq!(answer.body, expected);
}

#[rstest]
#[case("ACTIVED", "DELETE", "SUCCESS", Some("DELETING"))]
#[case("UNACTIVED", "DELETE", "SUCCESS", Some("DELETING"))]
#[case("DELETING", "DELETE", "SUCCESS", Some("DELETED"))]
#[case("CREATING", "DELETE", "FAILED", Some("CREATING"))]
#[case("ACTIVED", "DELETE_FORCE", "SUCCESS", None)]
#[case("UNACTIVED", "DELETE_FORCE", "SUCCESS", None)]
#[case("DELETING", "DELETE_FORCE", "SUCCESS", None)]
#[case("DELETED", "DELETE_FORCE", "FAILED", Some("DELETED"))]
#[case("DELETING", "RESTORE", "SUCCESS", Some("UNACTIVED"))]
#[case("DELETED", "RESTORE", "FAILED", Some("DELETED"))]
#[case("ACTIVED", "RESTORE", "FAILED", Some("ACTIVED"))]
#[case("UNACTIVED", "ACTIVE", "SUCCESS", Some("ACTIVED"))]
#[case("ACTIVED", "ACTIVE", "SUCCESS", Some("ACTIVED"))]
#[case("DELETING", "ACTIVE", "FAILED", Some("DELETING"))]
#[case("ACTIVED", "UNACTIVE", "SUCCESS", Some("UNACTIVED"))]
#[case("UNACTIVED", "UNACTIVE", "SUCCESS", Some("UNACTIVED"))]
#[case("FAILED", "UNACTIVE", "FAILED", Some("FAILED"))]
#[case("ACTIVED", "SHARE", "SUCCESS", Some("ACTIVED"))]
#[case("WAITING_DELETE", "UNSHARE", "SUCCESS", Some("WAITING_DELETE"))]
#[case("UNACTIVED", "SHARE", "FAILED", Some("UNACTIVED"))]
#[case("UNACTIVED", "UNSHARE", "FAILED", Some("UNACTIVED"))]
#[case("BLOCK", "DELETE_FORCE", "FAILED", None)]
#[tokio::test]
async fn an_asset_lives_as_documented(
    #[case] before: &str,
    #[case] action: &str,
    #[case] status: &str,
    #[case] after: Option<&str>,
) {
    let client = Client::start().await;
    let id = asset(&client, before).await;
    let answer = act(&client, action, &[&id]).await;
    assert_eq!(answer.status, 200);
    let result = &answer.body["results"][0];
    assert_eq!(result["ret_status"], status);
    assert_eq!(result.get("error_info").is_some(), status == "FAILED");
    assert_eq!(state(&client, &id).await.as_deref(), after);
}

#[tokio::test]
async fn a_forcibly_deleted_asset_cannot_be_restored() {
    let client = Client::start().await;
    let id = asset(&client, "ACTIVED").await;
    act(&client, "DELETE_FORCE", &[&id]).await;
    let answer = act(&client, "RESTORE", &[&id]).await;
    assert_eq!(answer.body["results"][0]["ret_status"], "FAILED");
    assert_eq!(state(&client, &id).await, None);
}

#[tokio::test]
async fn a_summary_lists_what_exists_and_can_be_viewed_in_reverse_order() {
    let client = Client::start().await;
    let params = json!({
        "project_id": "p", "asset_state": "CREATING", "asset_type": "PPT", "asset_name": "四季",
    });
    let first = client.id("asset exists", params, "asset_id").await;
    let blocked = asset(&client, "BLOCK").await;
    let last = asset(&client, "DELETED").await;
    let ids = json!({"asset_ids": [first, blocked, "unknown", last, first]});
    let answer = client.post(SUMMARY, ids).await;
    assert!(answer.headers.contains_key("x-request-id"));
    let expected = json!({"asset_list": [
        {
            "asset_id": last, "asset_name": "Étude № 1", "asset_state": "DELETED",
            "asset_type": "IMAGE",
        },
        {
            "asset_id": first, "asset_name": "四季", "asset_state": "CREATING",
            "asset_type": "PPT",
        },
    ]});
    assert_eq!(answer.body, expected);
}

#[rstest]
#[case(Summaries::OnlyIds, &["asset_id", "labels"])]
#[case(
    Summaries::WithoutCover,
    &["asset_id", "asset_name", "asset_state", "asset_type", "labels"]
)]
#[case(
    Summaries::AsShown,
    &["asset_id", "asset_name", "asset_state", "asset_type", "cover_url", "labels"]
)]
#[tokio::test]
async fn summaries_say_as_much_as_is_set_and_can_have_members_of_their_own(
    #[case] summaries: Summaries,
    #[case] expected: &[&str],
) {
    let options = Options {
        extra_members: true,
        summaries,
        ..Options::default()
    };
    let client = Client::with(options).await;
    let id = asset(&client, "ACTIVED").await;
    let answer = client.post(SUMMARY, json!({"asset_ids": [id]})).await;
    let summary = answer.body["asset_list"][0].as_object().expect("a summary");
    let members: BTreeSet<&str> = summary.keys().map(String::as_str).collect();
    assert_eq!(members, expected.iter().copied().collect());
    let results = act(&client, "DELETE", &[&id]).await.body;
    assert!(results["results"][0]["handled_by"].is_object());
}

#[rstest]
#[case::empty("")]
#[case::broken(r#"{"action": "DELETE", "asset_ids": ["ID"]"#)]
#[case::byte_order_mark("\u{feff}{\"action\": \"DELETE\", \"asset_ids\": [\"ID\"]}")]
#[case::not_an_object(r#"[{"action": "DELETE", "asset_ids": ["ID"]}]"#)]
#[case::no_action(r#"{"asset_ids": ["ID"]}"#)]
#[case::null_action(r#"{"action": null, "asset_ids": ["ID"]}"#)]
#[case::lower_case(r#"{"action": "delete", "asset_ids": ["ID"]}"#)]
#[case::slip(r#"{"action": "DETELTE", "asset_ids": ["ID"]}"#)]
#[case::blank(r#"{"action": "DELETE ", "asset_ids": ["ID"]}"#)]
#[case::action_last_wins(r#"{"action": "DELETE", "asset_ids": ["ID"], "action": "delete"}"#)]
#[case::no_ids(r#"{"action": "DELETE"}"#)]
#[case::one_string(r#"{"action": "DELETE", "asset_ids": "ID"}"#)]
#[case::number_among_ids(r#"{"action": "DELETE", "asset_ids": ["ID", 1]}"#)]
#[case::null_among_ids(r#"{"action": "DELETE", "asset_ids": ["ID", null]}"#)]
#[case::number_as_params(r#"{"action": "DELETE", "asset_ids": ["ID"], "params": 1}"#)]
#[tokio::test]
async fn a_malformed_batch_is_refused_and_changes_nothing(#[case] body: &str) {
    let client = Client::start().await;
    let id = asset(&client, "ACTIVED").await;
    let answer = client.post(BATCH, body.replace("ID", &id)).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (400, &json!("MSS.00070001"))
    );
    assert!(answer.body["error_msg"].is_string());
    assert_eq!(state(&client, &id).await.as_deref(), Some("ACTIVED"));
}

#[rstest]
#[case::empty(r#"{"action": "DELETE", "asset_ids": []}"#, json!({"results": []}))]
#[case::null_params(
    r#"{"action": "SHARE", "asset_ids": [], "params": null}"#,
    json!({"results": []})
)]
#[case::unknown_member(
    r#"{"action": "SHARE", "asset_ids": [], "extra": {"a": [1]}}"#,
    json!({"results": []})
)]
#[case::last_wins(
    r#"{"action": "no", "asset_ids": [], "action": "SHARE"}"#,
    json!({"results": []})
)]
#[tokio::test]
async fn what_is_not_documented_is_accepted(#[case] body: &str, #[case] expected: Value) {
    let client = Client::start().await;
    let headers: &[(&str, &[u8])] = &[
        TOKEN,
        ("X-Sdk-Date", b"yesterday"),
        ("Authorization", b"SDK-HMAC-SHA256 nonsense"),
        ("X-App-UserId", "Größe ユーザー".as_bytes()),
        ("Content-Type", b"text/plain"),
    ];
    let answer = client.send("POST", BATCH, headers, body.to_owned()).await;
    assert_eq!((answer.status, answer.body), (200, expected));
}

#[rstest]
#[case("")]
#[case(r#"{"asset_ids": null}"#)]
#[case(r#"{"asset_ids": {}}"#)]
#[case(r#"{"asset_ids": [["a"]]}"#)]
#[case(r#"{"assets": []}"#)]
#[tokio::test]
async fn a_malformed_summary_request_is_refused(#[case] body: &str) {
    let client = Client::start().await;
    let answer = client.post(SUMMARY, body).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (400, &json!("MSS.00000003"))
    );
}

#[rstest]
#[case::nothing(&[])]
#[case::wrong(&[("X-Auth-Token", b"wrong".as_slice())])]
#[case::twice(&[TOKEN, TOKEN])]
#[case::date_alone(&[("X-Sdk-Date", b"20260101T000000Z".as_slice())])]
#[case::signed(&[
    ("Authorization", b"SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=0".as_slice()),
    ("X-Sdk-Date", b"20260101T000000Z".as_slice()),
])]
#[tokio::test]
async fn who_is_not_authenticated_is_refused(
    #[case] headers: &[(&str, &[u8])],
    #[values(BATCH, SUMMARY)] path: &str,
) {
    let client = Client::start().await;
    let id = asset(&client, "ACTIVED").await;
    let body = json!({"action": "DELETE", "asset_ids": [id]}).to_string();
    let answer = client.send("POST", path, headers, body).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (400, &json!("MSS.00000001"))
    );
    assert_eq!(state(&client, &id).await.as_deref(), Some("ACTIVED"));
}

#[rstest]
#[case(BATCH, "MSS.00070001")]
#[case(SUMMARY, "MSS.00000003")]
#[tokio::test]
async fn chinese_characters_in_the_user_id_are_refused(#[case] path: &str, #[case] code: &str) {
    let client = Client::start().await;
    let headers: &[(&str, &[u8])] = &[TOKEN, ("X-App-UserId", "用户1".as_bytes())];
    let body = json!({"action": "SHARE", "asset_ids": []}).to_string();
    let answer = client.send("POST", path, headers, body).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (400, &json!(code))
    );
}

#[tokio::test]
async fn projects_do_not_see_each_other() {
    let client = Client::start().await;
    let id = asset(&client, "ACTIVED").await;
    let other = "/v1/q/digital-assets/";
    let body = json!({"action": "DELETE", "asset_ids": [id]});
    let answer = client.post(&format!("{other}batch-action"), &body).await;
    assert_eq!(answer.body["results"][0]["ret_status"], "FAILED");
    let answer = client.post(&format!("{other}summarys"), &body).await;
    assert_eq!(answer.body, json!({"asset_list": []}));
    assert_eq!(state(&client, &id).await.as_deref(), Some("ACTIVED"));
}
