//! The files of a contract, read from memory: in a small good one, some are replaced by the input.

use std::collections::BTreeMap;
use std::sync::Arc;

use conformance::{Plan, Selection};
use contract::{Contract, Error};
use validator::Validator;

use crate::parts;

const BASE: &str = "schemas/pets/2026-01";
const OPENAPI: &str = "schemas/pets/2026-01/openapi.yaml";
const LIFE: &str = "schemas/pets/2026-01/life.yaml";
const SCENARIO: &str = "fixtures/pets/2026-01/scenarios/wash.arazzo.yaml";

macro_rules! small {
    ($($path:literal),+) => {
        [$(($path, include_str!(concat!("../../contract/tests/small/", $path)))),+]
    };
}

/// The small contract that the tests of `contract` spoil, too.
const SMALL: [(&str, &str); 5] = small![
    "schemas/pets/2026-01/openapi.yaml",
    "schemas/pets/2026-01/requirements.yaml",
    "schemas/pets/2026-01/errata.yaml",
    "schemas/pets/2026-01/wash.schema.json",
    "fixtures/pets/2026-01/wash.request.printed.json"
];

/// `openapi.yaml`, and in a second part its JSON Schema.
pub fn openapi(input: &[u8]) {
    load(input, &[OPENAPI, "schemas/pets/2026-01/wash.schema.json"]);
}

/// `requirements.yaml`, and in a second part `errata.yaml`.
pub fn promises(input: &[u8]) {
    let replaced = [
        "schemas/pets/2026-01/requirements.yaml",
        "schemas/pets/2026-01/errata.yaml",
    ];
    load(input, &replaced);
}

/// The life of items.
pub fn life(input: &[u8]) {
    load(input, &[LIFE]);
}

/// An Arazzo document.
pub fn arazzo(input: &[u8]) {
    load(input, &[SCENARIO]);
}

fn load(input: &[u8], replaced: &[&str]) {
    let small = SMALL.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let mut files: BTreeMap<String, String> = small.into_iter().collect();
    if let Some(openapi) = files.get_mut(OPENAPI) {
        if replaced.contains(&LIFE) {
            openapi.push_str("x-life: life.yaml\n");
        }
        if replaced.contains(&SCENARIO) {
            let named = format!("\nx-scenarios: [../../../{SCENARIO}]\npaths:");
            *openapi = openapi.replacen("\npaths:", &named, 1);
        }
    }
    let files = files
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()));
    let mut files: BTreeMap<String, Vec<u8>> = files.collect();
    for (path, content) in replaced.iter().zip(parts::of(input)) {
        files.insert((*path).to_owned(), content.to_vec());
    }
    match Contract::from_files(BASE, files) {
        Ok(contract) => use_it(contract),
        Err(error) => told(&error),
    }
}

/// What is read without an error can be judged by and made cases of.
fn use_it(contract: Contract) {
    let validator = Validator::new(Arc::new(contract)).expect("its schemas were checked");
    let all = Selection::default();
    // That a case cannot be made is told, too; what the reason is does not matter here.
    let _plan = Plan::new(vec![Arc::new(validator)], &all);
}

/// An error begins with the file that it is about.
fn told(error: &Error) {
    let said = error.to_string();
    let named = ["schemas/", "fixtures/"]
        .iter()
        .any(|folder| said.starts_with(folder));
    assert!(named, "{said}");
}
