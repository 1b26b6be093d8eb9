//! What faults do to answers, items and jobs, on both fronts.

#![allow(clippy::needless_pass_by_value, reason = "rstest hands its cases over")]

use std::time::Duration;

use fake_server::engine::Fault;
use rstest::rstest;
use serde_json::{Value, json};
use validator::{Exchange, Request};

use crate::served::{Answer, Front, Served, builder, complaints};

const TOKEN: [(&str, &str); 1] = [("X-Auth-Token", "assetproof-token")];

pub(crate) fn fault(text: &Value) -> Fault {
    Fault::read(&text.to_string()).expect("a fault").remove(0)
}

async fn served(front: Front, text: &Value) -> Served {
    Served::start_with(front, builder().fault(fault(text))).await
}

async fn asset(fake: &Served, id: &str) {
    let params = json!({"project_id": "p", "asset_id": id});
    fake.set_up("asset exists", params).await;
}

async fn batch(fake: &Served, ids: &[&str]) -> Exchange {
    let body = json!({"action": "DELETE", "asset_ids": ids}).to_string();
    let target = "/v1/p/digital-assets/batch-action";
    let exchange = fake.exchange("POST", target, &TOKEN, &body).await;
    exchange.expect("an answer")
}

/// The state of an asset, by a request of another operation than the faults here speak of.
async fn state(fake: &Served, id: &str) -> Value {
    let body = json!({"asset_ids": [id]}).to_string();
    let target = "/v1/p/digital-assets/summarys";
    let answer = fake.send("POST", target, &TOKEN, &body).await;
    answer.body["asset_list"][0]["asset_state"].clone()
}

fn body(exchange: &Exchange) -> Value {
    serde_json::from_slice(&exchange.response.body).expect("JSON")
}

#[rstest]
#[case::metastudio(
    "POST", "/v1/p/digital-assets/batch-action", r#"{"action":"DELETE","asset_ids":[]}"#,
    500, json!("MSS.00000004"), "error_code"
)]
#[case::roma(
    "POST", "/v2/p/instances/i/assets/delete", r#"{"apps":"a"}"#,
    403, json!("ROMA.00000107"), "error_code"
)]
#[case::smh(
    "POST", "/api/v1/batch/l/s?delete&access_token=assetproof-access", "[]",
    503, json!("RequestFailed"), "code"
)]
#[tokio::test]
async fn a_status_comes_with_the_operations_error_body(
    #[case] method: &str,
    #[case] target: &str,
    #[case] body: &str,
    #[case] status: u16,
    #[case] code: Value,
    #[case] member: &str,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = served(front, &json!({"effect": {"status": status}})).await;
    // As the documents have it where they have it: judged by `send`.
    let answer = fake.send(method, target, &TOKEN, body).await;
    assert_eq!((answer.status, &answer.body[member]), (status, &code));
    // It comes before authentication.
    let answer = fake.send(method, target, &[], body).await;
    assert_eq!((answer.status, &answer.body[member]), (status, &code));
}

#[rstest]
#[case(json!({"status": 500}), 500)]
#[case(json!({"throttle": {"retry_after": 7}}), 429)]
#[tokio::test]
async fn a_refused_request_changes_nothing(
    #[case] effect: Value,
    #[case] status: u16,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let when = json!({"operation": "batch-action", "nth": 1});
    let fake = served(front, &json!({"when": when, "effect": effect})).await;
    asset(&fake, "a").await;
    let refused = batch(&fake, &["a"]).await;
    assert_eq!(refused.response.status, status);
    let retry_after = refused.response.header("Retry-After");
    assert_eq!(retry_after, (status == 429).then_some(&b"7"[..]));
    assert!(body(&refused)["error_code"].is_string());
    assert_eq!(state(&fake, "a").await, "ACTIVED");
    assert_eq!(batch(&fake, &["a"]).await.response.status, 200);
    assert_eq!(state(&fake, "a").await, "DELETING");
}

#[rstest]
#[tokio::test]
async fn a_wrong_content_type_changes_nothing_else(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = served(front, &json!({"effect": {"content_type": "text/html"}})).await;
    asset(&fake, "a").await;
    let exchange = batch(&fake, &["a"]).await;
    let types: Vec<_> = (exchange.response.headers.iter())
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .collect();
    assert_eq!(types.len(), 1);
    assert_eq!(types[0].1, b"text/html");
    assert_eq!(body(&exchange)["results"][0]["ret_status"], "SUCCESS");
    assert!(
        !complaints(fake.engine(), &exchange).is_empty(),
        "the validator sees that it is wrong"
    );
}

