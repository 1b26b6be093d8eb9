//! JSON values that a JSON Schema accepts, generated from the schema itself.
//!
//! It understands the keywords that the contracts use. A keyword that it does not know stops the
//! test instead of being passed over, so that the generated values never quietly become fewer
//! than the schema allows.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Map, Number, Value, json};

/// How many elements an array gets at most when its schema names no limit.
const ELEMENTS: u64 = 4;

/// How many characters a string gets at most when its schema names no limit.
const CHARACTERS: u64 = 12;

/// Keywords that assert nothing.
const ANNOTATIONS: &[&str] = &[
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "title",
    "description",
    "default",
    "examples",
    "format",
];

/// Keywords that assert, and that are read here.
const ASSERTIONS: &[&str] = &[
    "type",
    "enum",
    "const",
    "anyOf",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
];

/// Values that the schema, in which no `$ref` is left, accepts.
pub(crate) fn values(schema: &Value) -> BoxedStrategy<Value> {
    let mut schema = flat(schema);
    for keyword in schema.keys().map(String::as_str) {
        let known = ASSERTIONS.contains(&keyword) || ANNOTATIONS.contains(&keyword);
        assert!(
            known || keyword.starts_with("x-"),
            "the generator does not know `{keyword}`"
        );
    }
    if let Some(Value::Array(branches)) = schema.remove("anyOf") {
        let rest = Value::Object(schema);
        let branches = branches
            .iter()
            .map(|branch| values(&json!({"allOf": [rest, branch]})));
        return Union::new(branches).boxed();
    }
    if let Some(value) = schema.get("const") {
        return Just(value.clone()).boxed();
    }
    if let Some(Value::Array(allowed)) = schema.get("enum") {
        return select(allowed.clone()).boxed();
    }
    match schema.get("type") {
        Some(Value::String(kind)) => of_type(&schema, kind),
        Some(Value::Array(kinds)) => {
            let kinds = kinds
                .iter()
                .map(|kind| kind.as_str().expect("a type is a string"));
            Union::new(kinds.map(|kind| of_type(&schema, kind))).boxed()
        }
        _ => {
            let asserts = schema
                .keys()
                .any(|keyword| ASSERTIONS.contains(&keyword.as_str()));
            assert!(!asserts, "the generator needs a type beside {schema:?}");
            any_json()
        }
    }
}

/// The schema as one object, with the parts of its `allOf` merged in.
fn flat(schema: &Value) -> Map<String, Value> {
    let mut whole = match schema {
        Value::Bool(true) => Map::new(),
        Value::Object(schema) => schema.clone(),
        other => panic!("the generator finds nothing that {other} accepts"),
    };
    if let Some(Value::Array(parts)) = whole.remove("allOf") {
        for part in &parts {
            for (keyword, value) in flat(part) {
                merge(&mut whole, keyword, value);
            }
        }
    }
    whole
}

/// Adds a keyword of another part to a schema.
fn merge(schema: &mut Map<String, Value>, keyword: String, value: Value) {
    match (schema.get_mut(&keyword), value) {
        (Some(Value::Object(old)), Value::Object(new)) if keyword == "properties" => {
            for (name, part) in new {
                let both = match old.remove(&name) {
                    Some(other) => json!({"allOf": [other, part]}),
                    None => part,
                };
                old.insert(name, both);
            }
        }
        (Some(Value::Array(old)), Value::Array(new)) if keyword == "required" => old.extend(new),
        (Some(old), new) if *old != new && ASSERTIONS.contains(&keyword.as_str()) => {
            panic!("the generator cannot merge `{keyword}` {old} with {new}")
        }
        (_, value) => {
            schema.insert(keyword, value);
        }
    }
}

/// Values of one JSON type within the limits of the schema.
fn of_type(schema: &Map<String, Value>, kind: &str) -> BoxedStrategy<Value> {
    match kind {
        "null" => Just(Value::Null).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "string" => {
            let (min, max) = limits(schema, "minLength", "maxLength", CHARACTERS);
            prop_oneof![4 => text(min, max.min(min + CHARACTERS)), 1 => text(max, max)]
                .prop_map(Value::from)
                .boxed()
        }
        "integer" => number_in(schema, &[any_integer(), whole_float()]),
        "number" => number_in(schema, &[any_integer(), whole_float(), any_float()]),
        "array" => {
            let (min, max) = limits(schema, "minItems", "maxItems", ELEMENTS);
            let items = values(schema.get("items").unwrap_or(&Value::Bool(true)));
            // Most are short; some are as long as the schema lets them be.
            prop_oneof![
                8 => vec(items.clone(), size(min)..=size(max.min(min + ELEMENTS))),
                1 => vec(items, size(max)),
            ]
            .prop_map(Value::Array)
            .boxed()
        }
        "object" => object(schema),
        other => panic!("the generator does not know the type `{other}`"),
    }
}

