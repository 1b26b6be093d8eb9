//! `assets-delete` and `asset-job`.

use std::time::Duration;

use foreign_server::{Clock, Options};
use rstest::rstest;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const DELETE: &str = "/v2/p/instances/i/assets/delete";

fn revision_2025_10() -> Options {
    Options {
        roma_2025_10: true,
        ..Options::default()
    }
}

fn instance() -> Value {
    json!({"project_id": "p", "instance_id": "i"})
}

async fn existing(client: &Client, kind: &str) -> String {
    let member = if kind == "task" { "task_id" } else { "app_id" };
    client
        .id(&format!("{kind} exists"), instance(), member)
        .await
}

async fn begin(client: &Client, body: Value) -> String {
    let answer = client.post(DELETE, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["job_id"].as_str().expect("an id").to_owned()
}

async fn progress(client: &Client, instance: &str, job: &str) -> Answer {
    let job = job
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    client
        .get(&format!("/v2/p/instances/{instance}/assets/jobs/{job}"))
        .await
}

/// Asks for the job's progress until it has ended; the statuses, and the last answer.
async fn follow(client: &Client, job: &str) -> (Vec<String>, Value) {
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let body = progress(client, "i", job).await.body;
        statuses.push(body["status"].as_str().expect("a status").to_owned());
        if body["end_time"].is_string() {
            return (statuses, body);
        }
    }
    panic!("the job never ended: {statuses:?}");
}

fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 403, "{answer:?}");
    for member in ["error_code", "error_msg", "error_details", "request_id"] {
        let length = answer.body[member]
            .as_str()
            .map_or(0, |text| text.chars().count());
        assert!((1..=128).contains(&length), "{member}: {answer:?}");
    }
}

#[tokio::test]
async fn a_job_runs_until_it_was_asked_for_three_times_and_keeps_others_out() {
    let client = Client::start().await;
    let app = existing(&client, "application").await;
    let task = existing(&client, "task").await;
    let body = json!({"apps": app, "tasks": [{"task_id": task}, {}, {"task_id": null}]});
    let job = begin(&client, body.clone()).await;
    assert_refused(&client.post(DELETE, &body).await);

    let (statuses, last) = follow(&client, &job).await;
    assert_eq!(statuses, ["Running", "Running", "Running", "Succeeded"]);
    assert_eq!(
        (&last["id"], &last["progress_percent"]),
        (&json!(job), &json!(1))
    );
    assert!(last["begin_time"].as_str() <= last["end_time"].as_str());
    assert_eq!(last.get("reason"), None);

    // What the job deleted is gone, so deleting it again is accepted and fails.
    let job = begin(&client, body).await;
    let (_, last) = follow(&client, &job).await;
    assert_eq!(last["status"], "Failed");
    let named: Vec<&Value> = last["reason"]
        .as_array()
        .expect("reasons")
        .iter()
        .map(|reason| &reason["resource_name"])
        .collect();
    assert_eq!(named, [&json!(app), &json!(task)]);
}

#[tokio::test]
async fn a_job_that_fails_deletes_nothing() {
    let client = Client::start().await;
    let app = existing(&client, "application").await;
    let body = json!({"apps": app, "tasks": [{"task_id": "unknown"}]});
    let job = begin(&client, body).await;
    assert_eq!(follow(&client, &job).await.1["status"], "Failed");
    let job = begin(&client, json!({"apps": app})).await;
    assert_eq!(follow(&client, &job).await.1["status"], "Succeeded");
}

#[tokio::test]
async fn a_job_ends_by_the_clock_when_nobody_asks() {
    let clock = Clock::stopped_at(Duration::from_secs(1_767_225_599));
    let options = Options {
        clock: clock.clone(),
        job_lifetime: Duration::from_mins(1),
        ..Options::default()
    };
    let client = Client::with(options).await;
    let app = existing(&client, "application").await;
    let job = begin(&client, json!({"apps": app})).await;
    clock.advance(Duration::from_secs(59));
    assert_refused(&client.post(DELETE, json!({"apps": "next"})).await);
    clock.advance(Duration::from_secs(1));
    begin(&client, json!({"apps": "next"})).await;
    let expected = json!({
        "id": job, "type": "deleteAsset", "status": "Succeeded", "progress_percent": 1,
        "begin_time": "2025-12-31T23:59:59.000Z", "end_time": "2026-01-01T00:00:59.000Z",
    });
    assert_eq!(progress(&client, "i", &job).await.body, expected);
}

#[rstest]
#[case(r#"{"apps": "a"}"#)]
#[case(r#"{"apps": "a", "tasks": null}"#)]
#[case(r#"{"apps": "a", "tasks": [], "extra": 1}"#)]
#[case(r#"{"apps": ""}"#)]
#[case(r#"{"apps": [], "apps": "a"}"#)]
#[tokio::test]
async fn an_application_of_2022_12_is_a_string(#[case] body: &str) {
    let client = Client::start().await;
    assert_eq!(client.post(DELETE, body).await.status, 200);
}

