//! The JSON Schemas of our own files (`schemas/formats/`), to compare readers with.

use contract::embedded;
use jsonschema::Validator;
use serde_json::Value;

/// The compiled schema of a format, e.g. `fault`.
pub fn of(format: &str) -> Validator {
    let path = format!("schemas/formats/{format}.schema.json");
    let bytes = embedded::file(&path).expect("it is embedded");
    let schema = serde_json::from_slice(bytes).expect("it is JSON");
    jsonschema::draft202012::new(&schema).expect("it is a schema")
}

/// Proves that what a reader took has the form that is written down for it.
pub fn assert_valid(schema: &Validator, value: &Value) {
    if let Err(error) = schema.validate(value) {
        panic!(
            "the reader took what its schema refuses: {error} at {}",
            error.instance_path()
        );
    }
}
