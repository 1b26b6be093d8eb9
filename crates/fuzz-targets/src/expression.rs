//! The languages within the strings of an Arazzo document: expressions, templates, conditions,
//! patterns, queries. Each text is tried as each of them.

use contract::arazzo::{
    Condition, Expression, ExpressionError, Pattern, Query, Quoting, Template, Text,
};
use serde_json::{Value, json};

/// What would break out of a regular expression, or of a literal in either quotes.
const HOSTILE: &str = "'\"]\\)|.*";

/// Tries the text as each of them.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match Expression::parse(text) {
        Ok(expression) => {
            assert_eq!(expression.to_string(), text);
            assert_printed(&expression);
        }
        Err(error) => assert_place(text, &error),
    }
    match Condition::parse(text) {
        Ok(condition) => {
            condition.expressions(&mut assert_printed);
            let mut operands = 0;
            condition.operands(&mut |_| operands += 1);
            assert!(operands > 0, "a condition is about something");
        }
        Err(error) => assert_place(text, &error),
    }
    match Template::string(text) {
        Ok(Template::Constant(value)) => assert_eq!(value, text),
        Ok(template) => {
            let mut asked = 0;
            let filled = template.fill(&mut |_| {
                asked += 1;
                Ok::<_, String>(json!({"a": 1}))
            });
            assert!(filled.is_ok() && asked > 0);
            assert!(template.fill(&mut |_| Err::<Value, _>("none")).is_err());
        }
        Err(error) => assert_place(text, &error),
    }
    match Text::parse(text) {
        Ok(read) => fill(&read, text),
        Err(error) => assert_place(text, &error),
    }
    match Pattern::parse(text) {
        Ok(pattern) => {
            pattern.is_match(text);
            pattern.is_match("200");
        }
        Err(problem) => assert!(!problem.is_empty()),
    }
    match Query::parse(text) {
        Ok(query) => {
            query.selects(&json!({"results": [{"a": 1, "b": "x"}, {"a": [], "b": null}], "a": {}}));
        }
        Err(problem) => assert!(!problem.is_empty()),
    }
}

/// What it prints is read as the same again.
fn assert_printed(expression: &Expression) {
    let again = Expression::parse(&expression.to_string());
    assert_eq!(again.as_ref(), Ok(expression));
}

fn assert_place(text: &str, error: &ExpressionError) {
    let characters = text.chars().count();
    assert!((1..=characters + 1).contains(&error.at), "{error:?}");
    assert!(!error.what.is_empty());
}

/// A value written into a text stays a value, whatever it is.
fn fill(text: &Text, written: &str) {
    text.expressions().for_each(assert_printed);
    let fill = |quoting, value: &str| {
        text.fill(quoting, &mut |_| Ok::<_, String>(value.into()))
            .expect("there is a value")
    };
    let (mut expected, mut rest) = (String::new(), written);
    for expression in text.expressions() {
        let place = format!("{{{expression}}}");
        let (plain, after) = rest.split_once(&place).expect("it stands in the text");
        expected.push_str(plain);
        expected.push_str(HOSTILE);
        rest = after;
    }
    assert_eq!(fill(Quoting::Plain, HOSTILE), expected + rest);
    if Query::parse(&fill(Quoting::JsonPath, "x")).is_ok() {
        let query = fill(Quoting::JsonPath, HOSTILE);
        let read = Query::parse(&query);
        assert!(query.len() > 4096 || read.is_ok(), "{query}: {read:?}");
    }
}
