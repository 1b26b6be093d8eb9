//! `batch-delete` and `task`.

use std::time::Duration;

use foreign_server::{Clock, Options};
use rstest::rstest;
use serde_json::{Value, json};

use crate::client::{ACCESS, Answer, Client};

async fn set_up(client: &Client, state: &str, name: &str, value: Value) {
    let mut params = json!({"library_id": "l", "space_id": "-"});
    params[name] = value;
    client.set_up(state, params).await;
}

async fn delete(client: &Client, items: Value) -> u64 {
    let path = format!("/api/v1/batch/l/-?delete&{ACCESS}&user_id=");
    let answer = client.send("POST", &path, &[], items.to_string()).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.body["taskId"].as_u64().expect("an integer")
}

async fn tasks(client: &Client, space: &str, ids: &str) -> Answer {
    let path = format!("/api/v1/task/l/{space}/{ids}?{ACCESS}");
    client.send("GET", &path, &[], "").await
}

/// Deletes and waits; the statuses of the task and of its items.
async fn outcome(client: &Client, items: Value) -> (String, Vec<String>) {
    let id = delete(client, items).await.to_string();
    assert_eq!(tasks(client, "-", &id).await.body[0]["status"], "202");
    let task = tasks(client, "-", &id).await.body[0].take();
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let items = task["result"].as_array().expect("results");
    let items = items.iter().map(|item| text(&item["status"])).collect();
    (text(&task["status"]), items)
}

#[tokio::test]
async fn a_deletion_is_a_task_whose_second_answer_is_the_result() {
    let client = Client::start().await;
    set_up(&client, "recycle bin", "enabled", json!(true)).await;
    set_up(&client, "batch deletes run", "mode", json!("at once")).await;
    for path in ["foo/1.jpg", "foo/2.jpg"] {
        set_up(&client, "file exists", "path", json!(path)).await;
    }
    set_up(&client, "directory exists", "path", json!("foo/bar")).await;
    let items = json!([
        {"path": "foo/bar"},
        {"path": "/foo/1.jpg", "permanent": false},
        {"path": "foo/2.jpg", "permanent": true},
    ]);
    let id = delete(&client, items).await;

    let first = tasks(&client, "-", &id.to_string()).await;
    assert_eq!(first.body, json!([{"taskId": id, "status": "202"}]));
    let second = tasks(&client, "-", &id.to_string()).await;
    assert_eq!(second.status, 200);
    let result = &second.body[0]["result"];
    let (bar, one) = (&result[0]["recycledItemId"], &result[1]["recycledItemId"]);
    assert!(
        bar.as_u64() > Some(1 << 53) && one.as_u64() > bar.as_u64(),
        "{result}"
    );
    let expected = json!([{"taskId": id, "status": "200", "result": [
        {"status": "200", "path": ["foo", "bar"], "recycledItemId": bar},
        {"status": "200", "path": ["", "foo", "1.jpg"], "recycledItemId": one},
        {"status": "204", "path": ["foo", "2.jpg"]},
    ]}]);
    assert_eq!(second.body, expected);
    assert_eq!(tasks(&client, "-", &id.to_string()).await.body, expected);
}

#[tokio::test]
async fn a_directory_goes_with_all_below_it_and_nothing_beside_it() {
    let client = Client::start().await;
    for path in ["a/b/c", "a/bc", "a/b/d/e"] {
        set_up(&client, "file exists", "path", json!(path)).await;
    }
    let items = json!([{"path": "a/b"}, {"path": "a/b/c"}, {"path": "a/b/d"}, {"path": "a/bc"}]);
    let expected = (
        "207".to_owned(),
        ["204", "404", "404", "204"].map(str::to_owned).to_vec(),
    );
    assert_eq!(outcome(&client, items).await, expected);
    let again = outcome(&client, json!([{"path": "a/bc"}])).await;
    assert_eq!(again, ("207".to_owned(), vec!["404".to_owned()]));
}

