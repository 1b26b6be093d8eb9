//! What the status of a response means for a step: whether it is the one that is due, and what is
//! found when it is not.

use contract::{Level, Message, Operation};
use validator::{Check, Exchange, Finding, Location, Response, Severity, Validator};

use super::exchange::{served_level, shown};
use crate::case::{Due, Presented, Step};
use crate::json_body;

/// Too many requests: says nothing of the request that it answers.
const TOO_MANY: u16 = 429;

/// Whether the response puts the request off, and the operation documents no such answer.
pub(crate) fn is_put_off(operation: &Operation, response: &Response) -> bool {
    let mut documented = operation.responses.iter().map(|spec| spec.status);
    response.status == TOO_MANY && !documented.any(|status| status == TOO_MANY)
}

pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Whether the response has the status that the step is about.
pub(super) fn is_due(due: &Due, status: u16) -> bool {
    match due {
        Due::Status { status: due, .. } => status == *due,
        Due::Accepted { .. } => is_success(status),
        Due::Refused { refusal, .. } => {
            !is_success(status) && refusal.status.is_none_or(|due| status == due)
        }
        Due::Anything { .. } => true,
    }
}

/// What it means that another answer came than the one that is due. `malformed` says that the
/// request breaks the contract in more than its credentials.
pub(super) fn other(
    validator: &Validator,
    operation: &Operation,
    step: &Step,
    exchange: &Exchange,
    malformed: bool,
) -> Vec<Finding> {
    let response = &exchange.response;
    match &step.expected.due {
        Due::Anything { .. } => Vec::new(),
        Due::Accepted { requirement, level } => {
            vec![not_accepted(
                validator,
                operation,
                step,
                response,
                requirement,
                *level,
            )]
        }
        Due::Status {
            status,
            requirement,
            level,
            instead,
        } => {
            if let Some(instead) = instead
                .iter()
                .find(|instead| instead.status == response.status)
            {
                let mut finding = base(operation, response, requirement, Level::May);
                finding.check = Check::DocumentedReading;
                finding.erratum = Some(instead.erratum.clone());
                finding.expected = format!("status {status}, or {} instead", instead.status);
                return vec![finding];
            }
            if !is_success(*status) {
                let malformed = malformed || !matches!(step.presented, Presented::Own);
                return not_refused(validator, operation, step, response, malformed);
            }
            if is_success(response.status) {
                // It was accepted; with which of the 2xx is a promise of its own, and a softer one.
                let requirement = operation.rules.status.as_ref().unwrap_or(requirement);
                let mut finding = base(
                    operation,
                    response,
                    requirement,
                    (*level).min(Level::Should),
                );
                finding.check = Check::PositiveDataAcceptance;
                finding.expected = format!("status {status}");
                return vec![finding];
            }
            vec![not_accepted(
                validator,
                operation,
                step,
                response,
                requirement,
                *level,
            )]
        }
        Due::Refused { .. } if response.status == TOO_MANY => {
            put_off(operation, step, response).into_iter().collect()
        }
        Due::Refused { fault, refusal } => {
            if !is_success(response.status) {
                let Some(status) = refusal.status else {
                    return Vec::new();
                };
                let mut finding = base(
                    operation,
                    response,
                    &refusal.requirement,
                    refusal.status_level,
                );
                finding.expected = format!("the request is refused: status {status}");
                return vec![finding];
            }
            let level = refused_level(operation);
            let mut never = base(operation, response, &refusal.requirement, level);
            never.check = if fault.is_some() {
                Check::NegativeDataRejection
            } else {
                Check::IgnoredAuth
            };
            "the request is refused: no 2xx status".clone_into(&mut never.expected);
            let mut findings = vec![never];
            // And what says who may call, where it is not the request that is wrong.
            let broken = fault.as_ref().or(operation.rules.authentication.as_ref());
            if let Some(fault) = broken.filter(|broken| **broken != refusal.requirement) {
                let mut broken = findings[0].clone();
                broken.requirement = Some(fault.clone());
                findings.push(broken);
            }
            findings
        }
    }
}

/// How strongly it is promised that a wrong request gets no 2xx. Of a companion it is never a MUST:
/// the documents do not describe what it takes.
fn refused_level(operation: &Operation) -> Level {
    if operation.companion {
        Level::Should
    } else {
        Level::Must
    }
}

fn base(operation: &Operation, response: &Response, requirement: &str, level: Level) -> Finding {
    Finding {
        check: Check::StatusCodeConformance,
        requirement: Some(requirement.to_owned()),
        level,
        erratum: operation.status_errata.get(&response.status).cloned(),
        message: Message::Response,
        location: Location::Status,
        expected: String::new(),
        actual: shown(response),
    }
}

