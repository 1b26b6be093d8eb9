//! What a finding says: the words for what was expected and for what was there.

mod common;

use common::validator;
use contract::Level;
use rstest::rstest;
use serde_json::{Map, Value, json};
use validator::{Check, Finding};

fn findings(schema: &Value, body: &Value) -> Vec<Finding> {
    validator("/v1/")
        .expectation(schema, body, "MS-BA-10", Level::Should)
        .expect("the schema compiles")
}

/// The one finding as its place, what was expected and what was there.
fn told(schema: &Value, body: &Value) -> (String, String, String) {
    let mut findings = findings(schema, body);
    let found = findings.pop().expect("a finding");
    assert_eq!(findings, []);
    assert_eq!(
        (found.check, found.level, found.requirement.as_deref()),
        (Check::CaseExpectation, Level::Should, Some("MS-BA-10"))
    );
    (found.location.to_string(), found.expected, found.actual)
}

#[rstest]
#[case(json!({"const": 7}), json!(8), "", "7", "8")]
#[case(json!({"enum": ["a", 1]}), json!("b"), "", "one of a, 1", r#""b""#)]
#[case(json!({"required": ["a/b"]}), json!({}), "/a~1b", r#"the member "a/b""#, "nothing")]
#[case(json!({"type": "string"}), json!(7), "", "type string", "a number: 7")]
#[case(json!({"type": ["string", "null"]}), json!(7), "", "type null or string", "a number: 7")]
#[case(json!({"minLength": 3}), json!("äö"), "", "at least 3 characters", "2 characters")]
#[case(json!({"maxLength": 1}), json!("äö"), "", "at most 1 characters", "2 characters")]
#[case(json!({"minItems": 1}), json!([]), "", "at least 1 items", "0 items")]
#[case(json!({"maxItems": 1}), json!([1, 2]), "", "at most 1 items", "2 items")]
#[case(json!({"minimum": 3}), json!(2), "", "at least 3", "2")]
#[case(json!({"maximum": 3}), json!(4), "", "at most 3", "4")]
#[case(json!({"pattern": "^a"}), json!("b"), "", "a string that matches ^a", r#""b""#)]
#[case(
    json!({"anyOf": [{"title": "one", "type": "string"}, {"description": "two", "const": 2}, {"const": 3}]}),
    json!(7), "", "one of: one; two; an untitled shape", "7"
)]
#[case(json!({"oneOf": [{"title": "one", "type": "string"}]}), json!(7), "", "one of: one", "7")]
#[case(json!({"properties": {"a": false}}), json!({"a": 1}), "/a", "nothing here", "1")]
#[case(
    json!({"properties": {"a": {"title": "no text", "not": {"type": "string"}}}}),
    json!({"a": "x"}), "/a", "no text", r#""x""#
)]
#[case(
    json!({"properties": {"a": {"not": {"type": "string"}}}}),
    json!({"a": "x"}), "/a", "a value that is not of the excluded shape", r#""x""#
)]
#[case::the_title_of_the_whole_says_more(json!({"title": "seven", "const": 7}), json!(8), "", "seven", "8")]
fn a_missed_keyword_says_what_was_expected_and_what_was_there(
    #[case] schema: Value,
    #[case] body: Value,
    #[case] at: &str,
    #[case] expected: &str,
    #[case] actual: &str,
) {
    assert_eq!(
        told(&schema, &body),
        (at.to_owned(), expected.to_owned(), actual.to_owned())
    );
}

fn items(count: usize) -> Value {
    Value::Array(vec![json!(1); count])
}

fn members(count: usize) -> Value {
    let members = (0..count).map(|index| (format!("m{index:02}"), json!(1)));
    Value::Object(members.collect::<Map<_, _>>())
}

#[rstest]
#[case(items(21), "an array of 21 items")]
#[case(members(21), "an object of 21 members")]
#[case(json!([items(21)]), "an array of 1 items")]
#[case(json!([[items(21)]]), "an array of 1 items")]
#[case(json!({"a": members(21)}), "an object of 1 members")]
#[case(json!({"a": {"b": members(21)}}), "an object of 1 members")]
#[case(json!(["x".repeat(801)]), "an array of 1 items")]
fn a_large_value_is_told_by_kind_and_size(#[case] body: Value, #[case] actual: &str) {
    assert_eq!(told(&json!({"const": 0}), &body).2, actual);
}

#[rstest]
#[case(items(20))]
#[case(members(20))]
#[case(json!([items(20)]))]
#[case(json!([members(20)]))]
fn a_small_value_is_shown_as_it_is(#[case] body: Value) {
    assert_eq!(told(&json!({"const": 0}), &body).2, body.to_string());
}

