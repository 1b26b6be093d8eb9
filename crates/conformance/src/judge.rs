//! From what came back to findings and a verdict: what the validator finds in the exchange, and
//! what only the case knows (which status was due, what else the body has to say).

use std::collections::BTreeSet;

use contract::{Expectation, Level, Message, Operation};
use serde_json::Value;
use validator::{Check, Exchange, Finding, Location, Response, Severity, Validator, shorten};

use crate::case::{Case, Step};
use crate::client::TransportFailure;
use crate::expression::{self, States};
use crate::run::{CaseFinding, Verdict, verdict_of};

/// What one exchange amounts to for a case.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Everything found.
    pub(crate) findings: Vec<Finding>,
    /// The requirements that were really put to the test.
    pub(crate) exercised: BTreeSet<String>,
    /// Whether the response has the status that the step is about.
    pub(crate) due_status: bool,
}

/// Judges the exchange of a step, without the case's own assertions on the body. `counted` is the
/// case's.
///
/// # Errors
/// In words, when the case cannot judge, because its own request is not what the contract
/// documents.
pub(crate) fn exchange(
    validator: &Validator,
    step: &Step,
    counted: bool,
    exchange: &Exchange,
) -> Result<Judgement, String> {
    let operation = &validator.contract().operations[step.operation];
    let (own, mut findings): (Vec<_>, Vec<_>) = validator
        .exchange(exchange)
        .into_iter()
        .partition(|finding| finding.message == Message::Request);
    if counted {
        // The target is not to blame for the request. Where it is meant to succeed, a fault in it
        // would make every other finding worthless.
        let fault = own
            .iter()
            .find(|finding| finding.severity() == Severity::Failure);
        if let Some(fault) = fault.filter(|_| is_success(step.expected.status)) {
            return Err(format!(
                "the request of this case is not as documented ({}, {}): expected {}, sent {}",
                fault.requirement.as_deref().unwrap_or("no requirement"),
                fault.location,
                fault.expected,
                fault.actual
            ));
        }
    } else {
        findings.splice(0..0, own.iter().cloned());
    }

    let status = exchange.response.status;
    if step.expected.status >= 500 && status != step.expected.status {
        // No request makes a sound server fail; the state was to bring it about, and did not.
        return Err(format!(
            "status {} was set up by a state, but the answer has {status}",
            step.expected.status
        ));
    }
    let mut judgement = Judgement {
        due_status: status == step.expected.status,
        exercised: validator.exercised(exchange),
        findings,
    };
    if judgement.due_status {
        judgement
            .exercised
            .insert(step.expected.requirement.clone());
    } else {
        let malformed = own.iter().any(|finding| {
            finding.severity() == Severity::Failure && finding.check != Check::RequestAuthentication
        });
        for finding in other_status(validator, operation, step, exchange, malformed) {
            // The validator may have said the same of an undocumented status already.
            let known = judgement.findings.iter().any(|known| {
                known.location == finding.location
                    && known.requirement == finding.requirement
                    && known.level >= finding.level
            });
            if !known {
                judgement.findings.push(finding);
            }
        }
    }
    Ok(judgement)
}

