//! How values are shown in findings: as JSON, shortened, so that a finding stays a few lines.

use serde_json::Value;

/// The longest text of a value in a finding, in characters.
const LIMIT: usize = 200;

/// Shortens a text to 200 characters and says how long it was.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(LIMIT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
    }
}

/// A value as JSON. Large ones are told by kind and size, so that a body of 50 MB does not become
/// a text of 50 MB first.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Array(items) if items.len() > 20 => format!("an array of {} items", items.len()),
        Value::Object(members) if members.len() > 20 => {
            format!("an object of {} members", members.len())
        }
        Value::Array(items) if items.iter().any(is_large) => {
            format!("an array of {} items", items.len())
        }
        Value::Object(members) if members.values().any(is_large) => {
            format!("an object of {} members", members.len())
        }
        Value::String(text) => format!("\"{}\"", shorten(text)),
        other => shorten(&other.to_string()),
    }
}

fn is_large(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.len() > 20 || items.iter().any(is_large),
        Value::Object(members) => members.len() > 20 || members.values().any(is_large),
        Value::String(text) => text.len() > LIMIT * 4,
        _ => false,
    }
}

/// The JSON type of a value, with its article.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
