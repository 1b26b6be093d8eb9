//! Values made of a schema alone, for what the documentation shows no example of.

use contract::Schemas;
use serde_json::{Map, Value, json};
use validator::Validator;

use super::facts::{Facts, Spot};

/// What is made of a schema that refers to itself ends at this depth.
const DEEPEST: usize = 8;

/// Texts of common forms; the first one that fits is taken.
const TEXTS: [&str; 16] = [
    "sample",
    "a",
    "A",
    "1",
    "sample-1",
    "SAMPLE",
    "SAMPLE_1",
    "00",
    "20260102T030405Z",
    "2026-01-02T03:04:05Z",
    "2026-01-02",
    "00000000-0000-4000-8000-000000000000",
    "someone@example.org",
    "https://example.org/",
    "#0a0b0c",
    "1.0.0",
];

/// A small valid value: required members only, each by the first that is documented of it (an
/// allowed value, a shown one, the first reading, the least length).
pub(super) fn sample(validator: &Validator, spots: &[Spot]) -> Value {
    made(validator, &validator.contract().schemas, spots, 0)
}

fn made(validator: &Validator, schemas: &Schemas, spots: &[Spot], depth: usize) -> Value {
    let mut facts = Facts::of(schemas, spots);
    if let Some(first) = facts.branches.first().map(|branch| branch.spot.clone()) {
        facts.add(schemas, &first);
    }
    if let Some(value) = facts.values.first().or(facts.shown.first()) {
        return value.clone();
    }
    if depth > DEEPEST {
        return Value::Null;
    }
    match kind(&facts) {
        "object" => {
            let required = facts.members.iter().filter(|(_, member)| member.required);
            let members = required.map(|(name, member)| {
                (
                    name.clone(),
                    made(validator, schemas, &member.spots, depth + 1),
                )
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        "array" => {
            let least = facts
                .items
                .least
                .as_ref()
                .map_or(1, |least| least.count.max(1));
            let item = made(validator, schemas, &facts.elements, depth + 1);
            Value::Array(vec![item; least])
        }
        "integer" => json!(whole(&facts)),
        "number" => facts
            .range
            .least
            .as_ref()
            .map_or(json!(1.5), |least| json!(least.within)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => Value::String(text(validator, &facts)),
    }
}

/// The first documented type, or the one that the other keywords are about.
fn kind(facts: &Facts) -> &str {
    match facts.types.first() {
        Some(kind) => kind,
        None if !facts.members.is_empty() => "object",
        None if !facts.elements.is_empty() => "array",
        None => "string",
    }
}

/// A whole number within the range, 1 if that is one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "documented ends of ranges are small"
)]
pub(super) fn whole(facts: &Facts) -> i64 {
    let least = facts
        .range
        .least
        .as_ref()
        .map_or(i64::MIN, |end| end.within.ceil() as i64);
    let most = facts
        .range
        .most
        .as_ref()
        .map_or(i64::MAX, |end| end.within.floor() as i64);
    1.clamp(least.min(most), most)
}

/// A text that the facts allow, as far as one is found.
pub(super) fn text(validator: &Validator, facts: &Facts) -> String {
    let fitted = TEXTS.iter().map(|text| fit(text, facts));
    let mut fitting = fitted.filter(|text| matches(validator, facts, text));
    fitting.next().unwrap_or_else(|| fit(TEXTS[0], facts))
}

/// The text with as many characters as are allowed: its last one is repeated, or its end cut.
fn fit(text: &str, facts: &Facts) -> String {
    let least = facts.length.least.as_ref().map_or(0, |least| least.count);
    let most = facts
        .length
        .most
        .as_ref()
        .map_or(usize::MAX, |most| most.count);
    let length = text.chars().count();
    of_length(text, length.clamp(least.min(most), most))
}

/// The text with that many characters: its last one is repeated, or its end cut.
pub(super) fn of_length(text: &str, length: usize) -> String {
    let last = text.chars().next_back().unwrap_or('a');
    text.chars()
        .chain(std::iter::repeat(last))
        .take(length)
        .collect()
}

/// Whether the text matches all patterns.
pub(super) fn matches(validator: &Validator, facts: &Facts, text: &str) -> bool {
    facts.patterns.iter().all(|pattern| {
        let schema = json!({ "pattern": pattern });
        validator.matches(&schema, &json!(text)).unwrap_or(false)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::Contract;
    use rstest::rstest;

    use super::super::kettles::Kettles;
    use super::*;

    #[test]
    fn a_body_is_made_of_its_tables() {
        for (api, revision, operation, expected) in [
            (
                "metastudio",
                "2025-12",
                "batch-action",
                json!({"action": "DELETE", "asset_ids": ["sample"]}),
            ),
            (
                "roma",
                "2022-12",
                "assets-delete",
                json!({"apps": "sample"}),
            ),
            (
                "roma",
                "2025-10",
                "assets-delete",
                json!({"apps": [{}], "tasks": [{}]}),
            ),
            (
                "smh",
                "2026-01",
                "batch-delete",
                json!([{"path": "sample"}]),
            ),
        ] {
            let contract = Contract::embedded_one(api, revision).expect("a sound contract");
            let validator = Validator::new(Arc::new(contract)).expect("it compiles");
            let operation = validator
                .contract()
                .operation(operation)
                .expect("it is there");
            let schema = operation.request.as_ref().expect("a body").schema.clone();
            assert_eq!(
                sample(
                    &validator,
                    &[Spot {
                        schema,
                        around: None
                    }]
                ),
                expected
            );
        }
    }

    #[test]
    fn a_length_is_reached_by_the_last_character() {
        assert_eq!(of_length("ab", 4), "abbb");
        assert_eq!(of_length("ab", 1), "a");
        assert_eq!(of_length("", 2), "aa");
    }

    /// What is made of a schema.
    fn made_of(schema: Value) -> Value {
        let validator = Kettles::with(schema, Value::Null).validator();
        let operation = validator.contract().operation("boil").expect("it is there");
        let schema = operation.request.as_ref().expect("a body").schema.clone();
        let spot = Spot {
            schema,
            around: None,
        };
        sample(&validator, &[spot])
    }

    #[rstest]
    #[case(json!({"type": "integer"}), json!(1))]
    #[case(json!({"type": "integer", "minimum": 20}), json!(20))]
    #[case(json!({"type": "integer", "maximum": -5}), json!(-5))]
    #[case(json!({"type": "integer", "exclusiveMinimum": 1.5}), json!(3))]
    #[case(json!({"type": "number"}), json!(1.5))]
    #[case(json!({"type": "number", "minimum": 0.25}), json!(0.25))]
    #[case(json!({"type": "boolean"}), json!(true))]
    #[case(json!({"type": "null"}), json!(null))]
    #[case(json!({"type": "array", "minItems": 2, "items": {"type": "boolean"}}), json!([true, true]))]
    #[case(json!({"required": ["a"], "properties": {"a": {"const": 7}}}), json!({"a": 7}))]
    #[case(json!({"items": {"const": 7}}), json!([7]))]
    #[case(json!({}), json!("sample"))]
    fn a_value_is_made_by_its_type_or_by_what_is_said_of_it(
        #[case] schema: Value,
        #[case] expected: Value,
    ) {
        assert_eq!(made_of(schema), expected);
    }

    #[rstest]
    #[case(json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}), "a")]
    #[case(json!({"type": "array", "items": {"$ref": "#"}}), "0")]
    fn what_refers_to_itself_ends_after_nine_levels(#[case] schema: Value, #[case] token: &str) {
        let made = made_of(schema);
        let end = format!("/{token}").repeat(DEEPEST + 1);
        assert_eq!(made.pointer(&end), Some(&Value::Null));
    }
}
