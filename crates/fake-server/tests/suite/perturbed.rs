//! Perturbation as a client sees it: everything that is free differs, the same seed does the same
//! again, and no answer breaks a MUST or a SHOULD.

use std::collections::BTreeSet;

use fake_server::Engine;
use rstest::rstest;
use serde_json::{Value, json};
use validator::{Exchange, Request, Response};

use crate::served::{Front, Served, builder, complaints};

fn perturbed(seed: u64) -> Engine {
    builder().perturb(seed).build().expect("sound")
}

fn request(method: &str, target: &str, body: &Value) -> Request {
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: vec![
            ("X-Auth-Token".to_owned(), b"assetproof-token".to_vec()),
            ("Content-Type".to_owned(), b"application/json".to_vec()),
        ],
        body: if method == "GET" {
            bytes::Bytes::new()
        } else {
            body.to_string().into()
        },
    }
}

/// Asks, holds the answer to every MUST and SHOULD, and gives it.
fn ask(engine: &Engine, request: Request) -> (Response, Value) {
    let response = engine.respond(&request);
    let exchange = Exchange { request, response };
    let complaints = complaints(engine, &exchange).into_iter();
    let serious: Vec<_> = complaints
        .filter(|finding| finding.level > contract::Level::May)
        .collect();
    assert!(serious.is_empty(), "{serious:#?}\n{exchange:?}");
    let response = exchange.response;
    let body = serde_json::from_slice(&response.body).expect("JSON");
    (response, body)
}

fn set_up(engine: &Engine, state: &str, params: &Value) -> Value {
    engine.set_up(state, params).expect("a known state")
}

fn batch(engine: &Engine, action: &str, ids: &[&str]) -> Value {
    let body = json!({"action": action, "asset_ids": ids});
    let target = "/v1/p/digital-assets/batch-action";
    ask(engine, request("POST", target, &body)).1
}

fn summary(engine: &Engine, ids: &[&str]) -> (u16, Value) {
    let body = json!({"asset_ids": ids});
    let target = "/v1/p/digital-assets/summarys";
    let (response, body) = ask(engine, request("POST", target, &body));
    (response.status, body)
}

fn smh(engine: &Engine, items: &Value) -> (u16, Value) {
    let target = "/api/v1/batch/l/s?delete&access_token=assetproof-access";
    let (response, body) = ask(engine, request("POST", target, items));
    (response.status, body)
}

/// What comes of many seeds, as a set.
fn over_seeds<T: Ord>(look: impl Fn(&Engine) -> T) -> BTreeSet<T> {
    (0..60).map(|seed| look(&perturbed(seed))).collect()
}

#[test]
fn results_come_in_every_order_and_grouping() {
    let shapes = over_seeds(|engine| {
        for id in ["a", "b"] {
            let params = json!({"project_id": "p", "asset_id": id});
            set_up(engine, "asset exists", &params);
        }
        let body = batch(engine, "DELETE", &["a", "x", "b"]);
        let results = body["results"].as_array().expect("results").iter();
        let ids = results.map(|result| result["asset_ids"].to_string());
        ids.collect::<Vec<_>>().join(" ")
    });
    for shape in [
        r#"["a","b"] ["x"]"#,
        r#"["x"] ["b","a"]"#,
        r#"["b"] ["x"] ["a"]"#,
    ] {
        assert!(shapes.contains(shape), "{shape} in {shapes:?}");
    }
}

#[test]
fn what_no_document_says_of_an_asset_differs() {
    let of = |state: &str, action: &str| {
        over_seeds(|engine| {
            let params = json!({"project_id": "p", "asset_id": "a", "asset_state": state});
            set_up(engine, "asset exists", &params);
            let status = batch(engine, action, &["a"])["results"][0]["ret_status"].to_string();
            let (_, after) = summary(engine, &["a"]);
            format!("{status} {}", after["asset_list"][0]["asset_state"])
        })
    };
    let restored = of("DELETING", "RESTORE");
    for state in ["ACTIVED", "UNACTIVED"] {
        let expected = format!("\"SUCCESS\" \"{state}\"");
        assert!(restored.contains(&expected), "{restored:?}");
    }
    assert!(
        restored.contains("\"SUCCESS\" null"),
        "the state is optional"
    );
    let shared = of("ACTIVED", "SHARE");
    assert!(
        shared.contains("\"FAILED\" \"ACTIVED\"") && shared.contains("\"SUCCESS\" \"ACTIVED\"")
    );
    let gone = of("ACTIVED", "DELETE_FORCE");
    assert!(gone.contains("\"SUCCESS\" \"DELETED\"") && gone.contains("\"SUCCESS\" null"));
    let frozen = of("BLOCK", "DELETE");
    assert!(frozen.contains("\"FAILED\" \"BLOCK\"") && frozen.contains("\"FAILED\" null"));
}