#[rstest]
#[case::empty("")]
#[case::byte_order_mark("\u{feff}{\"apps\": \"a\"}")]
#[case::no_apps(r#"{"tasks": []}"#)]
#[case::null_apps(r#"{"apps": null}"#)]
#[case::list_of_apps(r#"{"apps": [{"id": "a"}], "tasks": []}"#)]
#[case::number_as_app(r#"{"apps": 1}"#)]
#[case::tasks_no_array(r#"{"apps": "a", "tasks": {"task_id": "t"}}"#)]
#[case::task_no_object(r#"{"apps": "a", "tasks": ["t"]}"#)]
#[case::number_as_task(r#"{"apps": "a", "tasks": [{"task_id": 1}]}"#)]
#[tokio::test]
async fn a_malformed_request_of_2022_12_is_refused(#[case] body: &str) {
    let client = Client::start().await;
    assert_refused(&client.post(DELETE, body).await);
    // No job was begun by it.
    begin(&client, json!({"apps": "a"})).await;
}

#[rstest]
#[case::both(r#"{"apps": [{"id": "a"}, {}], "tasks": [{"id": "t"}]}"#, true)]
#[case::empty(r#"{"apps": [], "tasks": []}"#, true)]
#[case::no_tasks(r#"{"apps": [{"id": "a"}]}"#, false)]
#[case::no_apps(r#"{"tasks": []}"#, false)]
#[case::string(r#"{"apps": "a", "tasks": []}"#, false)]
#[case::strings(r#"{"apps": ["a"], "tasks": []}"#, false)]
#[case::number(r#"{"apps": [{"id": 1}], "tasks": []}"#, false)]
#[tokio::test]
async fn revision_2025_10_has_lists_of_both(#[case] body: &str, #[case] accepted: bool) {
    let client = Client::with(revision_2025_10()).await;
    let answer = client.post(DELETE, body).await;
    if accepted {
        assert_eq!(answer.status, 200, "{answer:?}");
    } else {
        assert_refused(&answer);
    }
}

#[rstest]
#[case(100, 100, true)]
#[case(101, 0, false)]
#[case(0, 101, false)]
#[tokio::test]
async fn a_hundred_of_each_are_accepted(
    #[case] apps: usize,
    #[case] tasks: usize,
    #[case] accepted: bool,
) {
    let client = Client::with(revision_2025_10()).await;
    let body = json!({"apps": vec![json!({"id": "a"}); apps], "tasks": vec![json!({}); tasks]});
    let status = client.post(DELETE, body).await.status;
    assert_eq!(status == 200, accepted);
    if apps != 101 {
        let client = Client::start().await;
        let body = json!({"apps": "a", "tasks": vec![json!({}); tasks]});
        assert_eq!(client.post(DELETE, body).await.status == 200, accepted);
    }
}

#[rstest]
#[case("p", &"ü".repeat(64), true)]
#[case("p", &"i".repeat(65), false)]
#[case(&"p".repeat(64), "i", true)]
#[case(&"p".repeat(65), "i", false)]
#[case("", "i", false)]
#[tokio::test]
async fn ids_in_the_path_have_at_most_64_characters(
    #[case] project: &str,
    #[case] instance: &str,
    #[case] accepted: bool,
) {
    let client = Client::start().await;
    let path = format!("/v2/{project}/instances/{instance}/assets/delete");
    let answer = client.post(&path, json!({"apps": "a"})).await;
    if accepted {
        assert_eq!(answer.status, 200);
    } else {
        assert_refused(&answer);
    }
}

#[tokio::test]
async fn a_token_of_100_000_characters_is_read() {
    let token = "t".repeat(100_000);
    let options = Options {
        token: token.clone(),
        ..Options::default()
    };
    let client = Client::with(options).await;
    let headers: &[(&str, &[u8])] = &[("X-Auth-Token", token.as_bytes())];
    let answer = client
        .send("POST", DELETE, headers, r#"{"apps": "a"}"#)
        .await;
    assert_eq!(answer.status, 200);
    assert_refused(&client.post(DELETE, json!({"apps": "a"})).await);
    assert_refused(&client.send("POST", DELETE, &[], r#"{"apps": "a"}"#).await);
}

#[tokio::test]
async fn instances_do_not_see_each_other() {
    let client = Client::start().await;
    let job = begin(&client, json!({"apps": "a"})).await;
    assert_refused(&progress(&client, "other", &job).await);
    let other = "/v2/p/instances/other/assets/delete";
    assert_eq!(client.post(other, json!({"apps": "a"})).await.status, 200);
    let other = "/v2/q/instances/i/assets/delete";
    assert_eq!(client.post(other, json!({"apps": "a"})).await.status, 200);
    assert_refused(&progress(&client, "i", "unknown").await);
}