/// A valid request got no 2xx.
fn not_accepted(
    validator: &Validator,
    operation: &Operation,
    step: &Step,
    response: &Response,
    requirement: &str,
    level: Level,
) -> Finding {
    let mut finding = base(operation, response, requirement, level);
    finding.check = Check::PositiveDataAcceptance;
    let due = match step.expected.due.status() {
        Some(status) => format!("status {status}"),
        None => "a 2xx status".to_owned(),
    };
    if response.status == TOO_MANY {
        return put_off(operation, step, response).unwrap_or(Finding {
            level: Level::May,
            expected: due,
            ..finding
        });
    }
    if is_served(validator, step.operation, response) {
        finding.expected = due;
    } else {
        finding.requirement.clone_from(&operation.rules.operation);
        finding.level = served_level(validator, operation);
        finding.expected = format!("{} {} is served: {due}", operation.method, operation.path);
    }
    finding
}

/// The request was put off, which says nothing of it: what is missed is only that no other status
/// is documented, where that is promised.
fn put_off(operation: &Operation, step: &Step, response: &Response) -> Option<Finding> {
    let requirement = operation.rules.status.as_ref()?;
    let level = step.expected.due.level().min(Level::Should);
    let mut finding = base(operation, response, requirement, level);
    finding.expected = match step.expected.due.status() {
        Some(status) => format!("status {status}"),
        None => "a 2xx status".to_owned(),
    };
    Some(finding)
}

