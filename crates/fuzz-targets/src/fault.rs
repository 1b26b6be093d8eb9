//! Faults of the fake in JSON, as `--fault`, a file of them and the admin interface take them.

use std::sync::LazyLock;

use fake_server::Engine;
use fake_server::engine::Fault;
use jsonschema::Validator;
use serde_json::Value;

use crate::{fake, http_text, schema};

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| schema::of("fault"));

static ENGINE: LazyLock<Engine> = LazyLock::new(fake::engine);

/// A request of each API.
const REQUESTS: [&str; 3] = [
    "POST /v1/p/digital-assets/batch-action\nX-Auth-Token: assetproof-token\n\n\
     {\"action\":\"DELETE\",\"asset_ids\":[\"a\",\"b\"]}",
    "POST /v2/p/instances/i/assets/delete\nX-Auth-Token: assetproof-token\n\n\
     {\"asset_ids\":[\"a\"]}",
    "POST /api/v1/batch/l/s?delete&access_token=assetproof-access\n\n[{\"path\":\"a\"},{\"path\":\"b\"}]",
];

/// Reads them, compares the reader with the schema, and lets them strike.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let faults = match Fault::read(text) {
        Ok(faults) => faults,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let value: Value = serde_json::from_str(text).expect("it was read, so it is JSON");
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| schema::assert_valid(&SCHEMA, item)),
        one => schema::assert_valid(&SCHEMA, &one),
    }
    for fault in &faults {
        let written = serde_json::to_string(fault).expect("it can be written");
        let again = Fault::read(&written).expect("what is written can be read");
        assert_eq!(again, std::slice::from_ref(fault));
    }
    ENGINE.reset();
    ENGINE.faults().clear();
    if ENGINE.faults().add_json(text).is_ok() {
        for request in REQUESTS.iter().chain(&REQUESTS) {
            fake::ask(&ENGINE, &http_text::request(request.as_bytes()));
        }
    }
}
