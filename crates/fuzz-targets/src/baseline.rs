//! A file of known failures (`--baseline`).

use std::path::Path;
use std::sync::LazyLock;

use conformance::Baseline;
use jsonschema::Validator;
use serde_json::Value;

use crate::schema;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| schema::of("baseline"));

/// Reads it, and compares the reader with the schema of the format.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match Baseline::parse(text, Path::new("baseline.toml")) {
        Ok(_) => {
            let value: Value = toml::from_str(text).expect("it was read, so it is TOML");
            schema::assert_valid(&SCHEMA, &value);
        }
        Err(error) => assert!(error.to_string().starts_with("baseline.toml:"), "{error}"),
    }
}