#[test]
fn unknown_ids_are_left_out_or_refused_and_the_order_is_free() {
    let unknown = over_seeds(|engine| summary(engine, &["x"]).0);
    assert_eq!(unknown, BTreeSet::from([200, 400]));
    let orders = over_seeds(|engine| {
        for id in ["a", "b"] {
            let params = json!({"project_id": "p", "asset_id": id});
            set_up(engine, "asset exists", &params);
        }
        let (_, body) = summary(engine, &["a", "b"]);
        body["asset_list"][0]["asset_id"].to_string()
    });
    assert_eq!(orders.len(), 2);
}

#[test]
fn ids_come_in_many_forms() {
    let lengths = over_seeds(|engine| {
        let asset = set_up(engine, "asset exists", &json!({"project_id": "p"}));
        asset["asset_id"].as_str().expect("text").len()
    });
    assert!(lengths.len() > 3, "{lengths:?}");
}

#[test]
fn a_batch_is_deleted_at_once_or_later_and_statuses_are_numbers_or_texts() {
    let answers = over_seeds(|engine| {
        let params = json!({"library_id": "l", "space_id": "s", "path": "a"});
        set_up(engine, "file exists", &params);
        let (status, body) = smh(engine, &json!([{"path": "a"}, {"path": "b"}]));
        if status == 207 {
            let results = body["result"].as_array().expect("results");
            let texts = results
                .iter()
                .filter(|item| item["status"].is_string())
                .count();
            assert!(texts == 0 || texts == 2, "one way throughout a response");
            return format!("{status} {}", body["result"][0]["status"]);
        }
        let id = &body["taskId"];
        let target = format!("/api/v1/task/l/s/{id}?access_token=assetproof-access");
        let tell = || ask(engine, request("GET", &target, &Value::Null)).1[0].clone();
        let is = |task: &Value, code: u16| {
            task["status"] == json!(code) || task["status"] == json!(code.to_string())
        };
        let polls = (0..10).take_while(|_| is(&tell(), 202)).count();
        assert!(is(&tell(), 207));
        format!("{status} {polls}")
    });
    for answer in ["207 200", "207 \"200\"", "202 0", "202 3"] {
        assert!(answers.contains(answer), "{answer} in {answers:?}");
    }
}

#[test]
fn a_mode_that_was_set_up_is_kept() {
    for mode in ["at once", "later"] {
        let statuses = over_seeds(|engine| {
            let params = json!({"library_id": "l", "space_id": "s", "mode": mode});
            set_up(engine, "batch deletes run", &params);
            smh(engine, &json!([{"path": "a"}])).0
        });
        assert_eq!(
            statuses,
            BTreeSet::from([if mode == "later" { 202 } else { 207 }])
        );
    }
}

#[test]
fn smh_refuses_with_one_of_the_usual_statuses_and_takes_many_items_or_not() {
    let unauthenticated = over_seeds(|engine| {
        let target = "/api/v1/batch/l/s?delete&access_token=wrong";
        ask(engine, request("POST", target, &json!([]))).0.status
    });
    assert_eq!(unauthenticated, BTreeSet::from([400, 401, 403]));
    let items = Value::from(vec![json!({"path": "a"}); 1001]);
    let many = over_seeds(|engine| smh(engine, &items).0);
    assert_eq!(many, BTreeSet::from([202, 207, 400]));
}

