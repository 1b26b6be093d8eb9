//! Contracts of which a run tells nothing, although some of its cases may have passed: a target
//! that refuses everything also refuses what it should.

use validator::Check;

use super::{CaseFinding, CaseKind, CaseRecord, Run, Verdict, verdict_of};

/// A contract of which no documented request was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaccepted {
    /// API and revision, e.g. `smh/2026-01`.
    pub contract: String,
    /// Why nothing was, with the way out.
    pub reason: String,
    /// What the target said to one of those requests; none when it said nothing.
    pub said: Option<Said>,
}

/// An answer that shows why a target accepts nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The id of the case.
    pub case: String,
    /// The status.
    pub status: u16,
    /// The body or its beginning, secrets masked.
    pub body: String,
}

/// The statuses with which callers are refused who may not call at all.
const TURNED_AWAY: [u16; 3] = [400, 401, 403];

/// The contracts of the run with counted cases that were due to be accepted, of which none was,
/// and which show no other fault either.
pub(super) fn unaccepted(run: &Run) -> Vec<Unaccepted> {
    let mut found = Vec::new();
    for contract in &run.header.contracts {
        let counted: Vec<&CaseRecord> = run
            .cases
            .iter()
            .filter(|case| case.api == contract.api && case.revision == contract.revision)
            .filter(|case| case.counted)
            .collect();
        let due: Vec<&CaseRecord> = counted
            .iter()
            .copied()
            .filter(|case| case.due.is_some_and(is_success))
            .collect();
        if due.is_empty() || counted.iter().any(|case| tells(case)) {
            continue;
        }
        let mut refused: Vec<u16> = due.iter().flat_map(|case| statuses(case)).collect();
        refused.sort_unstable();
        refused.dedup();
        let reason = if refused.is_empty() {
            "every case that could be accepted was skipped".to_owned()
        } else {
            let statuses: Vec<String> = refused.iter().map(u16::to_string).collect();
            format!(
                "no documented request was accepted (status {}): are the credentials and the \
                 tenant right?",
                statuses.join(", ")
            )
        };
        found.push(Unaccepted {
            contract: format!("{}/{}", contract.api, contract.revision),
            reason,
            said: said(&due),
        });
    }
    found
}

/// The first answer to them, to a documented example if there is one.
fn said(due: &[&CaseRecord]) -> Option<Said> {
    let answers = due.iter().filter_map(|case| {
        let answer = case.steps.iter().find_map(|step| step.response.as_ref())?;
        Some((case, answer))
    });
    let (case, answer) = answers.min_by_key(|(case, _)| case.kind != CaseKind::Documented)?;
    Some(Said {
        case: case.id.clone(),
        status: answer.status,
        body: answer.body.text.clone(),
    })
}

/// Whether the case says something of the target itself. That valid requests are refused says
/// nothing while all of them are: wrong credentials look just like that.
fn tells(case: &CaseRecord) -> bool {
    match case.verdict {
        Verdict::Error => true,
        Verdict::Fail => !case.findings.iter().all(|found| {
            verdict_of(&found.finding, true) != Some(Verdict::Fail) || is_turned_away(case, found)
        }),
        _ => statuses(case).any(is_success),
    }
}

/// Whether a finding is about nothing but a caller who is turned away.
fn is_turned_away(case: &CaseRecord, found: &CaseFinding) -> bool {
    let of_status = matches!(
        found.finding.check,
        Check::PositiveDataAcceptance | Check::StatusCodeConformance | Check::CaseExpectation
    );
    let valid = case.kind != CaseKind::Negative && case.due.is_none_or(|due| due < 400);
    let response = case
        .steps
        .get(found.step)
        .and_then(|step| step.response.as_ref());
    of_status && valid && response.is_some_and(|response| TURNED_AWAY.contains(&response.status))
}

