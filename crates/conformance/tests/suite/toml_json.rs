//! TOML as JSON, and the schemas of our own files: what an editor does with both.

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

/// The schema of that name under `schemas/formats/`.
pub(crate) fn schema(name: &str) -> jsonschema::Validator {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/../../schemas/formats/{name}.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is there");
    let schema = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is one");
    jsonschema::draft202012::new(&schema).expect("the schema compiles")
}

/// The document as JSON; a date becomes null, which no schema of ours takes.
pub(crate) fn value(text: &str) -> Value {
    table(DeTable::parse(text).expect("TOML").get_ref())
}

fn table(table: &DeTable<'_>) -> Value {
    let members: Map<String, Value> = table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())))
        .collect();
    members.into()
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => number.as_str().parse::<i64>().expect("decimal").into(),
        DeValue::Float(number) => number.as_str().parse::<f64>().expect("finite").into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Datetime(_) => Value::Null,
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(members) => table(members),
    }
}
