//! What judging a clean exchange costs, beside what cannot be saved: parsing its two bodies with
//! `serde_json`, and asking `jsonschema` of each whether it is valid.
//!
//! `cargo bench -p validator` prints, for each operation, exchanges a second for all three.

use std::sync::Arc;

use bytes::Bytes;
use contract::Contract;
use divan::Bencher;
use divan::counter::ItemsCount;
use serde_json::{Value, json};
use validator::{Exchange, Request, Response, Severity, Validator};

fn main() {
    divan::main();
}

/// One clean exchange of an operation, with what is needed to judge it in all three ways.
struct Subject {
    validator: Validator,
    exchange: Exchange,
    schemas: Vec<jsonschema::Validator>,
}

fn subject(name: &str) -> Subject {
    let (api, revision, target, request, status, response) = match name {
        "batch-action" => (
            "metastudio",
            "2025-12",
            "/v1/6a6a1f8354f64dd9b9a614def7b59d83/digital-assets/batch-action",
            json!({"action": "DELETE", "asset_ids": ["a1", "a2", "a3", "a4"]}),
            200,
            json!({"results": [
                {"ret_status": "SUCCESS", "asset_ids": ["a1", "a2"]},
                {"ret_status": "FAILED", "asset_ids": ["a3", "a4"],
                 "error_info": {"error_code": "MSS.00000005", "error_msg": "Insufficient permissions."}},
            ]}),
        ),
        "asset-summary" => (
            "metastudio",
            "2025-12",
            "/v1/6a6a1f8354f64dd9b9a614def7b59d83/digital-assets/summarys",
            json!({"asset_ids": ["a1", "a2"]}),
            200,
            json!({"asset_list": [
                {"asset_id": "a1", "asset_name": "Male Teacher", "asset_type": "HUMAN_MODEL_2D", "asset_state": "ACTIVED",
                 "block_reason_code": "", "cover_url": "https://x/1.png", "thumbnail_url": "https://x/1s.png"},
                {"asset_id": "a2", "asset_name": "Slides", "asset_type": "PPT", "asset_state": "UNACTIVED",
                 "block_reason_code": "", "cover_url": "https://x/2.png", "thumbnail_url": "https://x/2s.png"},
            ]}),
        ),
        "assets-delete" => (
            "roma",
            "2022-12",
            "/v2/6a6a1f83/instances/54f64dd9/assets/delete",
            json!({"apps": "app-1", "tasks": [{"task_id": "t1"}, {"task_id": "t2"}]}),
            200,
            json!({"job_id": "ff8080814dbd65d7014dbe0d84db0013"}),
        ),
        _ => (
            "smh",
            "2026-01",
            "/api/v1/batch/lib/space?delete&access_token=secret&user_id=u1",
            json!([{"path": "foo/bar"}, {"path": "foo/1.jpg"}, {"path": "foo/2.jpg", "permanent": true}]),
            200,
            json!({"result": [
                {"status": 200, "recycledItemId": 123, "path": ["foo", "bar"]},
                {"status": 200, "recycledItemId": 124, "path": ["foo", "1.jpg"]},
                {"status": 204, "path": ["foo", "2.jpg"]},
            ]}),
        ),
    };
    let contract = Contract::embedded_one(api, revision).expect("the contract is embedded");
    let index = contract
        .operations
        .iter()
        .position(|operation| operation.id == name)
        .expect("the contract has the operation");
    let schemas = schemas(&contract, index, status);
    let headers = |more: &[(&str, &str)]| -> Vec<(String, Vec<u8>)> {
        [("content-type", "application/json")]
            .iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect()
    };
    let exchange = Exchange {
        request: Request {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: headers(&[("x-auth-token", "secret")]),
            body: Bytes::from(request.to_string()),
        },
        response: Response {
            status,
            headers: headers(&[("x-request-id", "1")]),
            body: Bytes::from(response.to_string()),
        },
    };
    let validator = Validator::new(Arc::new(contract)).expect("the contract compiles");
    let wrong: Vec<_> = validator
        .exchange(&exchange)
        .into_iter()
        .filter(|finding| finding.severity() > Severity::Observation)
        .collect();
    assert!(wrong.is_empty(), "the exchange is not clean: {wrong:#?}");
    Subject {
        validator,
        exchange,
        schemas,
    }
}

/// The schemas of both bodies as any tool would compile them, without assetproof's additions.
fn schemas(contract: &Contract, index: usize, status: u16) -> Vec<jsonschema::Validator> {
    let operation = &contract.operations[index];
    let mut registry = jsonschema::Registry::new();
    for (uri, document) in contract.schemas.documents() {
        registry = registry
            .add(uri, document.clone())
            .expect("a fresh address");
    }
    let registry = registry.prepare().expect("all references resolve");
    let response = operation.response(status).expect("a documented status");
    [&operation.request, &response.body]
        .into_iter()
        .flatten()
        .map(|body| {
            jsonschema::draft202012::options()
                .with_registry(&registry)
                .build(&json!({"$ref": body.schema.to_string()}))
                .expect("the schema compiles")
        })
        .collect()
}

const OPERATIONS: [&str; 4] = [
    "batch-action",
    "asset-summary",
    "assets-delete",
    "batch-delete",
];

#[divan::bench(args = OPERATIONS, sample_size = 1000)]
fn a_parse_both_bodies(bencher: Bencher<'_, '_>, name: &str) {
    let subject = subject(name);
    bencher.counter(ItemsCount::new(1_u32)).bench(|| {
        [
            &subject.exchange.request.body,
            &subject.exchange.response.body,
        ]
        .map(|body| serde_json::from_slice::<Value>(body).expect("JSON"))
    });
}

#[divan::bench(args = OPERATIONS, sample_size = 1000)]
fn b_parse_and_bare_jsonschema(bencher: Bencher<'_, '_>, name: &str) {
    let subject = subject(name);
    bencher.counter(ItemsCount::new(1_u32)).bench(|| {
        let bodies = [
            &subject.exchange.request.body,
            &subject.exchange.response.body,
        ];
        bodies.iter().zip(&subject.schemas).all(|(body, schema)| {
            schema.is_valid(&serde_json::from_slice::<Value>(body).expect("JSON"))
        })
    });
}

#[divan::bench(args = OPERATIONS, sample_size = 1000)]
fn c_validate_exchange(bencher: Bencher<'_, '_>, name: &str) {
    let subject = subject(name);
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench(|| subject.validator.exchange(&subject.exchange));
}