fn statuses(case: &CaseRecord) -> impl Iterator<Item = u16> {
    let responses = case.steps.iter().filter_map(|step| step.response.as_ref());
    responses.map(|response| response.status)
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

#[cfg(test)]
mod tests {
    use contract::{Level, Message};
    use rstest::rstest;
    use validator::{Finding, Location};

    use super::*;
    use crate::run::fixture;

    const REFUSED: &str = "no documented request was accepted (status 401): are the credentials \
                           and the tenant right?";

    /// A case of metastudio's that is due to be accepted, and is answered with these statuses.
    fn due(verdict: Verdict, statuses: &[u16]) -> CaseRecord {
        let steps = statuses
            .iter()
            .map(|status| fixture::step("batch-action", "{}", Some((*status, "{}"))));
        CaseRecord {
            due: Some(200),
            verdict,
            steps: steps.collect(),
            ..fixture::case("metastudio/batch-action/documented/200", "A")
        }
    }

    /// One that is turned away, and nothing else is said of it.
    fn turned_away(status: u16) -> CaseRecord {
        CaseRecord {
            findings: vec![found(Check::StatusCodeConformance, Level::Must)],
            ..due(Verdict::Fail, &[status])
        }
    }

    fn found(check: Check, level: Level) -> CaseFinding {
        CaseFinding {
            step: 0,
            finding: Finding {
                check,
                requirement: Some("MS-BA-09".to_owned()),
                level,
                erratum: None,
                message: Message::Response,
                location: Location::Body(String::new()),
                expected: "status 200".to_owned(),
                actual: "401".to_owned(),
            },
        }
    }

    /// Why nothing is told by a run of these cases.
    fn reasons(cases: Vec<CaseRecord>) -> Vec<(String, String)> {
        let run = Run {
            cases,
            ..fixture::run()
        };
        let found = unaccepted(&run).into_iter();
        found.map(|it| (it.contract, it.reason)).collect()
    }

    fn nothing_of_metastudio(reason: &str) -> Vec<(String, String)> {
        vec![("metastudio/2025-12".to_owned(), reason.to_owned())]
    }

    #[test]
    fn the_answer_to_a_documented_request_is_quoted_first() {
        let of = |id: &str, kind, status, body: &str| CaseRecord {
            id: id.to_owned(),
            kind,
            steps: vec![fixture::step("batch-action", "{}", Some((status, body)))],
            ..turned_away(status)
        };
        let quoted = |cases: &[CaseRecord]| {
            let run = Run {
                cases: cases.to_vec(),
                ..fixture::run()
            };
            let said = unaccepted(&run).remove(0).said?;
            Some((said.case, said.status, said.body))
        };
        let silent = CaseRecord {
            steps: Vec::new(),
            ..due(Verdict::Skipped, &[])
        };
        assert_eq!(quoted(std::slice::from_ref(&silent)), None);
        let cases = [
            silent,
            of("a", CaseKind::Positive, 400, "{}"),
            of("b", CaseKind::Documented, 401, "no"),
            of("c", CaseKind::Documented, 403, "never"),
        ];
        let said = |id: &str, status, body: &str| Some((id.to_owned(), status, body.to_owned()));
        assert_eq!(quoted(&cases), said("b", 401, "no"));
        assert_eq!(quoted(&cases[..2]), said("a", 400, "{}"));
    }

    #[test]
    fn each_status_is_told_once() {
        let refused = [403, 401, 403, 400].map(turned_away).to_vec();
        let reason = "no documented request was accepted (status 400, 401, 403): are the \
                      credentials and the tenant right?";
        assert_eq!(reasons(refused), nothing_of_metastudio(reason));
    }

    #[test]
    fn a_run_whose_every_case_was_skipped_tells_nothing() {
        assert_eq!(
            reasons(vec![due(Verdict::Skipped, &[])]),
            nothing_of_metastudio("every case that could be accepted was skipped")
        );
    }

    #[test]
    fn a_contract_none_of_whose_cases_was_due_to_be_accepted_is_passed_over() {
        let refused = |due| CaseRecord {
            due,
            ..turned_away(401)
        };
        assert_eq!(reasons(vec![refused(None), refused(Some(400))]), []);
    }

    #[test]
    fn contracts_are_kept_apart() {
        let accepted = due(Verdict::Pass, &[200]);
        let of_smh = CaseRecord {
            api: "smh".to_owned(),
            ..accepted.clone()
        };
        let of_another_revision = CaseRecord {
            revision: "2026-06".to_owned(),
            ..accepted.clone()
        };
        assert_eq!(
            reasons(vec![turned_away(401), of_smh, of_another_revision]),
            nothing_of_metastudio(REFUSED)
        );
        assert_eq!(reasons(vec![turned_away(401), accepted]), []);
    }

    #[test]
    fn a_case_that_only_observes_tells_nothing() {
        let observing = CaseRecord {
            counted: false,
            ..due(Verdict::Pass, &[200])
        };
        assert_eq!(
            reasons(vec![turned_away(401), observing]),
            nothing_of_metastudio(REFUSED)
        );
    }

    /// What a case beside one that is turned away says of the target.
    #[rstest]
    #[case::accepted(due(Verdict::Pass, &[401, 200]), true)]
    #[case::accepted_with_a_warning(due(Verdict::Warning, &[204]), true)]
    #[case::refused_as_it_should_be(
        CaseRecord { kind: CaseKind::Negative, due: Some(401), ..due(Verdict::Pass, &[401]) },
        false
    )]
    #[case::an_error(due(Verdict::Error, &[]), true)]
    #[case::turned_away_with_an_observation(
        CaseRecord {
            findings: vec![
                found(Check::PositiveDataAcceptance, Level::Must),
                found(Check::DocumentedReading, Level::May),
                found(Check::CaseExpectation, Level::Must),
            ],
            ..turned_away(401)
        },
        false
    )]
    #[case::turned_away_by_a_wrong_body(
        CaseRecord {
            findings: vec![found(Check::ResponseSchemaConformance, Level::Must)],
            ..turned_away(401)
        },
        true
    )]
    #[case::not_found(turned_away(404), true)]
    #[case::without_a_response(CaseRecord { steps: Vec::new(), ..turned_away(401) }, true)]
    #[case::due_to_be_redirected(CaseRecord { due: Some(399), ..turned_away(401) }, false)]
    #[case::due_to_be_refused(CaseRecord { due: Some(400), ..turned_away(401) }, true)]
    #[case::due_to_be_refused_otherwise(CaseRecord { due: Some(404), ..turned_away(401) }, true)]
    #[case::with_nothing_due(CaseRecord { due: None, ..turned_away(401) }, false)]
    #[case::of_an_invalid_request(
        CaseRecord { kind: CaseKind::Negative, ..turned_away(401) },
        true
    )]
    fn a_contract_of_which_a_case_tells_something_is_not_listed(
        #[case] beside: CaseRecord,
        #[case] tells: bool,
    ) {
        let expected = if tells {
            Vec::new()
        } else {
            nothing_of_metastudio(REFUSED)
        };
        assert_eq!(reasons(vec![turned_away(401), beside]), expected);
    }
}
