//! Lives of smh's files: the recycle bin, tasks, isolation.

use rstest::rstest;
use serde_json::{Value, json};

use crate::served::{Answer, Front, Served};

async fn delete(fake: &Served, space: &str, items: &Value) -> Answer {
    let target =
        format!("/api/v1/batch/lib/{space}?delete&access_token=assetproof-access&user_id=u");
    fake.send(
        "POST",
        &target,
        &[("Content-Type", "application/json")],
        &items.to_string(),
    )
    .await
}

async fn task(fake: &Served, space: &str, ids: &str) -> Answer {
    let target = format!("/api/v1/task/lib/{space}/{ids}?access_token=assetproof-access");
    fake.send("GET", &target, &[], "").await
}

async fn files(fake: &Served, space: &str, paths: &[&str]) {
    for path in paths {
        let params = json!({"library_id": "lib", "space_id": space, "path": path});
        fake.set_up("file exists", params).await;
    }
}

#[rstest]
#[tokio::test]
async fn deleted_at_once(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
    #[values("space", "-")] space: &str,
) {
    let fake = Served::start(front).await;
    files(&fake, space, &["foo/bar/x", "foo/1.jpg", "foo/2.jpg"]).await;
    let items = json!([{"path": "foo/bar"}, {"path": "foo/1.jpg"}, {"path": "foo/2.jpg", "permanent": true}]);
    let elsewhere = delete(&fake, "elsewhere", &items).await;
    assert_eq!(
        (elsewhere.status, &elsewhere.body["result"][0]["status"]),
        (207, &json!(404))
    );
    let answer = delete(&fake, space, &items).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        json!({"result": [
            {"status": 200, "recycledItemId": 1, "path": ["foo", "bar"]},
            {"status": 200, "recycledItemId": 2, "path": ["foo", "1.jpg"]},
            {"status": 204, "path": ["foo", "2.jpg"]},
        ]})
    );
    let again = delete(
        &fake,
        space,
        &json!([{"path": "foo/1.jpg"}, {"path": "foo"}]),
    )
    .await;
    assert_eq!(again.status, 207);
    assert_eq!(
        again.body,
        json!({"result": [
            {"status": 404, "path": ["foo", "1.jpg"]},
            {"status": 200, "recycledItemId": 3, "path": ["foo"]},
        ]})
    );
}

#[rstest]
#[tokio::test]
async fn without_a_bin(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start(front).await;
    let bin = json!({"library_id": "lib", "space_id": "s", "enabled": false});
    fake.set_up("recycle bin", bin.clone()).await;
    files(&fake, "s", &["a", "b"]).await;
    let answer = delete(&fake, "s", &json!([{"path": "a"}])).await;
    assert_eq!(
        answer.body,
        json!({"result": [{"status": 204, "path": ["a"]}]})
    );
    fake.tear_down("recycle bin", bin).await;
    let answer = delete(&fake, "s", &json!([{"path": "b"}])).await;
    assert_eq!(answer.body["result"][0]["status"], 200);
}

#[rstest]
#[tokio::test]
async fn deleted_later(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start(front).await;
    let mode = json!({"library_id": "lib", "space_id": "s", "mode": "later"});
    fake.set_up("batch deletes run", mode.clone()).await;
    files(&fake, "s", &["a", "b"]).await;
    let first = delete(
        &fake,
        "s",
        &json!([{"path": "a"}, {"path": "b", "permanent": true}]),
    )
    .await;
    assert_eq!((first.status, first.body), (202, json!({"taskId": 1})));
    assert_eq!(
        delete(&fake, "s", &json!([{"path": "a"}])).await.body,
        json!({"taskId": 2})
    );
    let running = task(&fake, "s", "1").await;
    assert_eq!(
        (running.status, running.body),
        (200, json!([{"taskId": 1, "status": 202}]))
    );
    let both = task(&fake, "s", "1,2,77").await;
    assert_eq!(
        both.body,
        json!([
            {"taskId": 1, "status": 200, "result": [
                {"status": 200, "recycledItemId": 1, "path": ["a"]},
                {"status": 204, "path": ["b"]},
            ]},
            {"taskId": 2, "status": 202},
        ])
    );
    assert_eq!(task(&fake, "s", "2").await.body[0]["status"], 207);
    assert_eq!(task(&fake, "other", "1").await.status, 404);
    assert_eq!(task(&fake, "s", "one").await.status, 400);
    fake.tear_down("batch deletes run", mode).await;
    assert_eq!(
        delete(&fake, "s", &json!([{"path": "a"}])).await.status,
        207
    );
}

#[rstest]
#[tokio::test]
async fn many_items_are_deleted_later_and_too_many_refused(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let items = |count| Value::from(vec![json!({"path": "a"}); count]);
    assert_eq!(delete(&fake, "s", &items(99)).await.status, 207);
    assert_eq!(delete(&fake, "s", &items(100)).await.status, 202);
    assert_eq!(delete(&fake, "s", &items(1000)).await.status, 202);
    let refused = delete(&fake, "s", &items(1001)).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (400, &json!("TooManyItems"))
    );
}

#[rstest]
#[case::no_access_token("?delete", "[]", 403)]
#[case::wrong_access_token("?delete&access_token=x", "[]", 403)]
#[case::no_flag("?access_token=assetproof-access", "[]", 400)]
#[case::not_an_array("?delete&access_token=assetproof-access", "{}", 400)]
#[case::no_path("?delete&access_token=assetproof-access", "[{}]", 400)]
#[case::wrong_type(
    "?delete&access_token=assetproof-access",
    r#"[{"path":"a","permanent":"true"}]"#,
    400
)]
#[tokio::test]
async fn refusals(
    #[case] query: &str,
    #[case] body: &str,
    #[case] status: u16,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start(front).await;
    let target = format!("/api/v1/batch/lib/s{query}");
    let answer = fake
        .send(
            "POST",
            &target,
            &[("Content-Type", "application/json")],
            body,
        )
        .await;
    assert_eq!(answer.status, status);
    assert!(answer.body["code"].is_string() && answer.body["message"].is_string());
}
