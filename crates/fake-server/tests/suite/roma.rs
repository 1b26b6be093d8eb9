//! Lives of roma's deletion jobs, in both revisions.

use std::sync::Arc;
use std::time::Duration;

use fake_server::Engine;
use fake_server::engine::ManualClock;
use rstest::rstest;
use serde_json::{Value, json};

use crate::served::{Answer, Front, Served};

const JSON: (&str, &str) = ("Content-Type", "application/json");

async fn delete(fake: &Served, user: &str, instance: &str, body: &Value) -> Answer {
    let target = format!("/v2/p/instances/{instance}/assets/delete");
    fake.send(
        "POST",
        &target,
        &[("X-Auth-Token", user), JSON],
        &body.to_string(),
    )
    .await
}

async fn job(fake: &Served, instance: &str, id: &Value) -> Value {
    let id = id.as_str().expect("a job id");
    let target = format!("/v2/p/instances/{instance}/assets/jobs/{id}");
    let answer = fake
        .send("GET", &target, &[("X-Auth-Token", "ann")], "")
        .await;
    assert_eq!(answer.status, 200);
    answer.body
}

fn builder() -> fake_server::EngineBuilder {
    Engine::builder().token("ann").token("bob")
}

async fn application(fake: &Served) -> Value {
    let params = json!({"project_id": "p", "instance_id": "i"});
    fake.set_up("application exists", params).await["app_id"].clone()
}

#[rstest]
#[tokio::test]
async fn one_job_of_a_user_at_a_time(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start_with(front, builder()).await;
    let body = json!({"apps": application(&fake).await});
    let begun = delete(&fake, "ann", "i", &body).await;
    assert_eq!(begun.status, 200);
    let refused = delete(&fake, "ann", "i", &body).await;
    assert_eq!(
        (refused.status, &refused.body["error_code"]),
        (403, &json!("ROMA.00000101"))
    );
    assert_eq!(delete(&fake, "bob", "i", &body).await.status, 200);
    assert_eq!(delete(&fake, "ann", "other", &body).await.status, 200);

    let id = &begun.body["job_id"];
    let mut seen = Vec::new();
    for _ in 0..4 {
        let job = job(&fake, "i", id).await;
        seen.push((
            job["status"].clone(),
            job["progress_percent"].as_f64().expect("a number"),
        ));
    }
    assert_eq!(
        seen,
        [
            (json!("RUNNING"), 0.0),
            (json!("RUNNING"), 0.5),
            (json!("SUCCEEDED"), 1.0),
            (json!("SUCCEEDED"), 1.0)
        ]
    );
    assert_eq!(delete(&fake, "ann", "i", &body).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_job_ends_by_itself(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let clock = Arc::new(ManualClock::default());
    let builder = builder()
        .clock(clock.clone())
        .job_duration(Duration::from_secs(5));
    let fake = Served::start_with(front, builder).await;
    let begun = delete(&fake, "ann", "i", &json!({"apps": "gone"})).await;
    clock.advance(Duration::from_secs(4));
    assert_eq!(
        delete(&fake, "ann", "i", &json!({"apps": "gone"}))
            .await
            .status,
        403
    );
    clock.advance(Duration::from_secs(1));
    let ended = job(&fake, "i", &begun.body["job_id"]).await;
    assert_eq!(ended["status"], "FAILED");
    assert_eq!(
        ended["begin_time"]
            .as_u64()
            .zip(ended["end_time"].as_u64())
            .map(|(b, e)| e - b),
        Some(5000)
    );
    assert_eq!(ended["reasons"][0]["resource_name"], "gone");
    assert_eq!(
        delete(&fake, "ann", "i", &json!({"apps": "gone"}))
            .await
            .status,
        200
    );
}

#[rstest]
#[tokio::test]
async fn limits_of_2022_12(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start_with(front, builder()).await;
    let tasks = |count| json!({"apps": "a", "tasks": vec![json!({"task_id": "t"}); count]});
    assert_eq!(delete(&fake, "ann", "i", &tasks(100)).await.status, 200);
    let refused = delete(&fake, "bob", "i", &tasks(101)).await;
    assert_eq!(
        (refused.status, &refused.body["error_code"]),
        (403, &json!("ROMA.00000102"))
    );
    assert_eq!(
        delete(&fake, "bob", "i", &json!({"apps": ["a", "b"]}))
            .await
            .status,
        200,
        "RO-E01"
    );
    assert_eq!(delete(&fake, "nobody", "i", &tasks(1)).await.status, 403);
    assert_eq!(
        delete(&fake, "ann", &"i".repeat(65), &tasks(1))
            .await
            .status,
        403
    );
}

#[rstest]
#[tokio::test]
async fn the_newer_revision(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start_with(front, builder().revision("roma", "2025-10")).await;
    let app = application(&fake).await;
    let old = delete(&fake, "ann", "i", &json!({"apps": app})).await;
    assert_eq!(
        (old.status, &old.body["error_code"]),
        (403, &json!("ROMA.00000103"))
    );
    let many = json!({"apps": vec![json!({"id": "a"}); 101], "tasks": []});
    let many = delete(&fake, "ann", "i", &many).await;
    assert_eq!(
        (many.status, &many.body["error_code"]),
        (403, &json!("ROMA.00000102"))
    );
    let body = json!({"apps": [{"id": app}], "tasks": [{"id": "gone"}]});
    let begun = delete(&fake, "ann", "i", &body).await;
    assert_eq!(begun.status, 200);
    for _ in 0..2 {
        job(&fake, "i", &begun.body["job_id"]).await;
    }
    let ended = job(&fake, "i", &begun.body["job_id"]).await;
    assert_eq!(
        (&ended["status"], &ended["reason"][0]["resource_type"]),
        (&json!("FAILED"), &json!("task"))
    );
    assert!(ended["end_time"].as_str().expect("ISO-8601").ends_with('Z'));
}
