//! The schema that only has to say yes or no: it accepts the same values as the linked one, with
//! fewer steps. What names requirements is left out, and the parts of an `allOf` that exist to
//! carry those names are joined to the object itself.

use serde_json::{Map, Value};

use crate::transform::is_note;

/// A schema that accepts the same values.
pub(crate) fn equivalent(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut plain: Map<String, Value> = members
                .iter()
                .filter(|(key, _)| !is_note(key))
                .map(|(key, value)| (key.clone(), member(key, value)))
                .collect();
            if let Some(Value::Array(parts)) = plain.remove("allOf") {
                let rest: Vec<Value> = parts
                    .into_iter()
                    .filter_map(|part| join(part, &mut plain))
                    .collect();
                if !rest.is_empty() {
                    plain.insert("allOf".to_owned(), Value::Array(rest));
                }
            }
            Value::Object(plain)
        }
        other => other.clone(),
    }
}

fn member(key: &str, value: &Value) -> Value {
    match value {
        // The values of these are data, not schemas.
        _ if matches!(key, "enum" | "const" | "required") => value.clone(),
        Value::Object(named)
            if matches!(
                key,
                "properties" | "patternProperties" | "dependentSchemas" | "$defs"
            ) =>
        {
            let named = named
                .iter()
                .map(|(name, part)| (name.clone(), equivalent(part)));
            Value::Object(named.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(equivalent).collect()),
        other => equivalent(other),
    }
}

/// Joins one part of an `allOf` to the object that holds it, or gives it back when that would
/// change what is accepted.
fn join(part: Value, whole: &mut Map<String, Value>) -> Option<Value> {
    let Value::Object(members) = part else {
        return Some(part);
    };
    let conflicts = members.iter().any(|(key, value)| match key.as_str() {
        "required" => false,
        "if" | "then" | "else" => ["if", "then", "else"]
            .iter()
            .any(|key| whole.contains_key(*key)),
        "properties" => !joinable(value, whole.get("properties")),
        key => whole.contains_key(key) || !asserts_by_itself(key),
    });
    if conflicts {
        return Some(Value::Object(members));
    }
    for (key, value) in members {
        match (whole.get_mut(&key), value) {
            (Some(Value::Array(names)), Value::Array(more)) if key == "required" => {
                let new: Vec<Value> = more
                    .into_iter()
                    .filter(|name| !names.contains(name))
                    .collect();
                names.extend(new);
            }
            (Some(Value::Object(known)), Value::Object(more)) if key == "properties" => {
                for (name, constraints) in more {
                    if let (Some(Value::Object(known)), Value::Object(constraints)) =
                        (known.get_mut(&name), constraints)
                    {
                        known.extend(constraints);
                    }
                }
            }
            (_, value) => {
                whole.insert(key, value);
            }
        }
    }
    None
}

/// Keywords whose meaning does not depend on what stands beside them.
fn asserts_by_itself(key: &str) -> bool {
    matches!(
        key,
        "const"
            | "enum"
            | "pattern"
            | "minLength"
            | "maxLength"
            | "minimum"
            | "maximum"
            | "minItems"
            | "maxItems"
            | "not"
            | "anyOf"
            | "oneOf"
            | "dependentSchemas"
    )
}

/// Whether each named member is known already, with constraints of which none is the same
/// keyword: then both sets together are one, and no member becomes known that was not.
fn joinable(named: &Value, known: Option<&Value>) -> bool {
    let (Value::Object(named), Some(Value::Object(known))) = (named, known) else {
        return false;
    };
    named
        .iter()
        .all(|(name, constraints)| match (constraints, known.get(name)) {
            (Value::Object(constraints), Some(Value::Object(known))) => constraints
                .keys()
                .all(|key| asserts_by_itself(key) && !known.contains_key(key)),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_that_only_carry_names_are_joined() {
        let schema = json!({
            "type": "object",
            "x-requirement": "A",
            "required": ["a"],
            "properties": {"a": {"type": "string", "title": "x"}, "title": {"enum": [{"title": 1}]}},
            "additionalProperties": false,
            "allOf": [
                {"x-requirement": "B", "required": ["a", "b"]},
                {"x-level": "SHOULD", "properties": {"a": {"pattern": "^x"}}},
                {"if": {"required": ["b"]}, "then": {"required": ["c"]}},
            ],
        });
        assert_eq!(
            equivalent(&schema),
            json!({
                "type": "object",
                "required": ["a", "b"],
                "properties": {"a": {"type": "string", "pattern": "^x"}, "title": {"enum": [{"title": 1}]}},
                "additionalProperties": false,
                "if": {"required": ["b"]},
                "then": {"required": ["c"]},
            })
        );
    }

    #[test]
    fn parts_that_would_change_what_is_accepted_stay_apart() {
        for part in [
            json!({"properties": {"unknown": {"type": "string"}}}),
            json!({"properties": {"a": {"type": "integer"}}}),
            json!({"properties": {"b": {"pattern": "y"}}}),
            json!({"additionalProperties": false}),
            json!({"items": {"type": "string"}}),
            json!({"pattern": "y"}),
            json!(false),
        ] {
            let schema = json!({"pattern": "x", "properties": {"a": {"type": "string"}, "b": {"pattern": "x"}}, "items": {"properties": {"title": {"type": "string"}}}, "allOf": [part]});
            assert_eq!(equivalent(&schema), schema);
        }
    }
}