/// Judges the body of the response that a step is about by the case's own assertions.
///
/// # Errors
/// In words, when an assertion refers to nothing or is no schema.
pub(crate) fn assertions(
    validator: &Validator,
    step: &Step,
    response: &Response,
    states: &States,
) -> Result<Judgement, String> {
    let mut judgement = Judgement::default();
    // A body that is not JSON has been found by the validator, and puts nothing to the test.
    if let Ok(body) = serde_json::from_slice(&response.body) {
        for expectation in &step.expected.body {
            judgement
                .findings
                .extend(expect(validator, expectation, &body, states)?);
            judgement.exercised.insert(expectation.requirement.clone());
        }
    }
    Ok(judgement)
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// What it means that another status came than the one that is due.
fn other_status(
    validator: &Validator,
    operation: &Operation,
    step: &Step,
    exchange: &Exchange,
    malformed: bool,
) -> Vec<Finding> {
    let response = &exchange.response;
    let due = &step.expected;
    let mut finding = Finding {
        check: Check::StatusCodeConformance,
        requirement: Some(due.requirement.clone()),
        level: due.level,
        erratum: operation.status_errata.get(&response.status).cloned(),
        message: Message::Response,
        location: Location::Status,
        expected: format!("status {}", due.status),
        actual: shown(response),
    };
    if is_success(due.status) {
        finding.check = Check::PositiveDataAcceptance;
        if is_success(response.status) {
            // It was accepted; with which of the 2xx is a promise of its own, and a softer one.
            finding.level = finding.level.min(Level::Should);
            finding.requirement = operation.rules.status.clone().or(finding.requirement);
            return vec![finding];
        }
        if !is_served(validator, step.operation, response) {
            finding.requirement.clone_from(&operation.rules.operation);
            finding.level = served_level(validator, operation);
            finding.expected = format!(
                "{} {} is served: status {}",
                operation.method, operation.path, due.status
            );
        }
        return vec![finding];
    }
    if is_success(response.status) {
        // That it is refused is the requirement itself; `x-replay` may be softer on the status
        // with which it is refused.
        let own = validator.contract().requirements.get(&due.requirement);
        finding.level = own.map_or(due.level, |own| own.level.max(due.level));
        finding.expected = format!("the request is refused: status {}", due.status);
        // And whatever is said of that status, `x-refusals` says that it never is 2xx (MUST).
        let refusals = &operation.refusals;
        let refusal = if malformed {
            refusals.malformed.as_ref()
        } else if step.authenticate {
            None
        } else {
            refusals.unauthenticated.as_ref()
        };
        if let Some(refusal) = refusal {
            let mut never = finding.clone();
            never.requirement = Some(refusal.requirement.clone());
            never.level = Level::Must;
            "the request is refused: no 2xx status".clone_into(&mut never.expected);
            let same = refusal.requirement == due.requirement;
            return if same {
                vec![never]
            } else {
                vec![never, finding]
            };
        }
    }
    vec![finding]
}

/// Whether this answer to a well-formed, documented request can come from the operation at all.
/// 405 and 501 say that it is not there; 404 says so too, unless it brings one of the operation's
/// own documented error bodies.
fn is_served(validator: &Validator, operation: usize, response: &Response) -> bool {
    match response.status {
        405 | 501 => false,
        404 => {
            let specs = &validator.contract().operations[operation].responses;
            let mut errors = specs
                .iter()
                .filter(|spec| spec.status >= 400 && spec.body.is_some())
                .peekable();
            if errors.peek().is_none() {
                // Where no error body is documented, any JSON may be the operation's own.
                return serde_json::from_slice::<Value>(&response.body).is_ok();
            }
            errors.any(|spec| {
                let as_documented = Response {
                    status: spec.status,
                    ..response.clone()
                };
                let found = validator.response(operation, &as_documented);
                found
                    .iter()
                    .all(|finding| finding.severity() != Severity::Failure)
            })
        }
        _ => true,
    }
}

fn expect(
    validator: &Validator,
    expectation: &Expectation,
    body: &Value,
    states: &States,
) -> Result<Vec<Finding>, String> {
    let mut schema = expectation.schema.clone();
    expression::fill_states(&mut schema, states)?;
    let own = validator
        .contract()
        .requirements
        .get(&expectation.requirement);
    let level = expectation
        .level
        .or(own.map(|own| own.level))
        .unwrap_or(Level::May);
    validator
        .expectation(&schema, body, &expectation.requirement, level)
        .map_err(|error| error.to_string())
}

/// How strongly it is promised that the operation is served. Of a companion it is never a MUST:
/// its method and path are not in the documents.
fn served_level(validator: &Validator, operation: &Operation) -> Level {
    let requirements = &validator.contract().requirements;
    let stated = operation
        .rules
        .operation
        .as_ref()
        .and_then(|id| requirements.get(id));
    let level = stated.map_or(Level::Must, |requirement| requirement.level);
    if operation.companion {
        level.min(Level::Should)
    } else {
        level
    }
}

/// Nothing usable came back: the operation is not served.
pub(crate) fn no_response(
    validator: &Validator,
    operation: &Operation,
    failure: &TransportFailure,
) -> Finding {
    Finding {
        check: Check::ResponseReceived,
        requirement: operation.rules.operation.clone(),
        level: served_level(validator, operation),
        erratum: None,
        message: Message::Response,
        location: Location::Exchange,
        expected: "an HTTP response".to_owned(),
        actual: failure.text.clone(),
    }
}

/// The condition of `until` was not met before the time was over.
pub(crate) fn never_came(step: &Step, last: &Response) -> Finding {
    let condition = step.until.as_ref().unwrap_or(&Value::Null).to_string();
    Finding {
        check: Check::CaseExpectation,
        requirement: Some(step.expected.requirement.clone()),
        level: step.expected.level,
        erratum: None,
        message: Message::Response,
        location: Location::Body(String::new()),
        expected: format!("in time, a body that matches {}", shorten(&condition)),
        actual: format!("at last {}", shown(last)),
    }
}

/// A response in one line.
fn shown(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.body);
    let body = if text.is_empty() {
        "no body".to_owned()
    } else {
        shorten(&text)
    };
    format!("status {}, {body}", response.status)
}

