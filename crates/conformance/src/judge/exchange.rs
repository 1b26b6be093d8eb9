//! From what came back to findings: what the validator finds in the exchange, and what only the
//! case knows (which answer was due, what else the body has to say).

use std::borrow::Cow;
use std::collections::BTreeSet;

use contract::{Expectation, Level, Message, Operation, Refusal};
use serde_json::{Value, json};
use validator::{
    Bodies, Check, Exchange, Finding, Location, Request, Response, Severity, Validator, shorten,
};

use super::status;
use crate::case::{Due, Presented, Step};
use crate::client::TransportFailure;
use crate::expression::{self, States};
use crate::json_body;

/// What one exchange amounts to for a case.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Everything found.
    pub(crate) findings: Vec<Finding>,
    /// The requirements that were really put to the test.
    pub(crate) exercised: BTreeSet<String>,
    /// Whether the response has the status that the step is about.
    pub(crate) due_status: bool,
    /// The bodies, as far as they have been read.
    pub(crate) bodies: Bodies,
}

/// Judges the exchange of a step, without the case's own assertions on the body. `counted` is the
/// case's.
///
/// # Errors
/// In words, when the case cannot judge, because its own request is not what it is meant to be.
pub(crate) fn exchange(
    validator: &Validator,
    step: &Step,
    counted: bool,
    exchange: &Exchange,
) -> Result<Judgement, String> {
    let operation = &validator.contract().operations[step.operation];
    let due = &step.expected.due;
    let judged = validator.judge(exchange);
    let (own, mut findings): (Vec<_>, Vec<_>) = judged
        .findings
        .into_iter()
        .partition(|finding| finding.message == Message::Request);
    if counted {
        is_as_meant(validator, step, &exchange.request, &own)?;
    } else {
        findings.splice(0..0, own.iter().cloned());
    }

    let status = exchange.response.status;
    let due_status = status::is_due(due, status);
    if due.status().is_some_and(|due| due >= 500) && !due_status {
        // No request makes a sound server fail; the state was to bring it about, and did not.
        return Err(format!(
            "status {} was set up by a state, but the answer has {status}",
            due.status().unwrap_or_default()
        ));
    }
    let mut judgement = Judgement {
        findings,
        exercised: judged.exercised,
        due_status,
        bodies: judged.bodies,
    };
    if let Due::Refused { fault, refusal } = due {
        // Whatever came, the refusal was put to the test, and so was the rule that is broken.
        judgement.exercised.insert(refusal.requirement.clone());
        judgement.exercised.extend(match fault {
            Some(fault) => Some(fault.clone()),
            // Who may call is what a wrong caller puts to the test.
            None => operation.rules.authentication.clone(),
        });
        let body = judgement.bodies.response.as_ref();
        let found = code(validator, refusal, &exchange.response, body)?;
        judgement.findings.extend(found);
    }
    if due_status {
        if !matches!(due, Due::Anything { .. }) {
            judgement.exercised.insert(due.requirement().to_owned());
        }
    } else {
        let malformed = own.iter().any(|finding| {
            finding.severity() == Severity::Failure && finding.check != Check::RequestAuthentication
        });
        for finding in status::other(validator, operation, step, exchange, malformed) {
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

/// Proves that the request is what the case means to send: nothing but what is documented where it
/// is to succeed, and truly wrong where it is to be refused. A case of which that does not hold
/// would blame the target for its own fault.
fn is_as_meant(
    validator: &Validator,
    step: &Step,
    request: &Request,
    own: &[Finding],
) -> Result<(), String> {
    match &step.expected.due {
        Due::Refused { fault: None, .. } => {
            if matches!(step.presented, Presented::Own | Presented::Alternative(_)) {
                return Err("the request of this case has the right credentials".to_owned());
            }
            Ok(())
        }
        Due::Refused { fault: Some(_), .. } => {
            let is_wrong = |findings: &[Finding]| {
                findings.iter().any(|finding| {
                    finding.severity() == Severity::Failure
                        && finding.check != Check::RequestAuthentication
                })
            };
            // A request whose path or method is altered belongs to no operation by itself.
            let meant = || validator.request_for(step.operation, request).findings;
            if is_wrong(own) || is_wrong(&meant()) {
                Ok(())
            } else {
                Err("the request of this case is to be wrong, and turned out valid".to_owned())
            }
        }
        due => {
            let succeeds = match due {
                Due::Status { status, .. } => status::is_success(*status),
                _ => true,
            };
            let fault = own
                .iter()
                .find(|finding| finding.severity() == Severity::Failure);
            match fault.filter(|_| succeeds) {
                None => Ok(()),
                Some(fault) => Err(format!(
                    "the request of this case is not as documented ({}, {}): expected {}, sent {}",
                    fault.requirement.as_deref().unwrap_or("no requirement"),
                    fault.location,
                    fault.expected,
                    fault.actual
                )),
            }
        }
    }
}

/// What the contract says of the `error_code` of a refusal; `body` is that of the response, where it
/// has been read.
fn code(
    validator: &Validator,
    refusal: &Refusal,
    response: &Response,
    body: Option<&Value>,
) -> Result<Vec<Finding>, String> {
    let (Some(code), Some(status)) = (&refusal.code, refusal.status) else {
        return Ok(Vec::new());
    };
    if response.status != status {
        return Ok(Vec::new());
    }
    let body = match body {
        Some(body) => Cow::Borrowed(body),
        None => match json_body::read(&response.body) {
            Ok(body) => Cow::Owned(body),
            Err(_) => return Ok(Vec::new()),
        },
    };
    let schema = json!({ "properties": { "error_code": { "const": code } } });
    validator
        .expectation(&schema, &body, &refusal.requirement, Level::Should)
        .map_err(|error| error.to_string())
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
    if step.expected.body.is_empty() {
        return Ok(judgement);
    }
    // A body that is not JSON has been found by the validator, and puts nothing to the test.
    if let Ok(body) = json_body::read(&response.body) {
        for expectation in &step.expected.body {
            judgement
                .findings
                .extend(expect(validator, expectation, &body, states)?);
            judgement.exercised.insert(expectation.requirement.clone());
        }
    }
    Ok(judgement)
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
pub(super) fn served_level(validator: &Validator, operation: &Operation) -> Level {
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
        requirement: Some(step.expected.due.requirement().to_owned()),
        level: step.expected.due.level(),
        erratum: None,
        message: Message::Response,
        location: Location::Body(String::new()),
        expected: format!("in time, a body that matches {}", shorten(&condition)),
        actual: format!("at last {}", shown(last)),
    }
}

/// A response in one line.
pub(crate) fn shown(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.body);
    let body = if text.is_empty() {
        "no body".to_owned()
    } else {
        shorten(&text)
    };
    format!("status {}, {body}", response.status)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use bytes::Bytes;
    use contract::Contract;
    use rstest::rstest;

    use super::*;
    use crate::case::{BodyTemplate, Expected};

    const SOUND: &str = r#"{"action":"DELETE","asset_ids":["a"]}"#;

    /// Judges what came of a request to batch-action, which has a token or none.
    fn judged(
        due: Due,
        request: (&str, bool, &str),
        answer: (u16, &str),
    ) -> Result<Judgement, String> {
        judged_as(Presented::Own, due, request, answer)
    }

    fn judged_as(
        presented: Presented,
        due: Due,
        (query, token, body): (&str, bool, &str),
        (status, answer): (u16, &str),
    ) -> Result<Judgement, String> {
        let contract = Contract::embedded_one("metastudio", "2025-12").expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let step = Step {
            operation: 0,
            provider_states: Vec::new(),
            presented,
            parameters: BTreeMap::default(),
            alterations: Vec::new(),
            link: None,
            body: BodyTemplate::Absent,
            until: None,
            expected: Expected {
                due,
                body: Vec::new(),
            },
        };
        let json = ("content-type".to_owned(), b"application/json".to_vec());
        let mut headers = vec![json.clone()];
        if token {
            headers.push(("X-Auth-Token".to_owned(), b"t".to_vec()));
        }
        let sent = Exchange {
            request: Request {
                method: "POST".to_owned(),
                target: format!("/v1/p/digital-assets/batch-action{query}"),
                headers,
                body: Bytes::copy_from_slice(body.as_bytes()),
            },
            response: Response {
                status,
                headers: vec![json],
                body: Bytes::copy_from_slice(answer.as_bytes()),
            },
        };
        exchange(&validator, &step, true, &sent)
    }

    fn refused(fault: Option<&str>) -> Due {
        Due::Refused {
            fault: fault.map(str::to_owned),
            refusal: Refusal {
                requirement: "MS-BA-15".to_owned(),
                status: Some(400),
                status_level: Level::Should,
                code: Some("MSS.00000001".to_owned()),
            },
        }
    }

    #[rstest]
    #[case::the_documented_code(400, "MSS.00000001", 0)]
    #[case::another_code(400, "MSS.00000009", 1)]
    #[case::another_code_of_another_status(500, "MSS.00000009", 0)]
    fn a_refusal_has_the_code_of_its_status(
        #[case] status: u16,
        #[case] code: &str,
        #[case] found: usize,
    ) {
        let answer = json!({"error_code": code, "error_msg": "no"}).to_string();
        let request = ("", true, r#"{"action":"NO","asset_ids":["a"]}"#);
        let judged = judged(refused(Some("MS-BA-05")), request, (status, &answer));
        let findings = judged.expect("it can be judged").findings;
        let codes = findings
            .iter()
            .filter(|found| found.check == Check::CaseExpectation);
        let codes: Vec<_> = codes
            .map(|found| (found.level, found.location.to_string()))
            .collect();
        assert_eq!(
            codes,
            vec![(Level::Should, "/error_code".to_owned()); found]
        );
    }

    /// That a malformed request is not accepted is a MUST; that a sound one is refused for its
    /// state, or for its credentials, is as sure as the example that shows it.
    #[rstest]
    #[case::malformed(("", true, r#"{"action":"NO","asset_ids":["a"]}"#), Some(Level::Must))]
    #[case::sound(("", true, SOUND), Some(Level::Should))]
    #[case::without_credentials(("", false, SOUND), Some(Level::Should))]
    #[case::with_what_only_warns(("?more=1", true, SOUND), Some(Level::Should))]
    fn what_was_not_refused_weighs_as_its_request_does(
        #[case] request: (&str, bool, &str),
        #[case] level: Option<Level>,
    ) {
        let due = Due::Status {
            status: 400,
            requirement: "MS-BA-16".to_owned(),
            level: Level::Should,
            instead: Vec::new(),
        };
        let judged = judged(due, request, (200, r#"{"results":[]}"#)).expect("it can be judged");
        let not_refused = judged.findings.iter().filter(|found| {
            found.location == Location::Status && found.expected.contains("is refused")
        });
        assert_eq!(not_refused.map(|found| found.level).max(), level);
    }

    #[test]
    fn a_request_that_only_lacks_credentials_is_not_wrong() {
        let request = ("", false, SOUND);
        let judged = judged(refused(Some("MS-BA-05")), request, (400, "{}"));
        let problem = judged.expect_err("the case is at fault");
        assert!(problem.contains("turned out valid"), "{problem}");
    }

    /// Of what is not refused, the refusal that the contract documents for such a request says that
    /// it never is accepted.
    #[rstest]
    #[case::malformed(Presented::Own, true, r#"{"action":"NO","asset_ids":["a"]}"#, "MS-BA-16", &["MS-BA-18", "MS-BA-16"])]
    #[case::unauthenticated(Presented::Nothing, false, SOUND, "MS-BA-16", &["MS-BA-15", "MS-BA-16"])]
    #[case::once_where_both_are_one(Presented::Nothing, false, SOUND, "MS-BA-15", &["MS-BA-15"])]
    fn the_refusal_of_such_a_request_is_cited(
        #[case] presented: Presented,
        #[case] token: bool,
        #[case] body: &str,
        #[case] requirement: &str,
        #[case] cited: &[&str],
    ) {
        let due = Due::Status {
            status: 400,
            requirement: requirement.to_owned(),
            level: Level::Should,
            instead: Vec::new(),
        };
        let judged = judged_as(
            presented,
            due,
            ("", token, body),
            (200, r#"{"results":[]}"#),
        );
        let findings = judged.expect("it can be judged").findings;
        let refused = findings.iter().filter(|found| {
            found.location == Location::Status && found.expected.contains("is refused")
        });
        let refused: Vec<_> = refused
            .filter_map(|found| found.requirement.as_deref())
            .collect();
        assert_eq!(refused, cited);
    }

    /// 404 says that nothing is served there, unless it brings a documented error.
    #[rstest]
    #[case::a_documented_error(r#"{"error_code":"MSS.00000003","error_msg":"no"}"#, "MS-BA-05")]
    #[case::something_else(r#"{"error":"not found"}"#, "MS-BA-01")]
    #[case::no_object("[]", "MS-BA-01")]
    #[case::what_is_documented_of_a_success(r#"{"results":[]}"#, "MS-BA-01")]
    fn a_404_is_told_from_an_operation_that_is_not_served(
        #[case] answer: &str,
        #[case] requirement: &str,
    ) {
        let due = Due::Accepted {
            requirement: "MS-BA-05".to_owned(),
            level: Level::Must,
        };
        let judged = judged(due, ("", true, SOUND), (404, answer)).expect("it can be judged");
        let found = judged
            .findings
            .iter()
            .filter(|found| found.level == Level::Must);
        let found: Vec<_> = found
            .filter_map(|found| found.requirement.as_deref())
            .collect();
        assert_eq!(found, [requirement]);
    }
}
