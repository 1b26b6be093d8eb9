//! Which requirements an exchange really puts to the test, so that one that was never reached
//! does not show as kept.

use std::collections::BTreeSet;

use contract::{Level, Message, Operation};
use serde_json::Value;

use crate::json::parse_json;
use crate::judge::Validator;
use crate::{Exchange, relations};

/// The bodies of an exchange, as far as they have been read: one that is not there may still be
/// JSON.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) request: Option<Value>,
    pub(crate) response: Option<Value>,
}

/// Adds what an exchange of the operation with this index puts to the test.
pub(crate) fn of(
    validator: &Validator,
    index: usize,
    exchange: &Exchange,
    bodies: Bodies,
    into: &mut BTreeSet<String>,
) {
    let operation = &validator.contract().operations[index];
    let compiled = &validator.operations()[index];
    let response = &exchange.response;
    let accepted = (200..300).contains(&response.status);
    into.extend(operation.rules.status.clone());
    let (Some(spec), Some(compiled_response)) = (
        operation.response(response.status),
        compiled.responses.get(&response.status),
    ) else {
        return;
    };
    into.extend(operation.rules.operation.clone());
    let read = |body: Option<Value>, bytes: &[u8]| body.or_else(|| parse_json(bytes).0);
    let request_body = read(bodies.request, &exchange.request.body);
    if accepted {
        into.extend(operation.rules.authentication.clone());
        sent_parameters(operation, exchange, into);
        if let (Some(body), Some(schema), Some(value)) =
            (&operation.request, &compiled.request, &request_body)
        {
            into.extend(body.requirement.clone());
            schema.sites.exercised(value, Message::Request, into);
        }
    }
    for header in &spec.headers {
        if header.presence > Level::May || response.header(&header.name).is_some() {
            into.extend(header.requirement.clone());
        }
    }
    let Some(body) = &spec.body else {
        into.extend(spec.requirement.clone());
        return;
    };
    // An empty body, too: a documented one has to come.
    into.extend(operation.rules.json.clone());
    into.extend(operation.rules.media_type.clone());
    let Some(value) = read(bodies.response, &response.body) else {
        return;
    };
    // What a body has to be is not put to the test by one that is none.
    into.extend(spec.requirement.clone());
    into.extend(body.requirement.clone());
    if let Some(schema) = &compiled_response.body {
        schema.sites.exercised(&value, Message::Response, into);
    }
    tied(
        operation,
        response.status,
        request_body.as_ref(),
        &value,
        into,
    );
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
            into.extend(parameter.requirement.clone());
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