/// What a case amounts to, with the reason where the verdict alone does not tell.
///
/// `own` is the requirement that the case is about. A counted case that found nothing wrong and
/// did not put its own requirement to the test is skipped, never passed.
pub(crate) fn verdict(
    case: &Case,
    own: &str,
    findings: &mut [CaseFinding],
    exercised: &BTreeSet<String>,
    strict: bool,
) -> (Verdict, Option<String>) {
    if !case.counted {
        for found in findings.iter_mut() {
            found.finding.level = Level::May;
        }
        let silent = findings
            .iter()
            .find(|found| found.finding.check == Check::ResponseReceived);
        return match silent {
            Some(found) => (
                Verdict::Skipped,
                Some(format!(
                    "nothing could be observed: {}",
                    found.finding.actual
                )),
            ),
            None => (Verdict::Pass, None),
        };
    }
    let worst = findings
        .iter()
        .filter_map(|found| verdict_of(&found.finding, strict))
        .max();
    match worst {
        Some(Verdict::Fail) => (Verdict::Fail, None),
        // A warning of a step before the last is not about what the case is there for.
        worst
            if exercised.contains(own)
                || missed(own, findings)
                || (worst.is_some() && answered_last(case, findings)) =>
        {
            (worst.unwrap_or(Verdict::Pass), None)
        }
        _ => {
            let status = findings
                .iter()
                .rev()
                .find(|found| found.finding.location == Location::Status)
                .map(|found| {
                    format!(
                        ": {} was due, and came {}",
                        found.finding.expected, found.finding.actual
                    )
                })
                .unwrap_or_default();
            (
                Verdict::Skipped,
                Some(format!("{own} was not put to the test{status}")),
            )
        }
    }
}

/// Whether a warning tells that the case's own requirement was missed.
fn missed(own: &str, findings: &[CaseFinding]) -> bool {
    findings.iter().any(|found| {
        found.finding.requirement.as_deref() == Some(own)
            && found.finding.severity() > Severity::Observation
    })
}
/// Whether a finding that is more than an observation is about the last step of the case.
fn answered_last(case: &Case, findings: &[CaseFinding]) -> bool {
    findings.iter().any(|found| {
        found.step + 1 == case.steps.len() && found.finding.severity() > Severity::Observation
    })
}