/// Another status came than the error that is due.
fn not_refused(
    validator: &Validator,
    operation: &Operation,
    step: &Step,
    response: &Response,
    malformed: bool,
) -> Vec<Finding> {
    let due = &step.expected.due;
    let mut finding = base(operation, response, due.requirement(), due.level());
    let status = due.status().unwrap_or_default();
    finding.expected = format!("status {status}");
    if response.status == TOO_MANY {
        return put_off(operation, step, response).into_iter().collect();
    }
    if !is_success(response.status) {
        return vec![finding];
    }
    if malformed {
        // That it is refused is the requirement itself; `x-replay` may be softer on the status with
        // which it is refused.
        let own = validator.contract().requirements.get(due.requirement());
        finding.level = own.map_or(due.level(), |own| own.level.max(due.level()));
    }
    // A well-formed request is refused for the state that was set up, which may have passed by now
    // (a job has ended): it is as sure as the replay says.
    finding.expected = format!("the request is refused: status {status}");
    // And whatever is said of that status, `x-refusals` says that it never is 2xx (MUST).
    let refusals = &operation.refusals;
    let refusal = if !malformed {
        None
    } else if step.presented == Presented::Own {
        refusals.malformed.as_ref()
    } else {
        refusals.unauthenticated.as_ref()
    };
    let Some(refusal) = refusal else {
        return vec![finding];
    };
    let mut never = finding.clone();
    never.requirement = Some(refusal.requirement.clone());
    never.level = Level::Must;
    "the request is refused: no 2xx status".clone_into(&mut never.expected);
    if refusal.requirement == due.requirement() {
        vec![never]
    } else {
        vec![never, finding]
    }
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
                return json_body::read(&response.body).is_ok();
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use contract::{Contract, Instead};
    use rstest::rstest;
    use validator::Request;

    use super::*;
    use crate::case::{BodyTemplate, Expected};

    /// A step of batch-action of which this is due.
    fn asked(due: Due) -> Step {
        Step {
            operation: 0,
            provider_states: Vec::new(),
            presented: Presented::Own,
            parameters: std::collections::BTreeMap::default(),
            alterations: Vec::new(),
            link: None,
            body: BodyTemplate::Absent,
            until: None,
            expected: Expected {
                due,
                body: Vec::new(),
            },
        }
    }

    #[test]
    fn a_request_that_is_put_off_where_no_status_is_promised_misses_nothing_much() {
        let mut contract = Contract::embedded_one("metastudio", "2025-12").expect("a contract");
        contract.operations[0].rules.status = None;
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let operation = &validator.contract().operations[0];
        let step = asked(Due::Accepted {
            requirement: "X-1".to_owned(),
            level: Level::Must,
        });
        let response = Response {
            status: TOO_MANY,
            headers: Vec::new(),
            body: Bytes::new(),
        };
        let finding = not_accepted(&validator, operation, &step, &response, "X-1", Level::Must);
        assert_eq!(
            (finding.level, &*finding.expected),
            (Level::May, "a 2xx status")
        );
    }

    const ERROR: &str = r#"{"error_code":"MSS.00000003","error_msg":"wrong"}"#;

    /// What is found when `due` is due of batch-action and `status` comes: requirement and level.
    fn found(due: Due, status: u16, malformed: bool) -> Vec<(String, Level, Option<String>)> {
        let contract = Contract::embedded_one("metastudio", "2025-12").expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let operation = &validator.contract().operations[0];
        let step = asked(due);
        let exchange = Exchange {
            request: Request {
                method: "POST".to_owned(),
                target: "/v1/p/digital-assets/batch-action".to_owned(),
                headers: Vec::new(),
                body: Bytes::new(),
            },
            response: Response {
                status,
                headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
                body: Bytes::from_static(ERROR.as_bytes()),
            },
        };
        if is_due(&step.expected.due, status) {
            return Vec::new();
        }
        other(&validator, operation, &step, &exchange, malformed)
            .into_iter()
            .map(|found| {
                (
                    found.requirement.unwrap_or_default(),
                    found.level,
                    found.erratum,
                )
            })
            .collect()
    }

    fn refused(fault: Option<&str>, status: Option<u16>, status_level: Level) -> Due {
        Due::Refused {
            fault: fault.map(str::to_owned),
            refusal: contract::Refusal {
                requirement: "MS-BA-18".to_owned(),
                status,
                status_level,
                code: None,
            },
        }
    }

    #[rstest]
    #[case::as_documented(Some("MS-BA-05"), 400, &[])]
    #[case::another_refusal(Some("MS-BA-05"), 422, &[("MS-BA-18", Level::Should)])]
    #[case::its_own_fault(Some("MS-BA-05"), 500, &[("MS-BA-18", Level::Should)])]
    #[case::accepted(Some("MS-BA-05"), 200, &[("MS-BA-18", Level::Must), ("MS-BA-05", Level::Must)])]
    #[case::accepted_otherwise(Some("MS-BA-05"), 204, &[("MS-BA-18", Level::Must), ("MS-BA-05", Level::Must)])]
    #[case::accepted_unauthenticated(None, 200, &[("MS-BA-18", Level::Must), ("MS-BA-02", Level::Must)])]
    fn a_malformed_request_is_never_accepted_and_should_get_the_documented_status(
        #[case] fault: Option<&str>,
        #[case] status: u16,
        #[case] expected: &[(&str, Level)],
    ) {
        let found = found(refused(fault, Some(400), Level::Should), status, true);
        let found: Vec<_> = found
            .iter()
            .map(|(id, level, _)| (id.as_str(), *level))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn too_many_requests_says_nothing_of_a_request_that_is_to_be_refused() {
        let found = |due| -> Vec<_> {
            let found = found(due, TOO_MANY, true).into_iter();
            found.map(|(id, level, _)| (id, level)).collect()
        };
        let only_no_other_status = vec![("MS-BA-18".to_owned(), Level::Should)];
        let credentials = refused(None, Some(400), Level::Must);
        assert_eq!(found(credentials), only_no_other_status);
        let documented = Due::Status {
            status: 400,
            requirement: "MS-BA-15".to_owned(),
            level: Level::Must,
            instead: Vec::new(),
        };
        assert_eq!(found(documented), only_no_other_status);
    }

    #[test]
    fn a_state_that_may_have_passed_makes_no_must_of_a_refusal() {
        let due = Due::Status {
            status: 400,
            requirement: "MS-BA-05".to_owned(),
            level: Level::Should,
            instead: Vec::new(),
        };
        let found = found(due, 200, false);
        let level = found.iter().map(|(_, level, _)| *level).max();
        assert_eq!(level, Some(Level::Should));
    }

    #[test]
    fn where_no_status_is_documented_any_refusal_will_do() {
        for status in [301, 400, 401, 404, 422, 500] {
            assert_eq!(found(refused(None, None, Level::May), status, true), []);
        }
    }

    #[rstest]
    #[case(200, &[])]
    #[case(207, &[])]
    #[case(400, &[("MS-BA-05", Level::Must)])]
    // Too many requests is no answer to this one, and no documented status.
    #[case(429, &[("MS-BA-18", Level::Should)])]
    // The operation is not there at all.
    #[case(405, &[("MS-BA-01", Level::Must)])]
    fn a_valid_request_is_accepted_as_strongly_as_its_values_are_documented(
        #[case] status: u16,
        #[case] expected: &[(&str, Level)],
    ) {
        let due = Due::Accepted {
            requirement: "MS-BA-05".to_owned(),
            level: Level::Must,
        };
        let found = found(due, status, false);
        let found: Vec<_> = found
            .iter()
            .map(|(id, level, _)| (id.as_str(), *level))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_an_erratum_leaves_to_the_server_is_only_observed() {
        let due = Due::Status {
            status: 200,
            requirement: "MS-BA-23".to_owned(),
            level: Level::Should,
            instead: vec![Instead {
                status: 202,
                erratum: "MS-E09".to_owned(),
            }],
        };
        let expected = ("MS-BA-23".to_owned(), Level::May, Some("MS-E09".to_owned()));
        assert_eq!(found(due.clone(), 202, false), [expected]);
        let other = found(due, 201, false);
        assert_eq!(other[0].1, Level::Should);
    }
}
