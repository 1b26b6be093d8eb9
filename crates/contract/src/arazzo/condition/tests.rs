//! Tests of `condition`: what it reads, and what it refuses.

use std::fmt::Write as _;

use proptest::prelude::*;
use rstest::rstest;

use super::{Access, Comparison, Condition, Operand};

/// The condition with every group in parentheses.
fn shown(condition: &Condition) -> String {
    let all = |parts: &[Condition], operator: &str| {
        let parts: Vec<String> = parts.iter().map(shown).collect();
        format!("({})", parts.join(operator))
    };
    match condition {
        Condition::Any(parts) => all(parts, " || "),
        Condition::All(parts) => all(parts, " && "),
        Condition::Not(inner) => format!("!{}", shown(inner)),
        Condition::True(value) => operand(value),
        Condition::Compare(left, comparison, right) => {
            let operator = match comparison {
                Comparison::Equal => "==",
                Comparison::NotEqual => "!=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            };
            format!("[{} {operator} {}]", operand(left), operand(right))
        }
    }
}

fn operand(value: &Operand) -> String {
    match value {
        Operand::Literal(value) => value.to_string(),
        Operand::Text(text) => match text.plain() {
            Some(plain) => format!("'{plain}'"),
            None => format!("{} expressions", text.expressions().count()),
        },
        Operand::Expression(expression, way) => {
            let mut shown = expression.to_string();
            for access in way {
                let _ = match access {
                    Access::Member(name) => write!(shown, " .{name}"),
                    Access::Item(index) => write!(shown, " [{index}]"),
                };
            }
            shown
        }
    }
}

#[rstest]
#[case("$statusCode == 200", "[$statusCode == 200]")]
#[case("$statusCode==200", "[$statusCode == 200]")]
#[case("  $statusCode\n>= 2e2  ", "[$statusCode >= 200.0]")]
#[case("-1.5 < $statusCode", "[-1.5 < $statusCode]")]
#[case("$response.body#/a/b != 'it''s'", "[$response.body#/a/b != 'it's']")]
#[case("$response.body#/a == ''", "[$response.body#/a == '']")]
#[case("$response.body#/a[0].b == null", "[$response.body#/a [0] .b == null]")]
#[case("$response.body.a[12] <= 3", "[$response.body .a [12] <= 3]")]
#[case(
    "$inputs.other.id == $steps.a.outputs.id",
    "[$inputs.other.id == $steps.a.outputs.id]"
)]
#[case("$response.body#/done", "$response.body#/done")]
#[case("!$response.body#/done", "!$response.body#/done")]
#[case("!($method == 'GET')", "![$method == 'GET']")]
#[case("!( $method == 'GET' ) ", "![$method == 'GET']")]
#[case("!!true", "!!true")]
#[case("true || false && null", "(true || (false && null))")]
#[case("(true || false) && null", "((true || false) && null)")]
#[case(
    "true && !$statusCode || (((false)))",
    "((true && !$statusCode) || false)"
)]
#[case("$url == 'x/{$inputs.a}'", "[$url == 1 expressions]")]
#[case("$response.body#/a == 'ü (['", "[$response.body#/a == 'ü ([']")]
fn a_condition_is_read(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(shown(&Condition::parse(text).unwrap()), expected);
}

#[rstest]
#[case("", "expected a value", 1)]
#[case("  ", "expected a value", 3)]
#[case("$statusCode = 200", "write ==", 13)]
#[case("$statusCode == 200 & true", "write && for and", 20)]
#[case("true | true", "write || for or", 6)]
#[case("true and true", "expected an operator", 6)]
#[case("1 < 2 < 3", "two values can be compared", 7)]
#[case("true == (1 == 1)", "values are compared, not conditions", 9)]
#[case("(1 == 1) == true", "values are compared, not conditions", 12)]
#[case("!$statusCode == 200", "into parentheses", 20)]
#[case("1 == !true", "! stands before a condition", 6)]
#[case("(true", "expected )", 6)]
#[case("true)", "closes nothing", 5)]
#[case("$statusCode == \"a\"", "a text stands in single quotes", 16)]
#[case("$statusCode == 'a", "does not end", 16)]
#[case("$statusCode == 'a{$inputs'", "does not end", 16)]
#[case("$statusCode == 20x", "20x is no number", 16)]
#[case("$statusCode == 1.2.3", "1.2.3 is no number", 16)]
#[case("$statusCode == 007", "007 is no number", 16)]
#[case("$statusCode == True", "did you mean true?", 16)]
#[case("statusCode == 200", "statusCode is no value", 1)]
#[case("é == 200", "é is no value", 1)]
#[case("$status == 200", "no runtime expression", 1)]
#[case("true && $response.body#x", "a JSON pointer begins with /", 24)]
#[case("$response.body#/a['b'] == 1", "in brackets stands the number", 19)]
#[case("$response.body#/a[0 == 1", "expected ]", 20)]
#[case(
    "$response.body#/a[99999999999999999999] == 1",
    "in brackets stands",
    19
)]
#[case("$response.body#/a[0]. == 1", "expected the name of a member", 22)]
fn what_is_none_says_why_and_where(#[case] text: &str, #[case] says: &str, #[case] at: usize) {
    let error = Condition::parse(text).unwrap_err();
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(error.at, at, "{error}");
}

#[rstest]
#[case::parentheses(&"(".repeat(4000))]
#[case::negations(&"!".repeat(4000))]
#[case::both(&"!(".repeat(2000))]
#[case::many(&"true &&".repeat(2000))]
fn neither_depth_nor_length_is_without_bound(#[case] text: &str) {
    Condition::parse(text).unwrap_err();
}

#[test]
fn the_deepest_and_the_longest_are_read() {
    Condition::parse(&format!("{}true", "!".repeat(31))).unwrap();
    let error = Condition::parse(&format!("{}true", "!".repeat(32))).unwrap_err();
    assert!(
        error.to_string().contains("nested deeper than 32 levels"),
        "{error}"
    );
    Condition::parse(&format!("true{}", " ".repeat(4092))).unwrap();
    let error = Condition::parse(&format!("true{}", " ".repeat(4093))).unwrap_err();
    assert!(
        error.to_string().contains("longer than 4096 bytes"),
        "{error}"
    );
}

#[test]
fn the_expressions_of_a_condition_are_all_of_its_parts() {
    let text = "$statusCode == 200 && ($url == 'x/{$inputs.a}' || !$inputs.b)";
    let condition = Condition::parse(text).unwrap();
    let mut found = Vec::new();
    condition.expressions(&mut |expression| found.push(expression.to_string()));
    assert_eq!(found, ["$statusCode", "$url", "$inputs.a", "$inputs.b"]);
}

#[test]
fn many_parts_side_by_side_are_not_deep() {
    let text = vec!["(true)"; 100].join(" || ");
    Condition::parse(&text).unwrap();
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,30}") {
        let _ = Condition::parse(&text);
    }

    #[test]
    fn no_row_of_its_words_makes_it_panic(words in prop::collection::vec(
        prop::sample::select(vec![
            "$statusCode", "$response.body#/a", "$inputs.a", "$", ".", "[0]", "[", "]", "(", ")", "!",
            "!=", "==", "=", "<", ">=", "&&", "&", "||", "'", "'a'", "{$", "}", "12", "-", "null", " ",
            "é",
        ]),
        0..16,
    )) {
        let _ = Condition::parse(&words.concat());
    }
}
