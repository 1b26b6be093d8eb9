//! From the errors of the JSON Schema library to findings: which requirement stands around the
//! violated keyword, how strongly, and what was expected, in words.

use std::collections::BTreeSet;

use contract::{Level, Message};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::compile::{Frame, Schema};
use crate::finding::{Check, Finding, Location};
use crate::json::escape;
use crate::{sample, shown, transform};

/// More findings than this in one body tell nothing new, and a body may have a million items.
const LIMIT: usize = 200;

/// Adds a finding for each error of the schema in the body, up to 200.
pub(crate) fn collect(
    schema: &Schema,
    body: &Value,
    frame: Frame<'_>,
    findings: &mut Vec<Finding>,
) {
    let sample = sample::of(body);
    let mut errors: Vec<_> = match &sample {
        // How long an array is can only be said of the whole one.
        Some(sample) => schema
            .compiled
            .iter_errors(sample)
            .filter(|error| !matches!(error.kind(), Kind::MinItems { .. } | Kind::MaxItems { .. }))
            .take(LIMIT)
            .collect(),
        None => schema.compiled.iter_errors(body).take(LIMIT).collect(),
    };
    if sample.is_some()
        && let Err(first) = schema.compiled.validate(body)
        && !errors.iter().any(|error| same(error, &first))
    {
        errors.insert(0, first);
    }
    let is_type = |error: &ValidationError<'_>| matches!(error.kind(), Kind::Type { .. });
    let mistyped: BTreeSet<&str> = errors
        .iter()
        .filter(|error| is_type(error))
        .map(|error| error.instance_path().as_str())
        .collect();
    for error in &errors {
        // A value of the wrong type is for that reason alone none of the enum, too.
        if is_type(error) || !mistyped.contains(error.instance_path().as_str()) {
            one(schema, error, frame, findings);
        }
    }
}

/// Whether two errors say the same of the same place.
fn same(one: &ValidationError<'_>, other: &ValidationError<'_>) -> bool {
    one.instance_path() == other.instance_path() && one.schema_path() == other.schema_path()
}

/// What stands around a keyword in the linked schema.
#[derive(Debug, Default, Clone, Copy)]
struct Around<'s> {
    requirement: Option<&'s str>,
    level: Option<Level>,
    slips: Option<&'s Value>,
    closed: bool,
    holder: Option<&'s Value>,
    /// Whether the value is a member that its object need not have.
    optional: bool,
}

fn around<'s>(linked: &'s Value, path: &str) -> Around<'s> {
    let mut around = Around::default();
    let mut here = Some(linked);
    let mut tokens = path.split('/').skip(1).peekable();
    while let Some(schema) = here {
        if let Value::Object(members) = schema {
            let text = |key| members.get(key).and_then(Value::as_str);
            around.requirement = text("x-requirement").or(around.requirement);
            around.level = match text(transform::LEVEL) {
                Some("SHOULD") => Some(Level::Should),
                Some("MAY") => Some(Level::May),
                _ => around.level,
            };
            around.slips = members.get("x-slips").or(around.slips);
            around.closed = members.contains_key(transform::CLOSED);
            around.holder = Some(schema);
        }
        let Some(token) = tokens.next() else { break };
        let token = token.replace("~1", "/").replace("~0", "~");
        if token == "properties" {
            let name = tokens
                .peek()
                .map(|name| name.replace("~1", "/").replace("~0", "~"));
            around.optional = name.is_some_and(|name| !requires(schema, &name));
        } else if matches!(token.as_str(), "items" | "prefixItems") {
            around.optional = false;
        }
        // The last token is the keyword itself, which is no subschema.
        if tokens.peek().is_none() {
            break;
        }
        here = match schema {
            Value::Object(members) => members.get(&token),
            Value::Array(items) => token
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index)),
            _ => None,
        };
    }
    around
}

/// Whether a schema requires the member, itself or by one of its `allOf`.
fn requires(schema: &Value, name: &str) -> bool {
    let listed = |schema: &Value| {
        schema
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|required| required.iter().any(|member| member == name))
    };
    let all = schema.get("allOf").and_then(Value::as_array);
    listed(schema) || all.into_iter().flatten().any(|part| requires(part, name))
}

