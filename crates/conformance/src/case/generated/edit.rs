//! Changing one part of a body.

use serde_json::Value;

/// The pointer to a member or an item.
pub(super) fn below(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// Puts a value there, in place of the one that is or beside its siblings. Nothing happens where
/// there is nothing to hold it.
pub(super) fn set(body: &mut Value, pointer: &str, value: Value) {
    if let Some(there) = body.pointer_mut(pointer) {
        *there = value;
    } else if let Some((holder, token)) = pointer.rsplit_once('/')
        && let Some(Value::Object(members)) = body.pointer_mut(holder)
    {
        members.insert(token.replace("~1", "/").replace("~0", "~"), value);
    }
}

/// Takes the member there away.
pub(super) fn remove(body: &mut Value, pointer: &str) {
    if let Some((holder, token)) = pointer.rsplit_once('/')
        && let Some(Value::Object(members)) = body.pointer_mut(holder)
    {
        members.remove(&token.replace("~1", "/").replace("~0", "~"));
    }
}

/// Calls `each` with every string within the value, itself included.
pub(super) fn strings(value: &mut Value, each: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter_mut().for_each(|item| strings(item, each)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| strings(member, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a string within the value is like this.
pub(super) fn any_string(value: &Value, like: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => like(text),
        Value::Array(items) => items.iter().any(|item| any_string(item, like)),
        Value::Object(members) => members.values().any(|member| any_string(member, like)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_is_put_replaced_and_taken_away() {
        let mut body = json!({"a": [{"b/c": 1}]});
        assert_eq!(below("/a/0", "b/c"), "/a/0/b~1c");
        set(&mut body, "/a/0/b~1c", json!(2));
        set(&mut body, "/a/0/d~1e", json!(3));
        set(&mut body, "/x/y", json!(4));
        assert_eq!(body, json!({"a": [{"b/c": 2, "d/e": 3}]}));
        remove(&mut body, "/a/0/b~1c");
        assert_eq!(body, json!({"a": [{"d/e": 3}]}));
        set(&mut body, "", json!(null));
        assert_eq!(body, json!(null));
    }
}
