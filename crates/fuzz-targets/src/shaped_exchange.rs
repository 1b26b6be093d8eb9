//! An exchange that comes close to a documented one: the bytes of an input choose the contract, the
//! operation, and what is wrong with it. So the fuzzer gets past the readers of paths and JSON, to
//! schemas and relations.

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use contract::{ExampleBody, Operation, ParameterLocation};
use serde_json::Value;
use validator::{Exchange, Request, Response};

use crate::exchange::{VALIDATORS, judge};

/// A credential that stands nowhere but where credentials stand.
const SECRET: &str = "never-in-a-finding";

/// Makes the exchange, judges it, and looks for the credential in what was found.
pub fn run(input: &[u8]) {
    // A fuzzer sees what is compared, and tries it.
    if input
        .windows(SECRET.len())
        .any(|part| part == SECRET.as_bytes())
    {
        return;
    }
    let mut choices = Unstructured::new(input);
    let Ok((contract, exchange)) = make(&mut choices) else {
        return;
    };
    for finding in judge(&VALIDATORS[contract], &exchange) {
        let told = [&finding.expected, &finding.actual];
        assert!(
            !told.iter().any(|text| text.contains(SECRET)),
            "{finding:?}"
        );
    }
}

/// How a body differs from an example.
#[derive(Debug, Arbitrary)]
enum Edit {
    /// The value at a place becomes this one.
    Replace(u8, Leaf),
    /// The member or the item at a place is gone.
    Remove(u8),
    /// The item or the member at a place stands there twice.
    Repeat(u8),
    /// An object gets a member that nobody documented.
    Add(u8, String),
}

#[derive(Debug, Arbitrary)]
enum Leaf {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List,
    Object,
    /// So many letters.
    Long(u16),
}

impl Leaf {
    fn value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(it) => it.into(),
            Self::Integer(it) => it.into(),
            Self::Float(it) => it.into(),
            Self::Text(it) => it.into(),
            Self::List => Value::Array(Vec::new()),
            Self::Object => Value::Object(serde_json::Map::new()),
            Self::Long(letters) => "x".repeat(letters.into()).into(),
        }
    }
}

fn make(choices: &mut Unstructured<'_>) -> Result<(usize, Exchange)> {
    let contract = choices.choose_index(VALIDATORS.len())?;
    let operations = &VALIDATORS[contract].contract().operations;
    let operation = choices.choose(operations)?;
    let mut request = Request {
        method: operation.method.clone(),
        target: operation.path.clone(),
        headers: vec![("Content-Type".to_owned(), b"application/json".to_vec())],
        body: Bytes::new(),
    };
    parameters(operation, &mut request, choices)?;
    request
        .headers
        .push(("X-Auth-Token".to_owned(), SECRET.into()));
    let between = if request.target.contains('?') {
        '&'
    } else {
        '?'
    };
    request.target.push(between);
    request.target.push_str("access_token=");
    request.target.push_str(SECRET);
    if let Some(body) = &operation.request {
        request.body = edited(body.examples.iter().map(|example| &example.body), choices)?;
    }
    let answer = choices.choose(&operation.responses)?;
    let mut response = Response {
        status: answer.status,
        headers: vec![("Content-Type".to_owned(), b"application/json".to_vec())],
        body: Bytes::new(),
    };
    for header in &answer.headers {
        let value = <&[u8]>::arbitrary(choices)?;
        response.headers.push((header.name.clone(), value.to_vec()));
    }
    if let Some(body) = &answer.body {
        response.body = edited(body.examples.iter().map(|example| &example.body), choices)?;
    }
    if choices.ratio(1_u8, 16_u8)? {
        response.status = u16::arbitrary(choices)?;
    }
    Ok((contract, Exchange { request, response }))
}

/// Puts a value in the place of each parameter; one in four is left as it is, or out.
fn parameters(
    operation: &Operation,
    request: &mut Request,
    choices: &mut Unstructured<'_>,
) -> Result<()> {
    for parameter in &operation.parameters {
        if choices.ratio(1_u8, 4_u8)? {
            continue;
        }
        let name = &parameter.name;
        let value = <&str>::arbitrary(choices)?;
        match parameter.location {
            ParameterLocation::Path => {
                request.target = request.target.replace(&format!("{{{name}}}"), value);
            }
            ParameterLocation::Query => {
                let between = if request.target.contains('?') {
                    '&'
                } else {
                    '?'
                };
                request.target = format!("{}{between}{name}={value}", request.target);
            }
            ParameterLocation::Header => {
                request.headers.push((name.clone(), value.into()));
            }
        }
    }
    Ok(())
}

/// One of the examples with a few edits.
fn edited<'e>(
    examples: impl Iterator<Item = &'e ExampleBody>,
    choices: &mut Unstructured<'_>,
) -> Result<Bytes> {
    let examples: Vec<Value> = examples.filter_map(value).collect();
    let mut body = if examples.is_empty() {
        Value::Null
    } else {
        choices.choose(&examples)?.clone()
    };
    for _ in 0..choices.int_in_range(0..=4)? {
        edit(&mut body, Edit::arbitrary(choices)?);
    }
    Ok(body.to_string().into())
}

fn edit(body: &mut Value, edit: Edit) {
    match edit {
        Edit::Replace(place, leaf) => {
            if let Some(found) = find(body, &mut place.into()) {
                *found = leaf.value();
            }
        }
        Edit::Remove(place) => match find(body, &mut place.into()) {
            Some(Value::Array(items)) => drop(items.pop()),
            Some(Value::Object(members)) => {
                let first = members.keys().next().cloned();
                if let Some(name) = first {
                    members.remove(&name);
                }
            }
            Some(_) | None => {}
        },
        Edit::Repeat(place) => {
            if let Some(Value::Array(items)) = find(body, &mut place.into()) {
                items.extend(items.last().cloned());
            }
        }
        Edit::Add(place, name) => {
            if let Some(Value::Object(members)) = find(body, &mut place.into()) {
                members.insert(name, true.into());
            }
        }
    }
}

/// The value at a place, which is counted through all values from the root.
fn find<'v>(value: &'v mut Value, place: &mut usize) -> Option<&'v mut Value> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, place)),
        Value::Object(members) => members.values_mut().find_map(|member| find(member, place)),
        _ => None,
    }
}

fn value(example: &ExampleBody) -> Option<Value> {
    match example {
        ExampleBody::Verbatim { bytes, .. } => serde_json::from_slice(bytes).ok(),
        ExampleBody::Constructed { value, .. } => Some(value.clone()),
    }
}
