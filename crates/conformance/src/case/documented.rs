//! The documented cases: each response example of a contract that says how to bring it about, sent
//! as the errata correct it (counted), and as the document prints it (observed).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use contract::{Body, Contract, Example, ExampleBody, Level, Operation, Replay, ResponseSpec};
use validator::{Exchange, Response, Validator};

use super::{BodyTemplate, Case, Due, Expected, Play, Presented, Step};
use crate::credentials::Credentials;
use crate::run::CaseKind;
use crate::signing::Caller;
use crate::tenant::Tenant;
use crate::{PlanError, patch, request};

/// More documented cases than this in a row mean that they follow each other in a circle.
const LONGEST_CHAIN: usize = 8;

/// All documented cases of a contract, in order of its operations and examples.
///
/// # Errors
/// [`PlanError::Case`] when an example's `x-replay` names what is not there.
pub(crate) fn documented(validator: &Validator) -> Result<Vec<Case>, PlanError> {
    let contract = validator.contract();
    let mut cases = Vec::new();
    for (index, operation) in contract.operations.iter().enumerate() {
        for found in replayed(operation) {
            let id = format!(
                "{}/{}/documented/{}",
                contract.api, operation.id, found.example.name
            );
            let failed = |problem| PlanError::Case {
                case: id.clone(),
                problem,
            };
            let steps = steps(contract, index, &found).map_err(failed)?;
            let covers = covers(validator, operation, &found, &steps).map_err(failed)?;
            let case = Case {
                id: id.clone(),
                api: contract.api.clone(),
                revision: contract.revision.clone(),
                operation: operation.id.clone(),
                kind: CaseKind::Documented,
                title: found.example.summary.clone(),
                counted: true,
                level: strongest(contract, &found, &steps),
                own: Some(found.replay.requirement.clone()),
                covers: covers.into_iter().collect(),
                play: Play::Steps(steps),
            };
            let verbatim = verbatim(operation, &found, &case);
            cases.push(case);
            cases.extend(verbatim);
        }
    }
    Ok(cases)
}

/// A response example with its recipe and its place.
#[derive(Clone, Copy)]
pub(super) struct Found<'c> {
    pub(super) response: &'c ResponseSpec,
    example: &'c Example,
    replay: &'c Replay,
}

/// The response examples of an operation that say how to bring them about.
pub(super) fn replayed(operation: &Operation) -> impl Iterator<Item = Found<'_>> {
    operation.responses.iter().flat_map(|response| {
        let examples = response.body.iter().flat_map(|body| &body.examples);
        examples.filter_map(move |example| {
            example.replay.as_ref().map(|replay| Found {
                response,
                example,
                replay,
            })
        })
    })
}

/// The same request with the body as printed; only where the document prints this request for this
/// response, and the printed one differs by an erratum.
/// Path, query and headers are those of the tables: a printed URL such as the one that MS-E03 is
/// about leads to no operation, and nothing about the body could be seen there.
fn verbatim(operation: &Operation, found: &Found<'_>, case: &Case) -> Option<Case> {
    let corrected = found
        .replay
        .corrections
        .iter()
        .any(|correction| correction.erratum.is_some());
    let example = request_example(operation.request.as_ref()?, found.replay).ok()??;
    let ExampleBody::Verbatim { bytes, .. } = &example.body else {
        return None;
    };
    if !corrected || found.replay.printed.is_none() {
        return None;
    }
    let mut case = case.clone();
    case.id.push_str("-verbatim");
    case.title.push_str(" (as printed)");
    case.counted = false;
    case.level = Level::May;
    let Play::Steps(steps) = &mut case.play else {
        return None;
    };
    let last = steps.last_mut()?;
    last.body = BodyTemplate::Bytes(bytes.clone());
    Some(case)
}

/// The steps of a case: those of the case that it follows, then its own.
pub(super) fn steps(
    contract: &Contract,
    operation: usize,
    found: &Found<'_>,
) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let (mut operation, mut found) = (operation, *found);
    loop {
        let mut step = step(contract, operation, &found)?;
        let Some(follows) = &found.replay.follows else {
            steps.push(step);
            break;
        };
        let before = contract
            .operations
            .iter()
            .position(|candidate| candidate.id == follows.operation)
            .ok_or_else(|| format!("follows names no operation {}", follows.operation))?;
        let leads = replayed(&contract.operations[before])
            .find(|candidate| candidate.example.name == follows.example)
            .ok_or_else(|| {
                format!(
                    "follows: {} has no replayed example {}",
                    follows.operation, follows.example
                )
            })?;
        let link = leads.response.links.get(&follows.link).ok_or_else(|| {
            format!(
                "follows: status {} has no link {}",
                leads.response.status, follows.link
            )
        })?;
        step.link = Some(link.clone());
        steps.push(step);
        if steps.len() > LONGEST_CHAIN {
            return Err("follows leads in a circle".to_owned());
        }
        (operation, found) = (before, leads);
    }
    steps.reverse();
    Ok(steps)
}