#[rstest]
#[tokio::test]
async fn chosen_assets_fail(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = served(
        front,
        &json!({
            "when": {"operation": "batch-action", "item": "bad-*"},
            "effect": {"items": {"error_code": "MSS.00000099"}},
        }),
    )
    .await;
    for id in ["a", "bad-1", "bad-2"] {
        asset(&fake, id).await;
    }
    let exchange = batch(&fake, &["bad-2", "a", "bad-1", "gone"]).await;
    assert_eq!(complaints(fake.engine(), &exchange), []);
    let results = &body(&exchange)["results"];
    assert_eq!(
        results[0],
        json!({"ret_status": "SUCCESS", "asset_ids": ["a"]})
    );
    assert_eq!(results[1]["asset_ids"], json!(["gone"]));
    assert_eq!(results[2]["asset_ids"], json!(["bad-2", "bad-1"]));
    assert_eq!(results[2]["ret_status"], "FAILED");
    assert_eq!(results[2]["error_info"]["error_code"], "MSS.00000099");
    assert_eq!(state(&fake, "bad-1").await, "ACTIVED");
    assert_eq!(state(&fake, "a").await, "DELETING");
}

async fn smh(fake: &Served, items: &Value) -> Answer {
    let target = "/api/v1/batch/l/s?delete&access_token=assetproof-access";
    fake.send("POST", target, &[], &items.to_string()).await
}

async fn task(fake: &Served, id: &Value) -> Value {
    let target = format!("/api/v1/task/l/s/{id}?access_token=assetproof-access");
    fake.send("GET", &target, &[], "").await.body[0].take()
}

async fn files(fake: &Served, paths: &[&str]) {
    for path in paths {
        let params = json!({"library_id": "l", "space_id": "s", "path": path});
        fake.set_up("file exists", params).await;
    }
}

fn statuses(result: &Value) -> Vec<&Value> {
    let items = result.as_array().expect("a list of items");
    items.iter().map(|item| &item["status"]).collect()
}

#[rstest]
#[case(json!({}), 500)]
#[case(json!({"status": 403}), 403)]
#[case(json!({"status": 409}), 409)]
#[tokio::test]
async fn chosen_paths_fail(
    #[case] items: Value,
    #[case] status: u16,
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let when = json!({"item": "*.jpg", "times": 1});
    let fake = served(front, &json!({"when": when, "effect": {"items": items}})).await;
    files(&fake, &["1.jpg", "2.png"]).await;
    let both = json!([{"path": "1.jpg"}, {"path": "2.png"}]);
    let answer = smh(&fake, &both).await;
    assert_eq!(answer.status, 207);
    assert_eq!(
        statuses(&answer.body["result"]),
        [&json!(status), &json!(200)]
    );
    let answer = smh(&fake, &both).await;
    assert_eq!(statuses(&answer.body["result"]), [&json!(200), &json!(404)]);
}

#[rstest]
#[tokio::test]
async fn a_task_never_ends(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let when = json!({"operation": "batch-delete"});
    let fake = served(
        front,
        &json!({"when": when, "effect": {"jobs": "never_ends"}}),
    )
    .await;
    let taken_up = smh(&fake, &json!([{"path": "a"}])).await;
    assert_eq!(taken_up.status, 202);
    for _ in 0..5 {
        assert_eq!(task(&fake, &taken_up.body["taskId"]).await["status"], 202);
    }
}

#[rstest]
#[tokio::test]
async fn a_task_fails_at_60_percent(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = served(front, &json!({"effect": {"jobs": "fails"}})).await;
    files(&fake, &["1", "2", "3", "4", "5"]).await;
    let items: Vec<Value> = (1..=5).map(|n| json!({"path": n.to_string()})).collect();
    let taken_up = smh(&fake, &Value::Array(items)).await;
    let id = &taken_up.body["taskId"];
    assert_eq!(task(&fake, id).await["status"], 202);
    let ended = task(&fake, id).await;
    assert_eq!(ended["status"], 207);
    assert_eq!(
        statuses(&ended["result"]),
        [
            &json!(200),
            &json!(200),
            &json!(200),
            &json!(500),
            &json!(500)
        ]
    );
}

const DELETE: &str = "/v2/p/instances/i/assets/delete";

async fn begin(fake: &Served) -> Answer {
    let body = r#"{"apps":"app","tasks":[{"task_id":"task"}]}"#;
    fake.send("POST", DELETE, &TOKEN, body).await
}

async fn job(fake: &Served, begun: &Answer) -> Value {
    let id = begun.body["job_id"].as_str().expect("a job");
    let target = format!("/v2/p/instances/i/assets/jobs/{id}");
    fake.send("GET", &target, &TOKEN, "").await.body
}

async fn app_and_task(fake: &Served) {
    for (state, member, id) in [
        ("application exists", "app_id", "app"),
        ("task exists", "task_id", "task"),
    ] {
        let params = json!({"project_id": "p", "instance_id": "i", member: id});
        fake.set_up(state, params).await;
    }
}

