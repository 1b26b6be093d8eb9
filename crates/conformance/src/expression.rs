//! Runtime expressions: `$states.NAME.member` for what a set-up returned, and OpenAPI's
//! (3.1, "Runtime Expressions") for what an earlier exchange held.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use validator::{Exchange, decode_query};

use crate::json_body;

/// What the set-ups of a case returned, by the name that `as` gives them.
pub(crate) type States = BTreeMap<String, Map<String, Value>>;

/// Replaces each string `$states.NAME.member` within `value` by what the set-up returned.
///
/// # Errors
/// The expression that names nothing, in words.
pub(crate) fn fill_states(value: &mut Value, states: &States) -> Result<(), String> {
    match value {
        Value::String(text) => {
            if let Some(found) = state(text, states)? {
                *value = found.clone();
            }
        }
        Value::Array(items) => {
            for item in items {
                fill_states(item, states)?;
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                fill_states(member, states)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// The text, or what it stands for when it is `$states.NAME.member`.
pub(crate) fn fill_text(text: &str, states: &States) -> Result<String, String> {
    match state(text, states)? {
        None => Ok(text.to_owned()),
        Some(value) => scalar(value).ok_or_else(|| format!("{text} is no scalar: {value}")),
    }
}

fn state<'s>(text: &str, states: &'s States) -> Result<Option<&'s Value>, String> {
    let Some(path) = text.strip_prefix("$states.") else {
        return Ok(None);
    };
    let (name, member) = path
        .split_once('.')
        .ok_or_else(|| format!("{text} names no member: write $states.NAME.member"))?;
    let returned = states
        .get(name)
        .ok_or_else(|| format!("{text}: no state is set up as {name}"))?;
    returned
        .get(member)
        .map(Some)
        .ok_or_else(|| format!("{text}: the set-up of {name} returned no member {member}"))
}

/// Evaluates an expression of an OpenAPI link over an exchange. `path_parameters` are the decoded
/// ones of its request. A text that begins with no `$` stands for itself.
///
/// # Errors
/// In words, when the expression is unknown or what it names is not there or no scalar.
pub(crate) fn evaluate(
    expression: &str,
    exchange: &Exchange,
    path_parameters: &[(Arc<str>, String)],
) -> Result<String, String> {
    let missing = || format!("{expression}: nothing of that name is in the exchange");
    let (side, rest) = match expression.split_once('.') {
        _ if !expression.starts_with('$') => return Ok(expression.to_owned()),
        _ if expression == "$statusCode" => return Ok(exchange.response.status.to_string()),
        _ if expression == "$method" => return Ok(exchange.request.method.clone()),
        Some(parts) => parts,
        None => {
            return Err(format!(
                "{expression} is no runtime expression that is known here"
            ));
        }
    };
    let (headers, body) = match side {
        "$request" => (&exchange.request.headers, &exchange.request.body),
        "$response" => (&exchange.response.headers, &exchange.response.body),
        _ => {
            return Err(format!(
                "{expression} is no runtime expression that is known here"
            ));
        }
    };
    if let Some(pointer) = rest.strip_prefix("body") {
        let body = json_body::read(body)
            .map_err(|error| format!("{expression}: the body is not JSON: {error}"))?;
        let value = body
            .pointer(pointer.trim_start_matches('#'))
            .ok_or_else(missing)?;
        return scalar(value).ok_or_else(|| format!("{expression} is no scalar: {value}"));
    }
    match rest.split_once('.') {
        Some(("header", name)) => headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .ok_or_else(missing),
        Some(("path", name)) if side == "$request" => path_parameters
            .iter()
            .find(|(key, _)| **key == *name)
            .map(|(_, value)| value.clone())
            .ok_or_else(missing),
        Some(("query", name)) if side == "$request" => exchange
            .request
            .query()
            .into_iter()
            .flat_map(decode_query)
            .find(|pair| pair.name == name)
            .map(|pair| pair.value.unwrap_or_default())
            .ok_or_else(missing),
        _ => Err(format!(
            "{expression} is no runtime expression that is known here"
        )),
    }
}

/// Whole numbers up to here are exact as floats.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A string as it is, a number or a boolean as JSON writes it.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        // A whole number is one however it is written: an id of 15.0 is asked for as 15.
        Value::Number(number) => Some(match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
                format!("{float:.0}")
            }
            _ => number.to_string(),
        }),
        Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rstest::rstest;
    use serde_json::json;
    use validator::{Request, Response};

    use super::*;

    fn states() -> States {
        let Value::Object(first) = json!({ "asset_id": "a-1", "job": 7, "list": [] }) else {
            unreachable!("it is an object");
        };
        States::from([("first".to_owned(), first)])
    }

    #[test]
    fn a_string_becomes_what_the_set_up_returned_with_its_type() {
        let mut value =
            json!({ "ids": ["$states.first.asset_id", "x"], "job": "$states.first.job" });
        fill_states(&mut value, &states()).expect("both are there");
        assert_eq!(value, json!({ "ids": ["a-1", "x"], "job": 7 }));
        assert_eq!(
            fill_text("$states.first.job", &states()),
            Ok("7".to_owned())
        );
    }

    #[rstest]
    #[case("$states.second.asset_id", "no state is set up as second")]
    #[case("$states.first.name", "returned no member name")]
    #[case("$states.first", "names no member")]
    #[case("$states.first.list", "is no scalar")]
    fn what_names_nothing_says_so(#[case] text: &str, #[case] says: &str) {
        let problem = fill_text(text, &states()).expect_err("nothing is there");
        assert!(problem.contains(says), "{problem}");
    }

    fn exchange() -> Exchange {
        Exchange {
            request: Request {
                method: "POST".to_owned(),
                target: "/v1/p%201?user=u%201&flag".to_owned(),
                headers: vec![("X-App".to_owned(), b"app".to_vec())],
                body: Bytes::from_static(br#"{"asset_ids":["a"]}"#),
            },
            response: Response {
                status: 202,
                headers: vec![("location".to_owned(), b"/jobs/9".to_vec())],
                body: Bytes::from_static(br#"{"taskId":7,"a/b":{"c":"deep"}}"#),
            },
        }
    }

    #[rstest]
    #[case("$response.body#/taskId", "7")]
    #[case("$response.body#/a~1b/c", "deep")]
    #[case("$response.header.Location", "/jobs/9")]
    #[case("$request.path.project", "p 1")]
    #[case("$request.query.user", "u 1")]
    #[case("$request.header.x-app", "app")]
    #[case("$request.body#/asset_ids/0", "a")]
    #[case("$statusCode", "202")]
    #[case("$method", "POST")]
    #[case("plain", "plain")]
    fn an_expression_reads_the_exchange(#[case] text: &str, #[case] expected: &str) {
        let path = [("project".into(), "p 1".to_owned())];
        assert_eq!(evaluate(text, &exchange(), &path), Ok(expected.to_owned()));
    }

    #[rstest]
    #[case("$response.body#/missing")]
    #[case("$response.body#/a~1b")]
    #[case("$response.header.missing")]
    #[case("$response.path.project")]
    #[case("$response.query.user")]
    #[case("$request.path.missing")]
    #[case("$url.what")]
    #[case("$nonsense")]
    fn an_expression_that_reads_nothing_is_an_error(#[case] text: &str) {
        let path = [("project".into(), "p 1".to_owned())];
        evaluate(text, &exchange(), &path).expect_err("nothing is there");
    }

    #[rstest]
    #[case("15.0", "15")]
    #[case("-15.0", "-15")]
    #[case("15.5", "15.5")]
    #[case("9007199254740991.0", "9007199254740991")]
    #[case("9007199254740992.0", "9007199254740992.0")]
    #[case("1e16", "1e+16")]
    #[case("18446744073709551615", "18446744073709551615")]
    #[case("true", "true")]
    #[case("\"a\"", "a")]
    fn a_scalar_is_a_text(#[case] json: &str, #[case] text: &str) {
        let value = serde_json::from_str(json).expect("it is JSON");
        assert_eq!(scalar(&value).as_deref(), Some(text));
    }
}
