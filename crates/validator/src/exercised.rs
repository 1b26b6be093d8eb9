//! Which requirements an exchange really puts to the test, so that one that was never reached
//! does not show as kept.

use std::borrow::Cow;
use std::collections::BTreeSet;

use contract::{Level, Message, Operation};
use serde_json::Value;

use crate::json::parse_json;
use crate::judge::Validator;
use crate::{Exchange, relations};

/// The bodies of an exchange, as far as they have been read: one that is not there may still be
/// JSON. What a lenient reader passes over is passed over.
#[derive(Debug, Clone, Default)]
pub struct Bodies {
    /// That of the request.
    pub request: Option<Value>,
    /// That of the response.
    pub response: Option<Value>,
}

/// Adds what an exchange of the operation with this index puts to the test.
pub(crate) fn of(
    validator: &Validator,
    index: usize,
    exchange: &Exchange,
    bodies: &Bodies,
    into: &mut BTreeSet<String>,
) {
    let operation = &validator.contract().operations[index];
    let compiled = &validator.operations()[index];
    let response = &exchange.response;
    let accepted = (200..300).contains(&response.status);
    add(operation.rules.status.as_deref(), into);
    let (Some(spec), Some(compiled_response)) = (
        operation.response(response.status),
        compiled.responses.get(&response.status),
    ) else {
        return;
    };
    add(operation.rules.operation.as_deref(), into);
    let request_body = read(bodies.request.as_ref(), &exchange.request.body);
    let request_body = request_body.as_deref();
    if accepted {
        add(operation.rules.authentication.as_deref(), into);
        sent_parameters(operation, exchange, into);
        if let (Some(body), Some(schema), Some(value)) =
            (&operation.request, &compiled.request, request_body)
        {
            add(body.requirement.as_deref(), into);
            schema.sites.exercised(value, Message::Request, into);
        }
    }
    for header in &spec.headers {
        if header.presence > Level::May || response.header(&header.name).is_some() {
            add(header.requirement.as_deref(), into);
        }
    }
    let Some(body) = &spec.body else {
        add(spec.requirement.as_deref(), into);
        return;
    };
    // An empty body, too: a documented one has to come.
    add(operation.rules.json.as_deref(), into);
    add(operation.rules.media_type.as_deref(), into);
    let Some(value) = read(bodies.response.as_ref(), &response.body) else {
        return;
    };
    // What a body has to be is not put to the test by one that is none.
    add(spec.requirement.as_deref(), into);
    add(body.requirement.as_deref(), into);
    if let Some(schema) = &compiled_response.body {
        schema.sites.exercised(&value, Message::Response, into);
    }
    tied(operation, response.status, request_body, &value, into);
}

/// A body that has been read or is read now, if it is JSON.
fn read<'b>(body: Option<&'b Value>, bytes: &[u8]) -> Option<Cow<'b, Value>> {
    match body {
        Some(body) => Some(Cow::Borrowed(body)),
        None => parse_json(bytes).0.map(Cow::Owned),
    }
}

/// Adds a requirement; most have been met before.
fn add(requirement: Option<&str>, into: &mut BTreeSet<String>) {
    if let Some(id) = requirement
        && !into.contains(id)
    {
        into.insert(id.to_owned());
    }
}

/// A parameter is tried out when it was sent and the request was accepted.
fn sent_parameters(operation: &Operation, exchange: &Exchange, into: &mut BTreeSet<String>) {
    let query = crate::decode_query(exchange.request.query().unwrap_or_default());
    for parameter in &operation.parameters {
        let sent = match parameter.location {
            contract::ParameterLocation::Path => true,
            contract::ParameterLocation::Query => {
                query.iter().any(|pair| pair.name == parameter.name)
            }
            contract::ParameterLocation::Header => {
                exchange.request.header(&parameter.name).is_some()
            }
        };
        if sent {
            add(parameter.requirement.as_deref(), into);
        }
    }
}

fn tied(
    operation: &Operation,
    status: u16,
    request: Option<&Value>,
    response: &Value,
    into: &mut BTreeSet<String>,
) {
    for relation in &operation.relations {
        if relations::applies(relation, status) && relations::exercised(relation, request, response)
        {
            into.insert(relation.requirement.clone());
        }
    }
}