#[rstest]
#[case(json!([]), "200", &[])]
#[case(json!([{"path": "中/文 .txt", "permanent": null, "extra": 1}]), "200", &["204"])]
#[case(json!([{"path": ""}]), "207", &["403"])]
#[tokio::test]
async fn what_is_not_documented_is_accepted(
    #[case] items: Value,
    #[case] status: &str,
    #[case] expected: &[&str],
) {
    let client = Client::start().await;
    set_up(&client, "file exists", "path", json!("中/文 .txt")).await;
    let (task, items) = outcome(&client, items).await;
    assert_eq!(task, status);
    assert_eq!(items, expected);
}

#[rstest]
#[case::no_flag("", r#"[{"path": "a"}]"#)]
#[case::flag_with_a_value("delete=1&", r#"[{"path": "a"}]"#)]
#[case::empty("delete&", "")]
#[case::one_object("delete&", r#"{"path": "a"}"#)]
#[case::no_path("delete&", r#"[{"path": "a"}, {}]"#)]
#[case::number_as_path("delete&", r#"[{"path": "a"}, {"path": 1}]"#)]
#[case::string_as_flag("delete&", r#"[{"path": "a", "permanent": "true"}]"#)]
#[case::no_objects("delete&", r#"["a"]"#)]
#[tokio::test]
async fn a_malformed_request_is_refused_and_changes_nothing(
    #[case] flag: &str,
    #[case] body: &str,
) {
    let client = Client::start().await;
    set_up(&client, "file exists", "path", json!("a")).await;
    let path = format!("/api/v1/batch/l/-?{flag}{ACCESS}");
    let answer = client.send("POST", &path, &[], body.to_owned()).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.is_object());
    assert_eq!(outcome(&client, json!([{"path": "a"}])).await.0, "200");
}

#[rstest]
#[case("")]
#[case("access_token")]
#[case("access_token=")]
#[case("access_token=wrong")]
#[case("access_token=foreign%2Baccess/token")]
#[tokio::test]
async fn who_is_not_authenticated_is_refused(#[case] access: &str) {
    let client = Client::start().await;
    set_up(&client, "file exists", "path", json!("a")).await;
    let path = format!("/api/v1/batch/l/-?delete&{access}");
    let answer = client.send("POST", &path, &[], r#"[{"path": "a"}]"#).await;
    assert_eq!(answer.status, 403);
    let id = delete(&client, json!([{"path": "a"}])).await;
    let path = format!("/api/v1/task/l/-/{id}?{access}");
    assert_eq!(client.send("GET", &path, &[], "").await.status, 403);
    let answer = tasks(&client, "-", &id.to_string()).await;
    assert_eq!(answer.body[0]["status"], "202");
}

#[tokio::test]
async fn several_tasks_are_answered_once_each_and_the_last_one_first() {
    let client = Client::start().await;
    let first = delete(&client, json!([])).await;
    let second = delete(&client, json!([])).await;
    let answer = tasks(&client, "-", &format!("{first},7,{second},{first}")).await;
    let expected = json!([
        {"taskId": first, "status": "202"},
        {"taskId": second, "status": "202"},
    ]);
    assert_eq!((answer.status, answer.body), (200, expected));
    assert_eq!(tasks(&client, "-", "one").await.status, 400);
}

#[tokio::test]
async fn spaces_do_not_see_each_other() {
    let client = Client::start().await;
    set_up(&client, "file exists", "path", json!("a")).await;
    let id = delete(&client, json!([])).await.to_string();
    assert_eq!(tasks(&client, "other", &id).await.body, json!([]));
    for path in ["l/other", "m/-"] {
        let path = format!("/api/v1/batch/{path}?delete&{ACCESS}");
        let answer = client.send("POST", &path, &[], r#"[{"path": "a"}]"#).await;
        assert_eq!(answer.status, 202);
    }
    assert_eq!(outcome(&client, json!([{"path": "a"}])).await.0, "200");
}

#[tokio::test]
async fn a_task_is_forgotten_after_thirty_days() {
    let clock = Clock::stopped_at(Duration::ZERO);
    let options = Options {
        clock: clock.clone(),
        ..Options::default()
    };
    let client = Client::with(options).await;
    let id = delete(&client, json!([])).await.to_string();
    clock.advance(Duration::from_hours(30 * 24));
    assert_eq!(tasks(&client, "-", &id).await.body[0]["status"], "202");
    clock.advance(Duration::from_secs(1));
    assert_eq!(tasks(&client, "-", &id).await.body, json!([]));
}
