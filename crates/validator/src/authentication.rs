//! Whether a request carries one of the documented sets of credentials. Whether they are right
//! only the server knows.

use contract::{Contract, Message, Operation, ParameterLocation, SecurityScheme};

use crate::Request;
use crate::finding::{Check, Finding, Location};
use crate::query::QueryPair;

/// Finds that none of the documented ways to authenticate is there in full. `security` are the
/// operation's alternatives.
pub(crate) fn judge(
    contract: &Contract,
    operation: &Operation,
    security: &[Vec<SecurityScheme>],
    request: &Request,
    query: &[QueryPair],
) -> Option<Finding> {
    let carried = |scheme: &SecurityScheme| match scheme.location {
        ParameterLocation::Query => query.iter().any(|pair| {
            pair.name == scheme.name && pair.value.as_deref().is_some_and(|value| !value.is_empty())
        }),
        _ => request
            .header(&scheme.name)
            .is_some_and(|value| !value.is_empty()),
    };
    if security.is_empty() || security.iter().any(|schemes| schemes.iter().all(carried)) {
        return None;
    }
    let names = |schemes: &[SecurityScheme]| {
        let names: Vec<&str> = schemes.iter().map(|scheme| scheme.name.as_str()).collect();
        names.join(" with ")
    };
    let ways: Vec<String> = security.iter().map(|schemes| names(schemes)).collect();
    let carried_names: Vec<&str> = contract
        .schemes
        .values()
        .filter(|scheme| carried(scheme))
        .map(|scheme| scheme.name.as_str())
        .collect();
    let requirement = operation.rules.authentication.clone();
    Some(Finding {
        check: Check::RequestAuthentication,
        level: requirement
            .as_ref()
            .and_then(|id| contract.requirements.get(id))
            .map_or(contract::Level::Must, |requirement| requirement.level),
        requirement,
        erratum: None,
        message: Message::Request,
        location: Location::Authentication,
        expected: ways.join(", or "),
        actual: if carried_names.is_empty() {
            "no credentials".to_owned()
        } else {
            format!("only {}", carried_names.join(", "))
        },
    })
}
