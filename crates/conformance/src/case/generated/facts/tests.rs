//! What is known of the parts of an invented request.

use contract::Contract;
use rstest::rstest;
use serde_json::json;

use super::super::kettles::Kettles;
use super::*;

#[test]
fn a_limit_that_is_far_off_is_not_tried() {
    let limit = |count| {
        let requirement = None;
        let shared_with = None;
        Some(Limit {
            count,
            requirement,
            shared_with,
        })
    };
    assert!(tried(limit(CHARACTERS), CHARACTERS).is_some());
    for count in [CHARACTERS + 1, 2_147_483_647, usize::MAX] {
        assert!(tried(limit(count), CHARACTERS).is_none());
    }
}

fn body(api: &str, revision: &str, operation: &str) -> (Contract, Facts) {
    let contract = Contract::embedded_one(api, revision).expect("a sound contract");
    let operation = contract.operation(operation).expect("it is there");
    let schema = operation.request.as_ref().expect("a body").schema.clone();
    let facts = Facts::of(
        &contract.schemas,
        &[Spot {
            schema,
            around: None,
        }],
    );
    (contract, facts)
}

#[test]
fn members_are_found_behind_references_with_what_requires_them() {
    let (contract, facts) = body("metastudio", "2025-12", "batch-action");
    let names: Vec<_> = facts
        .members
        .iter()
        .map(|(name, member)| (name.as_str(), member.required))
        .collect();
    assert_eq!(
        names,
        [("action", true), ("asset_ids", true), ("params", false)]
    );
    let action = Facts::of(&contract.schemas, &facts.members["action"].spots);
    assert_eq!(action.requirement.as_deref(), Some("MS-BA-05"));
    assert_eq!(action.values.len(), 7);
    assert_eq!(action.slips["DETELTE"], "MS-E01");
    assert_eq!(action.accepted["SHARE"], "MS-BA-22");
    let ids = Facts::of(&contract.schemas, &facts.members["asset_ids"].spots);
    let id = Facts::of(&contract.schemas, &ids.elements);
    assert!(id.is_id && id.is("string"));
    assert_eq!(id.unknown_value.as_deref(), Some("MS-BA-23"));
}

#[test]
fn a_limit_keeps_the_requirement_around_it_and_the_value_its_own() {
    let (contract, facts) = body("roma", "2022-12", "assets-delete");
    let tasks = Facts::of(&contract.schemas, &facts.members["tasks"].spots);
    assert_eq!(tasks.requirement.as_deref(), Some("RO-AD-04"));
    let most = tasks.items.most.expect("a maximum");
    assert_eq!(
        (most.count, most.requirement.as_deref()),
        (100, Some("RO-AD-05"))
    );
    assert_eq!(most.shared_with.as_deref(), Some("/apps"));
    let apps = Facts::of(&contract.schemas, &facts.members["apps"].spots);
    let readings: Vec<_> = apps
        .branches
        .iter()
        .map(|branch| branch.erratum.as_deref())
        .collect();
    assert_eq!(readings, [Some("RO-E01"), Some("RO-E01")]);
}

/// What a schema says.
fn facts(schema: Value) -> Facts {
    let contract = Kettles::with(schema, Value::Null).contract();
    let operation = contract.operation("boil").expect("it is there");
    let schema = operation.request.as_ref().expect("a body").schema.clone();
    let spot = Spot {
        schema,
        around: None,
    };
    Facts::of(&contract.schemas, &[spot])
}

fn told(limit: Option<Limit>) -> (usize, Option<String>) {
    let limit = limit.expect("a limit");
    (limit.count, limit.requirement)
}