#[test]
fn a_long_text_in_a_small_value_is_cut() {
    let body = json!(["x".repeat(800)]);
    let shown = format!("[\"{}… (804 characters)", "x".repeat(198));
    assert_eq!(told(&json!({"const": 0}), &body).2, shown);
}

#[test]
fn a_body_matches_the_schema_of_a_case_or_does_not() {
    let schema = json!({"required": ["done"]});
    let validator = validator("/v1/");
    assert!(validator.matches(&schema, &json!({"done": 1})).unwrap());
    assert!(!validator.matches(&schema, &json!({})).unwrap());
    let error = validator.matches(&json!({"type": 1}), &json!({}));
    assert!(error.is_err(), "{error:?}");
}

/// The places of all findings.
fn places(schema: &Value, body: &Value) -> Vec<String> {
    let findings = findings(schema, body);
    findings
        .iter()
        .map(|found| found.location.to_string())
        .collect()
}

fn long_with(wrong: &[usize]) -> Value {
    let mut items = vec![json!("x"); 6000];
    for index in wrong {
        items[*index] = json!(7);
    }
    Value::Array(items)
}

/// Of an array, the errors of the first thousand items are listed, and the first of all.
#[rstest]
#[case::only_the_first_beyond_them(&[5000, 5001], &["/5000"])]
#[case::the_last_of_them(&[999, 5000], &["/999"])]
#[case::the_first_is_not_listed_twice(&[0], &["/0"])]
#[case::all_of_them(&[3, 5], &["/3", "/5"])]
fn the_errors_of_a_long_array_are_sampled(#[case] wrong: &[usize], #[case] at: &[&str]) {
    let schema = json!({"items": {"type": "string"}});
    assert_eq!(places(&schema, &long_with(wrong)), at);
    let within = json!({"properties": {"a": {"items": {"type": "string"}}}});
    let deeper: Vec<String> = at.iter().map(|at| format!("/a{at}")).collect();
    assert_eq!(places(&within, &json!({"a": long_with(wrong)})), deeper);
    let deep = json!({"items": {"items": {"type": "string"}}});
    let deeper: Vec<String> = at.iter().map(|at| format!("/0{at}")).collect();
    assert_eq!(places(&deep, &json!([long_with(wrong)])), deeper);
}

#[test]
fn the_same_keyword_at_another_place_is_another_error() {
    let schema = json!({"additionalProperties": {"items": {"type": "string"}}});
    let body = json!({"a": long_with(&[5000]), "b": [7]});
    assert_eq!(places(&schema, &body), ["/a/5000", "/b/0"]);
}

#[test]
fn another_keyword_at_the_same_place_is_another_error() {
    let schema = json!({"maxItems": 1500, "not": {"minItems": 500}});
    let found = findings(&schema, &items(2000));
    let expected: Vec<&str> = found.iter().map(|found| found.expected.as_str()).collect();
    assert_eq!(
        expected,
        [
            "at most 1500 items",
            "a value that is not of the excluded shape"
        ]
    );
}

#[test]
fn every_length_is_told_while_no_array_is_longer_than_a_thousand() {
    let schema = json!({"additionalProperties": {"minItems": 1}});
    let body = json!({"a": items(1000), "b": [], "c": []});
    assert_eq!(places(&schema, &body), ["/b", "/c"]);
}

#[test]
fn a_check_is_printed_by_the_name_that_stands_in_files() {
    for check in [
        Check::RequestOperationConformance,
        Check::RequestParametersConformance,
        Check::RequestAuthentication,
        Check::RequestContentTypeConformance,
        Check::RequestSchemaConformance,
        Check::StatusCodeConformance,
        Check::ContentTypeConformance,
        Check::ResponseHeadersConformance,
        Check::ResponseSchemaConformance,
        Check::JsonConformance,
        Check::PositiveDataAcceptance,
        Check::NegativeDataRejection,
        Check::IgnoredAuth,
        Check::ResponseReceived,
        Check::CoversOnce,
        Check::WithinOnce,
        Check::SameOrder,
        Check::OneType,
        Check::Distinct,
        Check::UnknownMember,
        Check::DocumentedReading,
        Check::CaseExpectation,
    ] {
        let name = serde_json::to_value(check).unwrap();
        assert_eq!(name, check.name());
        assert_eq!(name, check.to_string());
    }
}

#[test]
fn a_hundred_members_that_stand_twice_are_enough() {
    let members = vec![r#""a": 1"#; 150].join(",");
    let (_, faults) = validator::parse_json(format!("{{{members}}}").as_bytes());
    assert_eq!(faults.len(), 100);
}
