//! Clean exchanges of the built-in operations, to be spoilt by the tests.
#![allow(dead_code, reason = "each test program uses its own part of these")]

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use contract::Contract;
use serde_json::{Value, json};
use validator::{Exchange, Finding, Request, Response, Validator};

fn load(api: &str, revision: &str) -> Validator {
    let contract = Contract::embedded_one(api, revision).expect("the contract is embedded");
    Validator::new(Arc::new(contract)).expect("the contract compiles")
}

static METASTUDIO: LazyLock<Validator> = LazyLock::new(|| load("metastudio", "2025-12"));
static ROMA: LazyLock<Validator> = LazyLock::new(|| load("roma", "2022-12"));
static SMH: LazyLock<Validator> = LazyLock::new(|| load("smh", "2026-01"));

/// Judges an exchange by the API that its path belongs to.
pub(crate) fn judge(exchange: &Exchange) -> Vec<Finding> {
    validator(&exchange.request.target).exchange(exchange)
}

/// The validator of the API that a path belongs to.
pub(crate) fn validator(target: &str) -> &'static Validator {
    match target.get(..4) {
        Some("/v2/") => &ROMA,
        Some("/api") => &SMH,
        _ => &METASTUDIO,
    }
}

/// The one finding that cites a requirement.
pub(crate) fn requirement<'f>(findings: &'f [Finding], id: &str) -> &'f Finding {
    let mut citing = findings
        .iter()
        .filter(|finding| finding.requirement.as_deref() == Some(id));
    match (citing.next(), citing.next()) {
        (Some(found), None) => found,
        _ => panic!("not exactly one finding cites {id}: {findings:#?}"),
    }
}

fn exchange(target: &str, token: bool, request: &Value, status: u16, response: &Value) -> Exchange {
    let json = || ("Content-Type".to_owned(), b"application/json".to_vec());
    let mut headers = vec![json()];
    if token {
        headers.push(("X-Auth-Token".to_owned(), b"secret-token".to_vec()));
    }
    Exchange {
        request: Request {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers,
            body: Bytes::from(request.to_string()),
        },
        response: Response {
            status,
            headers: vec![json(), ("x-request-id".to_owned(), b"r1".to_vec())],
            body: Bytes::from(response.to_string()),
        },
    }
}

/// A batch action of which half succeeds.
pub(crate) fn batch_action() -> Exchange {
    exchange(
        "/v1/p1/digital-assets/batch-action",
        true,
        &json!({"action": "DELETE", "asset_ids": ["a1", "a2"], "params": "x"}),
        200,
        &json!({"results": [
            {"ret_status": "SUCCESS", "asset_ids": ["a1"]},
            {"ret_status": "FAILED", "asset_ids": ["a2"],
             "error_info": {"error_code": "MSS.00000005", "error_msg": "Insufficient permissions."}},
        ]}),
    )
}

/// A summary of one asset.
pub(crate) fn asset_summary() -> Exchange {
    exchange(
        "/v1/p1/digital-assets/summarys",
        true,
        &json!({"asset_ids": ["a1"]}),
        200,
        &json!({"asset_list": [{"asset_id": "a1", "asset_name": "n", "asset_type": "IMAGE",
            "asset_state": "ACTIVED", "cover_url": "c", "thumbnail_url": "t", "block_reason_code": ""}]}),
    )
}

/// A deletion job that is started.
pub(crate) fn assets_delete() -> Exchange {
    exchange(
        "/v2/p1/instances/i1/assets/delete",
        true,
        &json!({"apps": "a1", "tasks": [{"task_id": "t1"}]}),
        200,
        &json!({"job_id": "j1"}),
    )
}

/// A batch deletion done at once.
pub(crate) fn batch_delete() -> Exchange {
    exchange(
        "/api/v1/batch/l1/s1?delete&access_token=secret-token",
        false,
        &json!([{"path": "foo/bar"}, {"path": "/foo/2.jpg", "permanent": true}]),
        200,
        &json!({"result": [
            {"status": 200, "recycledItemId": 1, "path": ["foo", "bar"]},
            {"status": 204, "path": ["foo", "2.jpg"]},
        ]}),
    )
}

/// Puts a value at a JSON pointer of a body; `null` in `value` is a value, not a removal.
pub(crate) fn set(body: &mut Bytes, pointer: &str, value: Value) {
    change(body, |whole| {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer to a part");
        match whole.pointer_mut(parent).expect("the parent is there") {
            Value::Object(members) => {
                members.insert(name.to_owned(), value);
            }
            Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
            other => panic!("{other} has no parts"),
        }
    });
}

/// Removes the part at a JSON pointer of a body.
pub(crate) fn remove(body: &mut Bytes, pointer: &str) {
    change(body, |whole| {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer to a part");
        match whole.pointer_mut(parent).expect("the parent is there") {
            Value::Object(members) => drop(members.remove(name)),
            Value::Array(items) => drop(items.remove(name.parse().expect("an index"))),
            other => panic!("{other} has no parts"),
        }
    });
}

fn change(body: &mut Bytes, change: impl FnOnce(&mut Value)) {
    let mut whole = serde_json::from_slice(body).expect("the clean body is JSON");
    change(&mut whole);
    *body = Bytes::from(whole.to_string());
}
