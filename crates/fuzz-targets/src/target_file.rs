//! A file of targets (`assetproof.toml`).

use std::path::Path;
use std::sync::LazyLock;

use conformance::TargetFile;
use jsonschema::Validator;
use serde_json::Value;

use crate::schema;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| schema::of("target"));

/// Reads it, and compares the reader with the schema of the format.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match TargetFile::parse(text, Path::new("target.toml")) {
        Ok(_) => {
            let mut value: Value = toml::from_str(text).expect("it was read, so it is TOML");
            plain_urls(&mut value);
            schema::assert_valid(&SCHEMA, &value);
        }
        Err(error) => assert!(error.to_string().starts_with("target.toml:"), "{error}"),
    }
}

/// Puts a plain URL in the place of each. The reader takes what the URL Standard takes, of which the
/// schema's pattern is the part that a person should write.
fn plain_urls(file: &mut Value) {
    let targets = file.get_mut("targets").and_then(Value::as_object_mut);
    for target in targets.into_iter().flat_map(|them| them.values_mut()) {
        for name in ["base_url", "state_url"] {
            if let Some(url) = target.get_mut(name) {
                *url = "http://127.0.0.1".into();
            }
        }
    }
}
