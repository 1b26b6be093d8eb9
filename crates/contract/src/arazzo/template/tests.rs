//! Tests of `template`: what it reads, and what it refuses.

use std::convert::Infallible;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Quoting, Template, Text};
use crate::arazzo::{Expression, Pattern, Query, Source};

/// A value for each name of an input.
#[expect(
    clippy::unnecessary_wraps,
    reason = "filling in asks for values that may be missing"
)]
fn value(expression: &Expression) -> Result<Value, Infallible> {
    Ok(match &expression.source {
        Source::Input(name) if name == "text" => json!("a'b\"c\\d.*"),
        Source::Input(name) if name == "number" => json!(7),
        Source::Input(name) if name == "list" => json!([1, "x"]),
        _ => Value::Null,
    })
}

#[rstest]
#[case("plain", json!("plain"))]
#[case("", json!(""))]
#[case("a $5 bill {x}", json!("a $5 bill {x}"))]
#[case("$inputs.number", json!(7))]
#[case("$inputs.list", json!([1, "x"]))]
#[case("{$inputs.number}", json!("7"))]
#[case("é/{$inputs.number}/{$inputs.list}{$inputs.none}", json!("é/7/[1,\"x\"]null"))]
fn a_string_is_filled_in(#[case] text: &str, #[case] expected: Value) {
    let template = Template::string(text).unwrap();
    assert_eq!(template.fill(&mut value), Ok(expected));
}

#[rstest]
#[case("$5", "no runtime expression", 1)]
#[case("é{$inputs.a", "does not end", 2)]
#[case("é{$inputs.a b}", "belongs to no expression", 12)]
#[case("{$}", "no runtime expression", 2)]
fn what_only_looks_like_an_expression_is_refused(
    #[case] text: &str,
    #[case] says: &str,
    #[case] at: usize,
) {
    let error = Template::string(text).unwrap_err();
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(error.at, at, "{error}");
}

#[rstest]
#[case("$[?@.a == '{$inputs.text}']")]
#[case("$[?@.a == \"{$inputs.text}\"]")]
#[case("$[?@.a == {$inputs.text}]")]
fn a_query_compares_with_just_the_value(#[case] text: &str) {
    let query = Text::parse(text).unwrap();
    let query = query.fill(Quoting::JsonPath, &mut value).unwrap();
    let query = Query::parse(&query).unwrap_or_else(|problem| panic!("{query}: {problem}"));
    assert!(query.selects(&json!([{"a": "a'b\"c\\d.*"}])));
    assert!(!query.selects(&json!([{"a": "a'b\"c\\dxx"}])));
}

#[test]
fn a_value_within_quotes_stands_behind_other_text() {
    for text in [
        "$[?@.a == 'x\\'{$inputs.text}']",
        "$[?@.a == \"x'{$inputs.text}\"]",
    ] {
        let query = Text::parse(text).unwrap();
        let query = query.fill(Quoting::JsonPath, &mut value).unwrap();
        let query = Query::parse(&query).unwrap_or_else(|problem| panic!("{query}: {problem}"));
        assert!(query.selects(&json!([{"a": "x'a'b\"c\\d.*"}])));
    }
}

#[test]
fn an_expression_has_a_length() {
    let text = |length: usize| format!("{{$inputs.{}}}", "a".repeat(length - "$inputs.".len()));
    Text::parse(&text(4096)).unwrap();
    Text::parse(&text(4097)).unwrap_err();
}

#[test]
fn outside_of_quotes_a_value_is_a_literal_of_the_query() {
    let text = Text::parse("$[{$inputs.number}]['it''s'][?@ == {$inputs.none}]").unwrap();
    let filled = text.fill(Quoting::JsonPath, &mut value).unwrap();
    assert_eq!(filled, "$[7]['it''s'][?@ == null]");
}

#[test]
fn a_pattern_takes_the_value_literally() {
    let text = Text::parse("^{$inputs.text}$").unwrap();
    let pattern = text.fill(Quoting::Regex, &mut value).unwrap();
    let pattern = Pattern::parse(&pattern).unwrap();
    assert!(pattern.is_match("a'b\"c\\d.*"));
    assert!(!pattern.is_match("a'b\"c\\dxx"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[$.#/~a-z\\[\\]{}'\" é\\\\]{0,30}") {
        let _ = Template::string(&text);
        if let Ok(text) = Text::parse(&text) {
            for quoting in [Quoting::Plain, Quoting::Regex, Quoting::JsonPath] {
                let _ = text.fill(quoting, &mut value);
            }
        }
    }

    #[test]
    fn no_value_breaks_out_of_its_quotes(text in "\\PC{0,20}|[\\x00-\\x1f'\"\\\\]{0,6}") {
        for written in ["$[?@.a == '{$inputs.x}']", "$[?@.a == \"{$inputs.x}\"]", "$[?@.a == {$inputs.x}]"] {
            let query = Text::parse(written).unwrap();
            let query = query.fill(Quoting::JsonPath, &mut |_| Ok::<_, Infallible>(json!(text)));
            let query = Query::parse(&query.unwrap());
            prop_assert!(query.is_ok(), "{query:?}");
            let query = query.unwrap();
            let same = json!([{"a": text}]);
            prop_assert!(query.selects(&same));
            let other = json!([{"a": format!("{text}x")}]);
            prop_assert!(!query.selects(&other));
        }
    }
}
