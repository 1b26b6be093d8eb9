//! Which requests a fault strikes. No front is needed: the engine decides.

#![allow(clippy::needless_pass_by_value, reason = "rstest hands its cases over")]

use fake_server::Engine;
use fake_server::engine::Fault;
use rstest::rstest;
use serde_json::{Value, json};
use validator::Request;

use crate::served::builder;

fn engine(when: &Value) -> Engine {
    let text = json!({"when": when, "effect": {"status": 503}}).to_string();
    let fault = Fault::read(&text).expect("a fault").remove(0);
    builder().fault(fault).build().expect("sound")
}

fn request(method: &str, target: &str, body: &Value) -> Request {
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: vec![("X-Auth-Token".to_owned(), b"assetproof-token".to_vec())],
        body: body.to_string().into(),
    }
}

fn batch(project: &str, ids: &[&str]) -> Request {
    let target = format!("/v1/{project}/digital-assets/batch-action");
    request(
        "POST",
        &target,
        &json!({"action": "DELETE", "asset_ids": ids}),
    )
}

fn summary(project: &str, ids: &[&str]) -> Request {
    let target = format!("/v1/{project}/digital-assets/summarys");
    request("POST", &target, &json!({"asset_ids": ids}))
}

fn delete(library: &str, space: &str, paths: &[&str]) -> Request {
    let target = format!("/api/v1/batch/{library}/{space}?delete&access_token=assetproof-access");
    let items: Vec<Value> = paths.iter().map(|path| json!({"path": path})).collect();
    request("POST", &target, &Value::Array(items))
}

fn assets(project: &str, instance: &str) -> Request {
    let target = format!("/v2/{project}/instances/{instance}/assets/delete");
    request(
        "POST",
        &target,
        &json!({"apps": "app-1", "tasks": [{"task_id": "task-1"}]}),
    )
}

fn job(project: &str, instance: &str, job: &str) -> Request {
    let target = format!("/v2/{project}/instances/{instance}/assets/jobs/{job}");
    request("GET", &target, &Value::Null)
}

fn task(list: &str) -> Request {
    let target = format!("/api/v1/task/l/s/{list}?access_token=assetproof-access");
    request("GET", &target, &Value::Null)
}

fn struck(engine: &Engine, request: &Request) -> bool {
    engine.respond(request).status == 503
}

#[rstest]
#[case::everything(json!({}), batch("p", &[]), true)]
#[case::api(json!({"api": "smh"}), delete("l", "s", &["a"]), true)]
#[case::other_api(json!({"api": "smh"}), batch("p", &["a"]), false)]
#[case::operation(json!({"operation": "asset-summary"}), summary("p", &["a"]), true)]
#[case::other_operation(json!({"operation": "asset-summary"}), batch("p", &["a"]), false)]
#[case::project(json!({"project_id": "p"}), batch("p", &["a"]), true)]
#[case::other_project(json!({"project_id": "p"}), batch("q", &["a"]), false)]
#[case::project_of_smh(json!({"project_id": "p"}), delete("p", "p", &["a"]), false)]
#[case::instance(json!({"instance_id": "i"}), assets("p", "i"), true)]
#[case::other_instance(json!({"instance_id": "i"}), assets("p", "j"), false)]
#[case::space(json!({"library_id": "l", "space_id": "-"}), delete("l", "-", &["a"]), true)]
#[case::other_space(json!({"library_id": "l", "space_id": "-"}), delete("l", "s", &["a"]), false)]
#[case::other_library(json!({"library_id": "l"}), delete("m", "s", &["a"]), false)]
#[case::asset(json!({"item": "a-?"}), batch("p", &["x", "a-1"]), true)]
#[case::other_asset(json!({"item": "a-?"}), batch("p", &["x", "a-12"]), false)]
#[case::asset_of_a_summary(json!({"item": "a"}), summary("p", &["a"]), true)]
#[case::path(json!({"item": "foo/*"}), delete("l", "s", &["bar", "foo/x/y"]), true)]
#[case::other_path(json!({"item": "foo/*"}), delete("l", "s", &["bar"]), false)]
#[case::application(json!({"item": "app-*"}), assets("p", "i"), true)]
#[case::task_of_roma(json!({"item": "task-*"}), assets("p", "i"), true)]
#[case::other_task(json!({"item": "task-2"}), assets("p", "i"), false)]
#[case::job(json!({"item": "j1"}), job("p", "i", "j1"), true)]
#[case::task_of_smh(json!({"item": "12"}), task("10,12"), true)]
#[case::other_task_of_smh(json!({"item": "2"}), task("10,12"), false)]
fn a_request_is_chosen(#[case] when: Value, #[case] request: Request, #[case] expected: bool) {
    assert_eq!(struck(&engine(&when), &request), expected);
}