fn step(contract: &Contract, operation: usize, found: &Found<'_>) -> Result<Step, String> {
    let replay = found.replay;
    let body = match &contract.operations[operation].request {
        None => BodyTemplate::Absent,
        Some(spec) => match request_example(spec, replay)? {
            None => BodyTemplate::Absent,
            Some(example) => template(example, replay)?,
        },
    };
    Ok(Step {
        operation,
        provider_states: replay.provider_states.clone(),
        presented: if replay.authenticate {
            Presented::Own
        } else {
            Presented::Nothing
        },
        parameters: replay.parameters.clone(),
        alterations: Vec::new(),
        link: None,
        body,
        until: replay.until.clone(),
        expected: Expected {
            due: Due::Status {
                status: found.response.status,
                requirement: replay.requirement.clone(),
                level: level(contract, &replay.requirement, replay.level)?,
                instead: replay.instead.clone(),
            },
            body: replay.expect.clone(),
        },
    })
}

/// The strongest promise that the case can find broken: that of its status, or an assertion's.
fn strongest(contract: &Contract, found: &Found<'_>, steps: &[Step]) -> Level {
    let due = steps.last().map(|step| step.expected.due.level());
    let asserted = found.replay.expect.iter().filter_map(|expectation| {
        level(contract, &expectation.requirement, expectation.level).ok()
    });
    due.into_iter().chain(asserted).max().unwrap_or(Level::May)
}

/// The level that is stated here, or else the requirement's own.
fn level(contract: &Contract, id: &str, stated: Option<Level>) -> Result<Level, String> {
    let own = contract
        .requirements
        .get(id)
        .map(|requirement| requirement.level);
    stated
        .or(own)
        .ok_or_else(|| format!("there is no requirement {id}"))
}

fn request_example<'c>(body: &'c Body, replay: &Replay) -> Result<Option<&'c Example>, String> {
    let Some(name) = &replay.request else {
        return Ok(None);
    };
    let found = body.examples.iter().find(|example| example.name == *name);
    found
        .map(Some)
        .ok_or_else(|| format!("there is no request example {name}"))
}

fn template(example: &Example, replay: &Replay) -> Result<BodyTemplate, String> {
    let value = match &example.body {
        // Sent byte for byte where nothing has to be changed.
        ExampleBody::Verbatim { bytes, .. } if replay.corrections.is_empty() => {
            return Ok(BodyTemplate::Bytes(bytes.clone()));
        }
        ExampleBody::Verbatim { bytes, file } => {
            serde_json::from_slice(bytes).map_err(|error| format!("{file}: {error}"))?
        }
        ExampleBody::Constructed { value, .. } => value.clone(),
    };
    Ok(BodyTemplate::Json {
        value,
        corrections: replay.corrections.clone(),
    })
}

