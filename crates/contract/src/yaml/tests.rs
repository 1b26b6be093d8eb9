//! What is read, what is refused, and that places are found again.

use std::fmt::Write as _;

use rstest::rstest;
use serde_json::{Value, json};

use super::{Fault, parse};

fn value(text: &str) -> Value {
    parse(text)
        .unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"))
        .to_value()
}

#[rstest]
#[case::plain_scalars("[a b, 12, -3, 1.5, true, ~, 2025-12, 2025-12-01, '7', 0x1F, e5]", json!(["a b", 12, -3, 1.5, true, null, "2025-12", "2025-12-01", "7", 31, "e5"]))]
#[case::large_numbers("[18446744073709551615, 1e3]", json!([u64::MAX, 1000.0]))]
#[case::statuses_as_keys("200: ok\n'404': gone", json!({"200": "ok", "404": "gone"}))]
#[case::json_with_tabs("{\n\t\"a\": [\n\t\t\"b\\/\\u00e9\"\n\t]\n}", json!({"a": ["b/é"]}))]
#[case::a_byte_order_mark("\u{feff}a: 1", json!({"a": 1}))]
#[case::aliases("a: &x [1]\nb: *x", json!({"a": [1], "b": [1]}))]
#[case::a_string_by_tag("a: !!str 1", json!({"a": "1"}))]
#[case::blocks("a: |\n  b\n  c\nd: >-\n  e\n  f", json!({"a": "b\nc\n", "d": "e f"}))]
fn means_what_json_would(#[case] text: &str, #[case] expected: Value) {
    assert_eq!(value(text), expected);
}

#[rstest]
#[case::empty("", "1:1 the file is empty")]
#[case::two_documents("a: 1\n---\nb: 2", "2:1 a second document starts here")]
#[case::boolean_key("a: 1\ntrue: 2", "2:1 a key has to be a string")]
#[case::merge_key("a: &a {b: 1}\nc:\n  <<: *a", "3:3 YAML 1.2 has no merge key")]
#[case::collection_as_key("? [a]\n: b", "1:3 a key has to be a name")]
#[case::tag("a: !secret b", "1:4 JSON has no tags")]
#[case::another_tag("a: !!int 1", "1:4 JSON has no tags")]
#[case::not_a_number("a: .nan", "1:4 JSON has no number .nan")]
#[case::alias_of_nothing("a: *x", "1:4 ")]
#[case::not_closed("a: [1, 2", "")]
fn refuses_what_json_cannot_say(#[case] text: &str, #[case] expected: &str) {
    match parse(text) {
        Err(Fault::Syntax { at, what }) => {
            let found = format!("{}:{} {what}", at.line, at.column);
            assert!(found.starts_with(expected), "{found}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_that_stands_twice_is_found_with_both_lines() {
    match parse("a:\n  b: 1\n  c: 2\n  b: 3") {
        Err(Fault::DuplicateKey { at, key, first }) => {
            assert_eq!(
                (at.line, at.column, key.as_str(), first.line),
                (4, 3, "b", 2)
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn aliases_that_stand_for_billions_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{below}]").unwrap();
    }
    assert!(matches!(parse(&text), Err(Fault::Syntax { .. })));
}

#[rstest]
#[case::in_brackets("[".repeat(50_000))]
#[case::in_braces("{a: ".repeat(50_000))]
#[case::in_blocks("- ".repeat(50_000))]
fn deep_nesting_is_refused(#[case] text: String) {
    assert!(matches!(parse(&text), Err(Fault::Syntax { .. })));
}

#[rstest]
#[case("", 1, 1)]
#[case("/paths", 2, 1)]
#[case("/paths/~1a~1{b}", 3, 3)]
#[case("/paths/~1a~1{b}/get/tags/1", 4, 21)]
#[case::deepest_that_exists("/paths/~1a~1{b}/put/tags", 3, 3)]
#[case::no_such_element("/paths/~1a~1{b}/get/tags/7", 4, 11)]
fn a_pointer_has_a_line(#[case] pointer: &str, #[case] line: u32, #[case] column: u32) {
    let node = parse("openapi: 3.1.1\npaths:\n  /a/{b}:\n    get: {tags: [a, b]}\n").unwrap();
    let at = node.locate(pointer);
    assert_eq!((at.line, at.column), (line, column));
}

/// An alias is as deep as what it stands for: fifty levels here, below one of the root.
#[rstest]
#[case::of_lists(format!("{}{}", "[".repeat(50), "]".repeat(50)))]
#[case::of_objects(format!("{}1{}", "{a: ".repeat(49), "}".repeat(49)))]
fn an_alias_counts_for_the_depth(#[case] deep: String) {
    let around = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        parse(&format!("a: &x {deep}\nb: {open}*x{close}"))
    };
    assert!(around(45).is_ok());
    match around(46) {
        Err(Fault::Syntax { what, .. }) => assert_eq!(what, "nested deeper than 96 levels"),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::of_lists(format!("[{}]", vec!["x"; 99].join(", ")))]
#[case::of_objects(format!("{{{}}}", (0..99).map(|i| format!("k{i}: x")).collect::<Vec<_>>().join(", ")))]
fn aliases_stand_for_a_hundred_thousand_values_at_most(#[case] hundred: String) {
    let aliased = |times: usize| {
        let aliases = vec!["*x"; times].join(", ");
        parse(&format!("a: &x {hundred}\nb: [{aliases}]"))
    };
    assert!(aliased(1000).is_ok());
    assert!(matches!(aliased(1001), Err(Fault::Syntax { .. })));
}
