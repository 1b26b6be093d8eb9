//! Errata and documented examples explain each other: whatever the validator finds in an example
//! as it is printed, an erratum explains, and what an erratum explains is found. So the list of
//! errata cannot rot.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use contract::{
    Contract, Example, ExampleBody, Explanation, Level, Message, Operation, ParameterLocation,
    Replay,
};
use validator::{Exchange, Finding, Request, Response, Validator};

/// A finding or an explanation, reduced to what ties the one to the other.
type Key = (String, Message, String, String, String);

fn contracts() -> Vec<Validator> {
    Contract::embedded()
        .expect("the embedded contracts load")
        .into_iter()
        .map(|contract| Validator::new(Arc::new(contract)).expect("the embedded contracts compile"))
        .collect()
}

fn bytes(example: &Example) -> Bytes {
    match &example.body {
        ExampleBody::Verbatim { bytes, .. } => Bytes::copy_from_slice(bytes),
        ExampleBody::Constructed { value, .. } => Bytes::from(value.to_string()),
    }
}

fn is_verbatim(example: &Example) -> bool {
    matches!(example.body, ExampleBody::Verbatim { .. })
}

/// The request as printed, or, where the document prints only a body, one that has nothing else
/// to find fault with.
fn request(contract: &Contract, operation: &Operation, replay: &Replay) -> Request {
    let mut headers = vec![("Content-Type".to_owned(), b"application/json".to_vec())];
    let body = replay
        .request
        .as_ref()
        .and_then(|name| {
            operation
                .request
                .as_ref()?
                .examples
                .iter()
                .find(|example| example.name == *name)
        })
        .map(bytes)
        .unwrap_or_default();
    if let Some((method, target)) = replay
        .printed
        .as_deref()
        .and_then(|line| line.split_once(' '))
    {
        return Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body,
        };
    }
    let mut target = operation.path.clone();
    let mut query = Vec::new();
    for parameter in &operation.parameters {
        match parameter.location {
            ParameterLocation::Path => {
                target = target.replace(&format!("{{{}}}", parameter.name), "1");
            }
            ParameterLocation::Query if parameter.flag => query.push(parameter.name.clone()),
            _ => {}
        }
    }
    for scheme in operation.security.first().into_iter().flatten() {
        let scheme = &contract.schemes[scheme];
        match scheme.location {
            ParameterLocation::Query => query.push(format!("{}=x", scheme.name)),
            _ => headers.push((scheme.name.clone(), b"x".to_vec())),
        }
    }
    if !query.is_empty() {
        target = format!("{target}?{}", query.join("&"));
    }
    Request {
        method: operation.method.clone(),
        target,
        headers,
        body,
    }
}

fn key(operation: &Operation, message: Message, example: &str, finding: &Finding) -> Key {
    (
        operation.id.clone(),
        message,
        example.to_owned(),
        finding.requirement.clone().unwrap_or_default(),
        finding.location.to_string(),
    )
}

/// All findings in the verbatim examples of a contract.
fn found(validator: &Validator) -> BTreeSet<Key> {
    let contract = validator.contract();
    let mut found = BTreeSet::new();
    for (index, operation) in contract.operations.iter().enumerate() {
        for response in &operation.responses {
            for example in response.body.iter().flat_map(|body| &body.examples) {
                let Some(replay) = &example.replay else {
                    continue;
                };
                let request = request(contract, operation, replay);
                let request_example = replay.request.as_deref().unwrap_or_default();
                let printed = operation
                    .request
                    .iter()
                    .flat_map(|body| &body.examples)
                    .find(|example| example.name == request_example)
                    .is_some_and(is_verbatim);
                if printed {
                    for finding in validator.request_for(index, &request).findings {
                        found.insert(key(operation, Message::Request, request_example, &finding));
                    }
                }
                if !is_verbatim(example) {
                    continue;
                }
                let mut headers = vec![("Content-Type".to_owned(), b"application/json".to_vec())];
                // The documents print bodies only; headers that they list are not missing from them.
                headers.extend(
                    response
                        .headers
                        .iter()
                        .filter(|header| header.presence > Level::May)
                        .map(|header| (header.name.clone(), b"x".to_vec())),
                );
                let response = Response {
                    status: response.status,
                    headers,
                    body: bytes(example),
                };
                // What ties the two is asked of a request that the operation takes.
                let routed = Request {
                    target: self::request(
                        contract,
                        operation,
                        &Replay {
                            printed: None,
                            ..replay.clone()
                        },
                    )
                    .target,
                    ..request
                };
                let findings = validator.exchange(&Exchange {
                    request: routed,
                    response,
                });
                for finding in findings
                    .iter()
                    .filter(|finding| finding.message == Message::Response)
                {
                    found.insert(key(operation, Message::Response, &example.name, finding));
                }
            }
        }
    }
    found
}

fn explained(contract: &Contract) -> BTreeSet<Key> {
    contract
        .errata
        .values()
        .flat_map(|erratum| &erratum.explains)
        .map(|explanation: &Explanation| {
            (
                explanation.operation.clone(),
                explanation.message,
                explanation.example.clone(),
                explanation.requirement.clone(),
                explanation.at.clone(),
            )
        })
        .collect()
}

#[test]
fn every_finding_in_a_verbatim_example_is_explained_by_an_erratum_and_the_other_way_round() {
    for validator in contracts() {
        let contract = validator.contract();
        let (found, explained) = (found(&validator), explained(contract));
        let unexplained: Vec<_> = found.difference(&explained).collect();
        let not_found: Vec<_> = explained.difference(&found).collect();
        assert!(
            unexplained.is_empty() && not_found.is_empty(),
            "{}\nfound, but explained by no erratum: {unexplained:#?}\n\
             explained, but not found: {not_found:#?}",
            contract.name()
        );
    }
}

#[test]
fn every_detectable_erratum_explains_something_and_no_other_does() {
    for validator in contracts() {
        for erratum in validator.contract().errata.values() {
            assert_eq!(
                erratum.detectable,
                !erratum.explains.is_empty(),
                "{}: `detectable` and `explains` disagree",
                erratum.id
            );
        }
    }
}

#[test]
fn the_documents_have_faults_that_the_validator_finds() {
    // Guards the two tests above against passing over empty sets.
    let all: BTreeSet<String> = contracts()
        .iter()
        .flat_map(|validator| {
            validator
                .contract()
                .errata
                .values()
                .cloned()
                .collect::<Vec<_>>()
        })
        .filter(|erratum| erratum.detectable)
        .map(|erratum| erratum.id)
        .collect();
    for id in [
        "MS-E01", "MS-E02", "MS-E03", "MS-E04", "MS-E05", "MS-E08", "MS-E10", "SM-E01", "SM-E02",
    ] {
        assert!(all.contains(id), "{id} should be found by machine");
    }
}
