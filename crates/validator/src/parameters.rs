//! Parameters and headers: values that are text on the wire, judged by their schemas.

use std::borrow::Cow;
use std::sync::Arc;

use contract::{Level, Message, Operation, Parameter, ParameterLocation};
use serde_json::Value;

use crate::compile::{Frame, Schema};
use crate::finding::{Check, Finding, Location};
use crate::judge::RequestReading;
use crate::operation::Compiled;
use crate::query::QueryPair;
use crate::{Request, shown};

/// Judges path, query and header parameters of a request.
pub(crate) fn judge(
    operation: &Operation,
    compiled: &Compiled,
    request: &Request,
    query: &[QueryPair],
    reading: &mut RequestReading,
    frame: Frame<'_>,
) {
    for (parameter, schema) in operation.parameters.iter().zip(&compiled.parameters) {
        let frame = Frame {
            requirement: parameter.requirement.as_deref(),
            ..frame
        };
        let missing = match parameter.location {
            ParameterLocation::Path => {
                let named = |(name, _): &&(Arc<str>, String)| **name == *parameter.name;
                match reading.path_parameters.iter().find(named) {
                    Some((_, value)) if !value.is_empty() => {
                        text(parameter, schema, value, frame, &mut reading.findings);
                        false
                    }
                    _ => true,
                }
            }
            ParameterLocation::Query => {
                let mut missing = true;
                for pair in query.iter().filter(|pair| pair.name == parameter.name) {
                    missing = false;
                    let value = pair.value.as_deref().unwrap_or_default();
                    if parameter.flag && !value.is_empty() {
                        reading.findings.push(valued_flag(parameter, frame, value));
                    } else {
                        text(parameter, schema, value, frame, &mut reading.findings);
                    }
                }
                missing
            }
            ParameterLocation::Header => match request.header(&parameter.name) {
                Some(value) => {
                    let value = header_text(value);
                    text(parameter, schema, &value, frame, &mut reading.findings);
                    false
                }
                None => true,
            },
        };
        // A missing credential is the authentication's finding, not one more of its parameter.
        if missing && parameter.required && !parameter.secret {
            reading.findings.push(finding(
                location(parameter),
                frame,
                format!(
                    "the {} parameter {}",
                    place(parameter.location),
                    parameter.name
                ),
                "nothing".to_owned(),
            ));
        }
    }
    unknown_query(operation, query, frame, &mut reading.findings);
}

/// Judges the value of one parameter.
fn text(
    parameter: &Parameter,
    schema: &Schema,
    value: &str,
    frame: Frame<'_>,
    findings: &mut Vec<Finding>,
) {
    value_of(
        schema,
        value,
        parameter.secret,
        &|| location(parameter),
        frame,
        findings,
    );
}

fn location(parameter: &Parameter) -> Location {
    let name = parameter.name.clone();
    match parameter.location {
        ParameterLocation::Path => Location::PathParameter(name),
        ParameterLocation::Query => Location::Query(name),
        ParameterLocation::Header => Location::Header(name),
    }
}

fn place(location: ParameterLocation) -> &'static str {
    match location {
        ParameterLocation::Path => "path",
        ParameterLocation::Query => "query",
        ParameterLocation::Header => "header",
    }
}

/// Judges one text by its schema. A number or boolean schema is asked about the number or boolean
/// that the text spells.
pub(crate) fn value_of(
    schema: &Schema,
    text: &str,
    secret: bool,
    location: &dyn Fn() -> Location,
    frame: Frame<'_>,
    findings: &mut Vec<Finding>,
) {
    if schema.text.accepts(text) {
        return;
    }
    let plain = Value::String(text.to_owned());
    let value = match schema.linked.get("type").and_then(Value::as_str) {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text)
            .ok()
            .filter(|value| !matches!(value, Value::String(_)))
            .unwrap_or(plain),
        _ => plain,
    };
    let before = findings.len();
    schema.judge(&value, frame, findings);
    for found in &mut findings[before..] {
        found.location = location();
        if secret {
            found.actual = format!("a secret of {} characters", text.chars().count());
        }
    }
}

/// Header values are ASCII by RFC 9110 section 5.5; other bytes are read as UTF-8 where they are,
/// and as ISO 8859-1 where they are not.
pub(crate) fn header_text(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn finding(location: Location, frame: Frame<'_>, expected: String, actual: String) -> Finding {
    Finding {
        check: frame.check,
        requirement: frame.requirement.map(str::to_owned),
        level: frame.level(frame.requirement),
        erratum: None,
        message: frame.message,
        location,
        expected,
        actual,
    }
}

/// A flag with a value is documented nowhere, so a server may read it as the flag or not.
fn valued_flag(parameter: &Parameter, frame: Frame<'_>, value: &str) -> Finding {
    Finding {
        level: Level::May,
        ..finding(
            location(parameter),
            frame,
            "no value".to_owned(),
            format!("\"{}\"", shown::shorten(value)),
        )
    }
}

fn unknown_query(
    operation: &Operation,
    query: &[QueryPair],
    frame: Frame<'_>,
    findings: &mut Vec<Finding>,
) {
    for pair in query {
        let known = operation.parameters.iter().any(|parameter| {
            parameter.location == ParameterLocation::Query && parameter.name == pair.name
        });
        if !known
            && !frame.contract.schemes.values().any(|scheme| {
                scheme.location == ParameterLocation::Query && scheme.name == pair.name
            })
        {
            findings.push(Finding {
                check: Check::UnknownMember,
                requirement: operation.rules.operation.clone(),
                level: Level::May,
                erratum: None,
                message: Message::Request,
                location: Location::Query(shown::shorten(&pair.name)),
                expected: "only documented query parameters".to_owned(),
                actual: "an undocumented one".to_owned(),
            });
        }
    }
}