fn one(
    schema: &Schema,
    error: &ValidationError<'_>,
    frame: Frame<'_>,
    findings: &mut Vec<Finding>,
) {
    let around = around(&schema.linked, error.schema_path().as_str());
    let requirement = around.requirement.or(frame.requirement);
    let pointer = error.instance_path().as_str();
    if let Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } =
        error.kind()
    {
        unknown_members(unexpected, around, requirement, error, frame, findings);
        return;
    }
    let slip = around
        .slips
        .zip(error.instance().as_str())
        .and_then(|(slips, value)| slips.get(value))
        .and_then(Value::as_str);
    // No document says whether `null` may stand for an optional member of a request that is left
    // out, so it is neither right nor wrong.
    let undocumented =
        frame.message == Message::Request && around.optional && error.instance().is_null();
    let level = match around.level.unwrap_or_else(|| frame.level(requirement)) {
        _ if undocumented => Level::May,
        level => level,
    };
    let (place, actual) = match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (format!("{pointer}/{}", escape(name)), "nothing".to_owned())
        }
        _ => (pointer.to_owned(), actual(error)),
    };
    findings.push(Finding {
        check: frame.check,
        requirement: requirement.map(str::to_owned),
        level,
        erratum: slip.map(str::to_owned),
        message: frame.message,
        location: Location::Body(place),
        expected: expected(error, around.holder),
        actual,
    });
}

fn unknown_members(
    unexpected: &[String],
    around: Around<'_>,
    requirement: Option<&str>,
    error: &ValidationError<'_>,
    frame: Frame<'_>,
    findings: &mut Vec<Finding>,
) {
    let known = around
        .holder
        .and_then(|holder| holder.get("properties"))
        .and_then(Value::as_object)
        .map(|properties| {
            properties
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        })
        .unwrap_or_default();
    for name in unexpected.iter().take(LIMIT) {
        let value = error
            .instance()
            .get(name)
            .map_or_else(String::new, shown::value);
        findings.push(Finding {
            check: if around.closed {
                Check::UnknownMember
            } else {
                frame.check
            },
            requirement: requirement.map(str::to_owned),
            level: if around.closed {
                Level::May
            } else {
                around.level.unwrap_or_else(|| frame.level(requirement))
            },
            erratum: None,
            message: frame.message,
            location: Location::Body(format!(
                "{}/{}",
                error.instance_path().as_str(),
                escape(name)
            )),
            expected: format!("only documented members: {known}"),
            actual: value,
        });
    }
}

fn actual(error: &ValidationError<'_>) -> String {
    let instance = error.instance();
    match error.kind() {
        Kind::MinLength { .. } | Kind::MaxLength { .. } => match instance.as_str() {
            Some(text) => format!("{} characters", text.chars().count()),
            None => shown::value(instance),
        },
        Kind::MinItems { .. } | Kind::MaxItems { .. } => match instance.as_array() {
            Some(items) => format!("{} items", items.len()),
            None => shown::value(instance),
        },
        Kind::Type { .. } => format!("{}: {}", shown::kind(instance), shown::value(instance)),
        _ => shown::value(instance),
    }
}

fn expected(error: &ValidationError<'_>, holder: Option<&Value>) -> String {
    match error.kind() {
        Kind::Enum { options } => {
            let options: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .map(|option| {
                    option
                        .as_str()
                        .map_or_else(|| option.to_string(), str::to_owned)
                })
                .collect();
            format!("one of {}", options.join(", "))
        }
        Kind::Constant { expected_value } => shown::value(expected_value),
        Kind::Required { property } => format!("the member {property}"),
        Kind::Type {
            kind: TypeKind::Single(kind),
        } => format!("type {kind}"),
        Kind::Type {
            kind: TypeKind::Multiple(kinds),
        } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            format!("type {}", kinds.join(" or "))
        }
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::Pattern { pattern } => format!("a string that matches {pattern}"),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => branches(holder),
        Kind::FalseSchema => "nothing here".to_owned(),
        Kind::Not { .. } => match title(holder) {
            Some(title) => title.to_owned(),
            None => "a value that is not of the excluded shape".to_owned(),
        },
        _ => error.masked_with("the value").to_string(),
    }
}

fn title(holder: Option<&Value>) -> Option<&str> {
    let holder = holder?;
    holder
        .get("title")
        .or_else(|| holder.get("description"))
        .and_then(Value::as_str)
}

/// The titles of the branches of which none matched.
fn branches(holder: Option<&Value>) -> String {
    let titles: Vec<&str> = ["anyOf", "oneOf"]
        .iter()
        .filter_map(|key| holder?.get(*key)?.as_array())
        .flatten()
        .map(|branch| title(Some(branch)).unwrap_or("an untitled shape"))
        .collect();
    format!("one of: {}", titles.join("; "))
}