#[rstest]
#[case::tighter(3, 8, (3, "KE-08"), (8, "KE-08"))]
#[case::looser(1, 10, (2, "KE-07"), (9, "KE-07"))]
// Nothing says which of the two promises it: the first one that is read.
#[case::the_same(2, 9, (2, "KE-07"), (9, "KE-07"))]
fn of_two_limits_the_tighter_one_counts_with_its_requirement(
    #[case] least: usize,
    #[case] most: usize,
    #[case] expected_least: (usize, &str),
    #[case] expected_most: (usize, &str),
) {
    let limits = |requirement: &str, least: usize, most: usize| {
        json!({
            "x-requirement": requirement,
            "minLength": least, "maxLength": most, "minItems": least, "maxItems": most,
        })
    };
    let mut schema = limits("KE-07", 2, 9);
    schema["allOf"] = json!([limits("KE-08", least, most)]);
    let facts = facts(schema);
    let expected = |(count, id): (usize, &str)| (count, Some(id.to_owned()));
    assert_eq!(facts.requirement.as_deref(), Some("KE-07"));
    for (limits, what) in [(facts.length, "length"), (facts.items, "items")] {
        assert_eq!(told(limits.least), expected(expected_least), "{what}");
        assert_eq!(told(limits.most), expected(expected_most), "{what}");
    }
}

#[rstest]
#[case("minimum", (20.0, 19.0, false))]
#[case("exclusiveMinimum", (21.0, 20.0, true))]
#[case("maximum", (20.0, 21.0, false))]
#[case("exclusiveMaximum", (19.0, 20.0, true))]
fn an_end_of_a_range_is_known_from_both_sides(
    #[case] keyword: &str,
    #[case] expected: (f64, f64, bool),
) {
    let facts = facts(json!({"x-requirement": "KE-07", keyword: 20}));
    let (there, other) = if keyword.to_lowercase().ends_with("minimum") {
        (facts.range.least, facts.range.most)
    } else {
        (facts.range.most, facts.range.least)
    };
    let end = there.expect("an end");
    assert_eq!(
        json!([end.within, end.beyond, end.is_open]),
        json!(expected)
    );
    assert_eq!(end.requirement.as_deref(), Some("KE-07"));
    assert!(other.is_none());
}

#[test]
fn several_types_are_all_known() {
    assert_eq!(
        facts(json!({"type": ["string", "null"]})).types,
        ["string", "null"]
    );
}

#[test]
fn a_requirement_that_a_reference_leads_to_is_nearer_than_the_one_around_it() {
    let inner = json!({"x-requirement": "KE-08", "type": "string"});
    let schema = json!({
        "x-requirement": "KE-07",
        "$ref": "#/$defs/inner",
        "$defs": {"inner": inner},
    });
    assert_eq!(facts(schema).requirement.as_deref(), Some("KE-08"));
    // Of a value of which nothing is said but its parts, one of those is as near as any.
    let parts = json!({"allOf": [{"x-requirement": "KE-09"}, {"x-requirement": "KE-10"}]});
    assert_eq!(facts(parts).requirement.as_deref(), Some("KE-09"));
}

#[rstest]
#[case::parts(|inner| json!({"allOf": [inner]}))]
#[case::references(|inner| json!({"$ref": "#/$defs/next", "$defs": {"next": inner}}))]
fn what_lies_deeper_than_sixteen_levels_is_not_read(#[case] around: fn(Value) -> Value) {
    let nested = |levels: usize| {
        let end = json!({"pattern": "^a$"});
        (0..levels).fold(end, |inner, level| {
            // A reference is read from the root of its document, so each has a name of its own.
            let text = around(inner).to_string();
            let text = text.replace("next", &format!("level-{level}"));
            serde_json::from_str(&text).expect("it was JSON")
        })
    };
    // The operation refers to the file of the schema, which is one level more.
    assert_eq!(facts(rooted(nested(DEEPEST - 1))).patterns, ["^a$"]);
    assert!(facts(rooted(nested(DEEPEST))).patterns.is_empty());
}

/// The same with all its `$defs` at the root, where references look for them.
fn rooted(mut schema: Value) -> Value {
    let mut known = Map::new();
    let mut next = schema
        .as_object_mut()
        .and_then(|members| members.remove("$defs"));
    while let Some(Value::Object(mut defs)) = next.take() {
        next = defs
            .values_mut()
            .find_map(|one| one.as_object_mut()?.remove("$defs"));
        known.append(&mut defs);
    }
    schema["$defs"] = Value::Object(known);
    schema
}
