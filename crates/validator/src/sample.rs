//! A body of a million items can have a million errors, and the JSON Schema library lists all of
//! them before it gives the first. Of such a body only the beginning of each array is listed.

use serde_json::Value;

/// The most items of one array that are listed error by error.
const ITEMS: usize = 1000;

/// A copy with every array cut to its first thousand items; none when no array is longer.
pub(crate) fn of(body: &Value) -> Option<Value> {
    is_long(body).then(|| cut(body))
}

fn is_long(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.len() > ITEMS || items.iter().any(is_long),
        Value::Object(members) => members.values().any(is_long),
        _ => false,
    }
}

fn cut(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().take(ITEMS).map(cut).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), cut(member)))
                .collect(),
        ),
        other => other.clone(),
    }
}