/// Objects with their required members, some of the optional ones, and some of no schema.
fn object(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let none = Map::new();
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    assert!(
        required.iter().all(|name| properties.contains_key(*name)),
        "the generator needs a schema for each of {required:?}"
    );
    let members: Vec<_> = properties
        .iter()
        .map(|(name, part)| {
            let member = {
                let name = name.clone();
                values(part).prop_map(move |value| (name.clone(), value))
            };
            if required.contains(&name.as_str()) {
                member.prop_map(Some).boxed()
            } else {
                proptest::option::of(member).boxed()
            }
        })
        .collect();
    let names: Vec<String> = properties.keys().cloned().collect();
    let extra = match schema.get("additionalProperties") {
        None | Some(Value::Bool(true)) => extra(names),
        Some(Value::Bool(false)) => Just(Map::new()).boxed(),
        Some(other) => panic!("the generator does not know additionalProperties {other}"),
    };
    (members, extra)
        .prop_map(|(members, extra)| {
            Value::Object(members.into_iter().flatten().chain(extra).collect())
        })
        .boxed()
}

/// Members whose names are none of `documented`: near-misses of them, and anything at all.
pub(crate) fn extra(documented: Vec<String>) -> BoxedStrategy<Map<String, Value>> {
    let near: Vec<String> = documented
        .iter()
        .flat_map(|name| {
            [
                name.to_uppercase(),
                format!("{name} "),
                name.replace('_', ""),
            ]
        })
        .chain(["extra".to_owned(), String::new()])
        .collect();
    let name = prop_oneof![1 => select(near), 2 => text(0, 8)];
    vec((name, any_json()), 0..=3)
        .prop_map(move |members| {
            members
                .into_iter()
                .filter(|(name, _)| !documented.contains(name))
                .collect()
        })
        .boxed()
}

/// Strings of that many Unicode code points, those outside ASCII and the BMP included.
pub(crate) fn text(min: u64, max: u64) -> BoxedStrategy<String> {
    let character = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => any::<char>(),
        1 => select(vec!['\0', '\n', '"', '\\', '/', 'é', '中', '\u{2028}', '\u{1f600}']),
    ];
    vec(character, size(min)..=size(max))
        .prop_map(|characters| characters.into_iter().collect())
        .boxed()
}

/// Any JSON, three levels deep at most.
pub(crate) fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any_integer().prop_map(Value::Number),
        any_float().prop_map(Value::Number),
        text(0, CHARACTERS).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            vec((text(0, 6), inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// Integers of every size that `serde_json` tells apart.
pub(crate) fn any_integer() -> BoxedStrategy<Number> {
    prop_oneof![
        (0_u64..1000).prop_map(Number::from),
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
    ]
    .boxed()
}

/// Integers that are spelled with a fraction or an exponent.
pub(crate) fn whole_float() -> BoxedStrategy<Number> {
    any_float()
        .prop_map(|number| {
            let whole = number.as_f64().map(f64::trunc).and_then(Number::from_f64);
            whole.expect("what is finite stays so")
        })
        .boxed()
}

/// Any number with a fraction.
pub(crate) fn any_float() -> BoxedStrategy<Number> {
    prop_oneof![0.0..=1.0, proptest::num::f64::NORMAL]
        .prop_map(|value| Number::from_f64(value).expect("a normal number is finite"))
        .boxed()
}

/// Numbers of those kinds within the limits of the schema, and the limits themselves, which
/// seldom come up by chance.
fn number_in(schema: &Map<String, Value>, kinds: &[BoxedStrategy<Number>]) -> BoxedStrategy<Value> {
    let limit = |keyword| schema.get(keyword).and_then(Value::as_f64);
    let (min, max) = (limit("minimum"), limit("maximum"));
    let inside = Union::new(kinds.to_vec())
        .prop_filter("within the limits", move |number| {
            number.as_f64().is_some_and(|value| {
                min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
            })
        })
        .prop_map(Value::Number)
        .boxed();
    let edges = ["minimum", "maximum"]
        .into_iter()
        .filter_map(|keyword| schema.get(keyword));
    Union::new(edges.map(|edge| Just(edge.clone()).boxed()).chain([inside])).boxed()
}

/// The two limits of a length or count; `room` is what it gets above the minimum without a maximum.
fn limits(schema: &Map<String, Value>, min: &str, max: &str, room: u64) -> (u64, u64) {
    let limit = |keyword| schema.get(keyword).and_then(Value::as_u64);
    let min = limit(min).unwrap_or(0);
    (min, limit(max).unwrap_or(min + room))
}

fn size(limit: u64) -> usize {
    usize::try_from(limit).expect("the contracts' limits are small")
}