#[rstest]
#[case(json!({"nth": 2}), [false, true, false, false, false, false])]
#[case(json!({"every": 3}), [false, false, true, false, false, true])]
#[case(json!({"times": 2}), [true, true, false, false, false, false])]
#[case(json!({"every": 2, "times": 1}), [false, true, false, false, false, false])]
#[case(json!({"probability": 0}), [false; 6])]
#[case(json!({"probability": 1}), [true; 6])]
fn requests_are_counted_for_each_tenant(#[case] when: Value, #[case] expected: [bool; 6]) {
    let engine = engine(&when);
    let mut seen = [Vec::new(), Vec::new()];
    for _ in 0..6 {
        for (seen, project) in seen.iter_mut().zip(["p", "q"]) {
            seen.push(struck(&engine, &batch(project, &[])));
        }
    }
    assert_eq!(seen, [expected.to_vec(), expected.to_vec()]);
    let listed = &engine.faults().list()[0];
    let both = 2 * expected.iter().filter(|struck| **struck).count();
    assert_eq!(listed.struck, both as u64);
}

#[test]
fn only_the_requests_that_are_chosen_are_counted() {
    let engine = engine(&json!({"item": "a", "nth": 2}));
    let ids = ["a", "b", "b", "a", "a"];
    let seen = ids.map(|id| struck(&engine, &batch("p", &[id])));
    assert_eq!(seen, [false, false, false, true, false]);
}

#[test]
fn an_instance_and_a_space_are_tenants_of_their_own() {
    let engine = engine(&json!({"nth": 1}));
    for request in [
        assets("p", "i"),
        assets("p", "j"),
        delete("l", "s", &[]),
        delete("l", "t", &[]),
    ] {
        assert!(struck(&engine, &request));
        assert!(!struck(&engine, &request));
    }
}

#[test]
fn a_seed_strikes_the_same_requests_again() {
    let strikes = |seed: u64| -> Vec<bool> {
        let engine = engine(&json!({"probability": 0.5, "seed": seed}));
        (0..64).map(|_| struck(&engine, &batch("p", &[]))).collect()
    };
    let first = strikes(1);
    assert_eq!(first, strikes(1));
    assert_ne!(first, strikes(2));
    let count = first.iter().filter(|struck| **struck).count();
    assert!((16..48).contains(&count), "about half of 64, not {count}");
}

#[test]
fn faults_come_and_go_while_it_serves() {
    let engine = builder().build().expect("sound");
    let faults = engine.faults();
    assert!(!struck(&engine, &batch("p", &[])));
    let text = r#"[{"effect": {"status": 503}}, {"effect": {"status": 504}}]"#;
    let ids = faults.add_json(text).expect("two faults");
    assert_eq!(engine.respond(&batch("p", &[])).status, 503);
    assert!(faults.remove(ids[0]) && !faults.remove(ids[0]));
    assert_eq!(engine.respond(&batch("p", &[])).status, 504);
    assert_eq!(faults.list()[0].id, ids[1]);
    faults.clear();
    assert!(!struck(&engine, &batch("p", &[])));
    assert_ne!(
        faults.add_json(text).expect("two")[0],
        ids[0],
        "no id comes twice"
    );
}

#[test]
fn the_state_callback_is_never_struck() {
    let engine = engine(&json!({}));
    let change = json!({"state": "asset exists", "params": {"project_id": "p"}});
    assert_eq!(
        engine.respond(&request("POST", "/_states", &change)).status,
        200
    );
}