#[test]
fn a_job_differs_in_everything_that_is_open() {
    let delete = "/v2/p/instances/i/assets/delete";
    let mut members = BTreeSet::new();
    let outcomes = over_seeds(|engine| {
        let begun = ask(engine, request("POST", delete, &json!({"apps": "missing"}))).1;
        let Some(id) = begun["job_id"].as_str() else {
            return "refused".to_owned();
        };
        let target = format!("/v2/p/instances/i/assets/jobs/{id}");
        for polls in 1.. {
            let job = ask(engine, request("GET", &target, &Value::Null)).1;
            let status = job["status"].as_str().expect("a status");
            if !status.eq_ignore_ascii_case("RUNNING") {
                return format!("{status} {polls}");
            }
        }
        unreachable!("it ends")
    });
    let any = |wanted: &str| outcomes.iter().any(|outcome| outcome.contains(wanted));
    for wanted in [
        "refused",
        "SUCCEEDED",
        "Succeeded",
        "FAILED",
        "Failed",
        " 1",
        " 5",
    ] {
        assert!(any(wanted), "{wanted} in {outcomes:?}");
    }
    for seed in 0..60 {
        let engine = perturbed(seed);
        let tenant = json!({"project_id": "p", "instance_id": "i"});
        let held = set_up(&engine, "deletion job running", &tenant);
        let id = held["job_id"].as_str().expect("an id");
        let target = format!("/v2/p/instances/i/assets/jobs/{id}");
        let job = ask(&engine, request("GET", &target, &Value::Null)).1;
        for (name, value) in job.as_object().expect("an object") {
            members.insert(format!("{name} {}", value.is_number()));
        }
    }
    for member in ["begin_time true", "begin_time false", "archive_id false"] {
        assert!(members.contains(member), "{member} in {members:?}");
    }
}

#[test]
fn a_hundred_of_each_are_accepted_or_not() {
    let tasks = vec![json!({"task_id": "t"}); 100];
    let statuses = over_seeds(|engine| {
        for (state, member, id) in [
            ("application exists", "app_id", "a"),
            ("task exists", "task_id", "t"),
        ] {
            let params = json!({"project_id": "p", "instance_id": "i", member: id});
            set_up(engine, state, &params);
        }
        let body = json!({"apps": "a", "tasks": tasks});
        ask(
            engine,
            request("POST", "/v2/p/instances/i/assets/delete", &body),
        )
        .0
        .status
    });
    assert_eq!(statuses, BTreeSet::from([200, 403]));
}

/// Everything that a seed does in a row of requests.
fn row(seed: u64, project: &str) -> Vec<(Response, std::time::Duration)> {
    let engine = perturbed(seed);
    let params = json!({"project_id": project, "asset_id": "a"});
    set_up(&engine, "asset exists", &params);
    let target = format!("/v1/{project}/digital-assets/summarys");
    let body = json!({"asset_ids": ["a", "b"]});
    let answers = (0..20).map(|_| engine.answer(&request("POST", &target, &body)));
    answers
        .map(|answer| (answer.response, answer.delivery.delay))
        .collect()
}

#[test]
fn a_seed_reproduces_everything_and_requests_differ() {
    let first = row(1, "p");
    assert_eq!(first, row(1, "p"));
    assert_ne!(first, row(2, "p"));
    let bodies: BTreeSet<_> = first
        .iter()
        .map(|(answer, _)| answer.body.clone())
        .collect();
    assert!(bodies.len() > 15, "{}", bodies.len());
    let delays: BTreeSet<_> = first.iter().map(|(_, delay)| *delay).collect();
    assert!(delays.len() > 3 && delays.iter().all(|delay| delay.as_millis() <= 5));
    let headers: BTreeSet<_> = first
        .iter()
        .map(|(answer, _)| answer.headers.clone())
        .collect();
    assert!(headers.len() > 15, "{}", headers.len());
}

#[test]
fn what_one_tenant_does_changes_nothing_for_another() {
    let engine = perturbed(3);
    let ask = |project: &str| {
        let target = format!("/v1/{project}/digital-assets/summarys");
        let answer = engine.respond(&request("POST", &target, &json!({"asset_ids": ["a"]})));
        answer.body
    };
    let alone: Vec<_> = (0..5).map(|_| ask("p")).collect();
    let engine = perturbed(3);
    let ask = |project: &str| {
        let target = format!("/v1/{project}/digital-assets/summarys");
        let answer = engine.respond(&request("POST", &target, &json!({"asset_ids": ["a"]})));
        answer.body
    };
    let among_others: Vec<_> = (0..5)
        .map(|_| {
            ask("q");
            ask("p")
        })
        .collect();
    assert_eq!(alone, among_others);
}

/// Over a socket, too, nothing of it is lost or broken.
#[rstest]
#[tokio::test]
async fn a_perturbed_fake_is_served(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start_with(front, builder().perturb(5)).await;
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let headers = [("X-Auth-Token", "assetproof-token")];
        let body = r#"{"asset_ids":["a"]}"#;
        let target = "/v1/p/digital-assets/summarys";
        let exchange = fake.exchange("POST", target, &headers, body).await;
        let response = exchange.expect("an answer").response;
        let read: Value = serde_json::from_slice(&response.body).expect("whole JSON");
        assert!(read["asset_list"].is_array() || read["error_code"].is_string());
        seen.insert(response.body);
    }
    assert!(seen.len() > 3);
}