/// What the case is there for: its own requirement, its further assertions, and all that the
/// documented exchange itself puts to the test.
fn covers(
    validator: &Validator,
    operation: &Operation,
    found: &Found<'_>,
    steps: &[Step],
) -> Result<BTreeSet<String>, String> {
    let replay = found.replay;
    let mut covers = BTreeSet::from([replay.requirement.clone()]);
    covers.extend(
        replay
            .expect
            .iter()
            .map(|expect| expect.requirement.clone()),
    );
    let Some(step) = steps.last() else {
        return Ok(covers);
    };
    let body = match &step.body {
        BodyTemplate::Absent | BodyTemplate::Damaged { .. } | BodyTemplate::Spelled { .. } => None,
        BodyTemplate::Bytes(bytes) => Some(Bytes::from(bytes.clone())),
        BodyTemplate::Json { value, corrections } => {
            let mut value = value.clone();
            for correction in corrections {
                patch::apply(&mut value, correction, correction.value.clone())?;
            }
            Some(Bytes::from(value.to_string()))
        }
    };
    let stand_ins = Credentials::from_lookup(|_| Some("credential".to_owned()));
    let contract = validator.contract();
    let credentials = request::authentication(contract, operation, &Caller::of_nobody(&stand_ins))
        .unwrap_or_default();
    // Any value serves: what is asked is which rules apply, not whether they are kept.
    let parameters: BTreeMap<String, String> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.tenant || parameter.required && !parameter.secret)
        .map(|parameter| (parameter.name.clone(), "1".to_owned()))
        .chain(replay.parameters.clone())
        .collect();
    let values = request::Values {
        tenant: &Tenant::default(),
        parameters: &parameters,
        alterations: &[],
    };
    let request = request::build(operation, values, &credentials, body)?;
    let body = match &found.example.body {
        ExampleBody::Verbatim { bytes, .. } => Bytes::from(bytes.clone()),
        ExampleBody::Constructed { value, .. } => Bytes::from(value.to_string()),
    };
    let media_type = found
        .response
        .body
        .as_ref()
        .map(|body| body.media_type.clone());
    let headers = media_type
        .map(|media_type| ("content-type".to_owned(), media_type.into_bytes()))
        .into_iter()
        .collect();
    let response = Response {
        status: found.response.status,
        headers,
        body,
    };
    covers.extend(validator.exercised(&Exchange { request, response }));
    Ok(covers)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    /// An operation with so many documented answers, each of which follows the one before.
    fn in_a_row(count: usize) -> Contract {
        let base = "schemas/rows/2026-01";
        let mut examples = json!({});
        for number in 1..=count {
            let mut replay = json!({"requirement": "RW-01"});
            if number > 1 {
                let before = format!("answer-{}", number - 1);
                replay["follows"] = json!({"operation": "ask", "example": before, "link": "next"});
            }
            examples[format!("answer-{number}")] = json!({
                "summary": "An answer", "value": {}, "x-constructed": "invented", "x-replay": replay,
            });
        }
        let operation = json!({
            "operationId": "ask",
            "summary": "Ask",
            "security": [],
            "x-requirements": {"operation": "RW-01", "authentication": "RW-01", "status": "RW-01"},
            "parameters": [
                {
                    "name": "needed", "in": "query", "required": true, "x-requirement": "RW-02",
                    "schema": {"type": "integer"},
                },
                {"name": "spare", "in": "query", "x-requirement": "RW-03", "schema": {}},
            ],
            "responses": {"200": {
                "description": "An answer",
                "content": {"application/json": {"schema": {"type": "object"}, "examples": examples}},
                "links": {"next": {"operationId": "ask", "parameters": {}}},
            }},
        });
        let requirements = ["RW-01", "RW-02", "RW-03"].map(|id| {
            json!({
                "id": id, "level": "MUST", "statement": "It is promised.",
                "source": {"document": "rows.txt", "section": "All"},
            })
        });
        let openapi = json!({
            "openapi": "3.1.1",
            "info": {"x-api": "rows", "version": "2026-01", "title": "Rows"},
            "paths": {"/v1/ask": {"get": operation}},
        });
        let files = [
            ("openapi.yaml", openapi),
            ("requirements.yaml", json!({"requirements": requirements})),
            ("errata.yaml", json!({"errata": []})),
        ];
        let files = files.map(|(name, content): (&str, Value)| {
            (format!("{base}/{name}"), content.to_string().into_bytes())
        });
        Contract::from_files(base, files.into()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[rstest]
    #[case::as_long_as_any(9, None)]
    #[case::longer(10, Some("follows leads in a circle"))]
    fn a_row_of_cases_that_follow_each_other_ends_somewhere(
        #[case] count: usize,
        #[case] problem: Option<&str>,
    ) {
        let validator = Validator::new(Arc::new(in_a_row(count))).expect("it compiles");
        let cases = documented(&validator);
        if let Some(problem) = problem {
            let error = cases.expect_err("it is too long").to_string();
            assert!(error.contains(problem), "{error}");
        } else {
            let cases = cases.expect("cases");
            assert_eq!(cases.last().map(|case| case.steps().len()), Some(count));
        }
    }

    #[test]
    fn a_parameter_is_tried_out_where_no_request_can_do_without_it() {
        let validator = Validator::new(Arc::new(in_a_row(1))).expect("it compiles");
        let cases = documented(&validator).expect("cases");
        assert!(cases[0].covers.contains(&"RW-02".to_owned()));
        assert!(!cases[0].covers.contains(&"RW-03".to_owned()));
    }
}