#[rstest]
#[tokio::test]
async fn a_job_never_ends(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let when = json!({"operation": "assets-delete", "nth": 1});
    let fake = served(
        front,
        &json!({"when": when, "effect": {"jobs": "never_ends"}}),
    )
    .await;
    let begun = begin(&fake).await;
    for _ in 0..5 {
        let job = job(&fake, &begun).await;
        assert_eq!(
            (&job["status"], &job["progress_percent"]),
            (&json!("RUNNING"), &json!(0.0))
        );
    }
    assert_eq!(
        begin(&fake).await.status,
        403,
        "it stands in the way of the next one"
    );
    let tenant = json!({"project_id": "p", "instance_id": "i"});
    fake.set_up("no deletion job running", tenant).await;
    assert_eq!(begin(&fake).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_job_fails_at_60_percent(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let when = json!({"api": "roma", "operation": "assets-delete", "times": 1});
    let fake = served(front, &json!({"when": when, "effect": {"jobs": "fails"}})).await;
    app_and_task(&fake).await;
    let begun = begin(&fake).await;
    let mut told = Vec::new();
    let failed = loop {
        let job = job(&fake, &begun).await;
        told.push((job["status"].clone(), job["progress_percent"].clone()));
        if job["status"] != "RUNNING" {
            break job;
        }
    };
    let expected = [("RUNNING", 0.0), ("RUNNING", 0.6), ("FAILED", 0.6)];
    assert_eq!(
        told,
        expected.map(|(status, share)| (json!(status), json!(share)))
    );
    let reasons = failed["reasons"].as_array().expect("reasons");
    let named: Vec<_> = reasons
        .iter()
        .map(|reason| &reason["resource_name"])
        .collect();
    assert_eq!(named, ["app", "task"]);
    // It has deleted nothing, so that the next one does.
    let begun = begin(&fake).await;
    let last = loop {
        let job = job(&fake, &begun).await;
        if job["status"] != "RUNNING" {
            break job;
        }
    };
    assert_eq!(last["status"], "SUCCEEDED");
}

#[rstest]
#[tokio::test]
async fn a_job_reports_the_chosen_ones(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = served(
        front,
        &json!({
            "when": {"operation": "assets-delete", "item": "task"},
            "effect": {"items": {"error_code": "ROMA.00000042", "error_msg": "locked"}},
        }),
    )
    .await;
    app_and_task(&fake).await;
    let begun = begin(&fake).await;
    let failed = loop {
        let job = job(&fake, &begun).await;
        if job["status"] != "RUNNING" {
            break job;
        }
    };
    assert_eq!(
        (&failed["status"], &failed["reasons"]),
        (
            &json!("FAILED"),
            &json!([{
                "resource_type": "task", "resource_name": "task",
                "error_code": "ROMA.00000042", "error_msg": "locked",
            }])
        )
    );
}

fn delays(latency: &Value, project: &str) -> Vec<Duration> {
    let fault = fault(&json!({"effect": {"latency": latency}}));
    let engine = builder().fault(fault).build().expect("sound");
    let request = Request {
        method: "POST".to_owned(),
        target: format!("/v1/{project}/digital-assets/summarys"),
        headers: vec![("X-Auth-Token".to_owned(), b"assetproof-token".to_vec())],
        body: r#"{"asset_ids":[]}"#.into(),
    };
    let answers = (0..101).map(|_| engine.answer(&request));
    answers
        .map(|answer| {
            assert_eq!(answer.response.status, 200);
            answer.delivery.delay
        })
        .collect()
}

#[test]
fn a_fixed_latency_is_always_the_same_and_a_lognormal_one_lies_about_its_median() {
    let fixed = Duration::from_millis(250);
    assert!(
        delays(&json!({"ms": 250}), "p")
            .iter()
            .all(|delay| *delay == fixed)
    );
    let lognormal = |seed: u64| json!({"median_ms": 100, "sigma": 0.5, "seed": seed});
    let mut drawn = delays(&lognormal(1), "p");
    assert_eq!(drawn, delays(&lognormal(1), "p"), "the seed reproduces it");
    assert_ne!(drawn, delays(&lognormal(2), "p"));
    assert_ne!(drawn, delays(&lognormal(1), "q"));
    drawn.sort();
    let median = drawn[50].as_millis();
    assert!((75..135).contains(&median), "{median}");
    assert!(drawn[0] < drawn[100]);
}

/// An hour is not over within a client's patience.
#[tokio::test]
async fn a_late_answer_is_waited_for() {
    let when = json!({"operation": "asset-summary", "nth": 1});
    let fault = json!({"when": when, "effect": {"latency": {"ms": 3_600_000}}});
    let fake = served(Front::Wiremock, &fault).await;
    let send = || {
        let url = format!("{}/v1/p/digital-assets/summarys", fake.base());
        let request = crate::served::client().post(url);
        let request = request.header("X-Auth-Token", "assetproof-token");
        request.body(r#"{"asset_ids":[]}"#)
    };
    let late = send().timeout(Duration::from_millis(200)).send().await;
    assert!(late.expect_err("it comes too late").is_timeout());
    assert_eq!(
        send().send().await.expect("no fault any more").status(),
        200
    );
}
