//! Parallel clients: no update is lost, and nothing is given out twice.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use fake_server::Engine;
use serde_json::{Value, json};
use validator::Request;

fn send(engine: &Engine, target: &str, body: &Value) -> Value {
    let response = engine.respond(&Request {
        method: "POST".to_owned(),
        target: target.to_owned(),
        headers: vec![("X-Auth-Token".to_owned(), b"assetproof-token".to_vec())],
        body: body.to_string().into(),
    });
    serde_json::from_slice(&response.body).expect("every body is JSON")
}

/// Sends the same request from many threads at the same time.
fn everywhere(engine: &Engine, target: &str, body: &Value) -> Vec<Value> {
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    send(engine, target, body)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    })
}

#[test]
fn of_parallel_equal_requests_one_succeeds() {
    let engine = Engine::builder()
        .build()
        .expect("the built-in contracts are sound");
    let asset = engine
        .set_up("asset exists", &json!({"project_id": "p"}))
        .expect("a known state");
    let body = json!({"action": "DELETE", "asset_ids": [asset["asset_id"]]});
    let answers = everywhere(&engine, "/v1/p/digital-assets/batch-action", &body);
    let succeeded = |answer: &&Value| answer["results"][0]["ret_status"] == "SUCCESS";
    assert_eq!(answers.iter().filter(succeeded).count(), 1);

    let answers = everywhere(
        &engine,
        "/v2/p/instances/i/assets/delete",
        &json!({"apps": "a"}),
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer["job_id"].is_string())
            .count(),
        1
    );

    let later = json!({"library_id": "l", "space_id": "s", "mode": "later"});
    engine
        .set_up("batch deletes run", &later)
        .expect("a known state");
    let target = "/api/v1/batch/l/s?delete&access_token=assetproof-access";
    let answers = everywhere(&engine, target, &json!([{"path": "a"}]));
    let tasks: BTreeSet<u64> = answers
        .iter()
        .filter_map(|answer| answer["taskId"].as_u64())
        .collect();
    assert_eq!(tasks.len(), 8);
}
