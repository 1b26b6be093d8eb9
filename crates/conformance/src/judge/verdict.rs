//! From the findings of a case to its verdict.

use std::collections::BTreeSet;

use contract::Level;
use validator::{Check, Location, Severity};

use crate::case::{Case, Play};
use crate::run::{CaseFinding, Verdict, verdict_of};

/// What a case amounts to, with the reason where the verdict alone does not tell.
///
/// A counted case that found nothing wrong and did not put to the test what it is about is
/// skipped, never passed.
pub(crate) fn verdict(
    case: &Case,
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
            if is_exercised(case, exercised)
                || missed(case, findings)
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
                Some(format!("{} was not put to the test{status}", about(case))),
            )
        }
    }
}

/// What the case is there for, in words.
fn about(case: &Case) -> String {
    case.own.clone().unwrap_or_else(|| case.covers.join(", "))
}

/// Whether what the case is about was put to the test.
fn is_exercised(case: &Case, exercised: &BTreeSet<String>) -> bool {
    match &case.own {
        Some(own) => exercised.contains(own),
        None => case
            .covers
            .iter()
            .any(|covered| exercised.contains(covered)),
    }
}

/// Whether a warning tells that what the case is about was missed.
fn missed(case: &Case, findings: &[CaseFinding]) -> bool {
    findings.iter().any(|found| {
        let requirement = found.finding.requirement.as_ref();
        let about = requirement.is_some_and(|requirement| match &case.own {
            Some(own) => own == requirement,
            None => case.covers.contains(requirement),
        });
        about && found.finding.severity() > Severity::Observation
    })
}

/// Whether a finding that is more than an observation is about the last step of the case.
fn answered_last(case: &Case, findings: &[CaseFinding]) -> bool {
    let last = match &case.play {
        Play::Steps(steps) => Some(steps.len()),
        // Their steps are requests of equal weight.
        Play::Workflow(_) | Play::History(_) => None,
    };
    findings.iter().any(|found| {
        last.is_none_or(|last| found.step + 1 == last)
            && found.finding.severity() > Severity::Observation
    })
}

#[cfg(test)]
mod tests {
    use contract::Message;
    use rstest::rstest;
    use validator::Finding;

    use super::*;
    use crate::case::{BodyTemplate, Due, Expected, Presented, Step};
    use crate::run::CaseKind;

    /// A counted case of two steps that is there for `A`.
    fn case() -> Case {
        let step = Step {
            operation: 0,
            provider_states: Vec::new(),
            presented: Presented::Own,
            parameters: std::collections::BTreeMap::default(),
            alterations: Vec::new(),
            link: None,
            body: BodyTemplate::Absent,
            until: None,
            expected: Expected {
                due: Due::Accepted {
                    requirement: "A".to_owned(),
                    level: Level::Must,
                },
                body: Vec::new(),
            },
        };
        Case {
            id: "api/operation/positive/a".to_owned(),
            api: "api".to_owned(),
            revision: "1".to_owned(),
            operation: "operation".to_owned(),
            kind: CaseKind::Positive,
            title: "A".to_owned(),
            counted: true,
            level: Level::Must,
            own: None,
            covers: vec!["A".to_owned()],
            play: Play::Steps(vec![step.clone(), step]),
        }
    }

    fn found(step: usize, requirement: &str, level: Level, location: Location) -> CaseFinding {
        CaseFinding {
            step,
            finding: Finding {
                check: Check::ResponseSchemaConformance,
                requirement: Some(requirement.to_owned()),
                level,
                erratum: None,
                message: Message::Response,
                location,
                expected: "status 200".to_owned(),
                actual: "202".to_owned(),
            },
        }
    }

    fn body(step: usize, requirement: &str, level: Level) -> CaseFinding {
        found(step, requirement, level, Location::Body(String::new()))
    }

    /// Of a case that did not put to the test what it is about, only what tells of that counts, or
    /// of its last step, and what fails.
    #[rstest]
    #[case::nothing(vec![], Verdict::Skipped)]
    #[case::a_failure_of_any_step(vec![body(0, "B", Level::Must)], Verdict::Fail)]
    #[case::a_warning_of_a_step_before(vec![body(0, "B", Level::Should)], Verdict::Skipped)]
    #[case::a_warning_of_the_last(vec![body(1, "B", Level::Should)], Verdict::Warning)]
    #[case::a_warning_of_what_it_is_about(vec![body(0, "A", Level::Should)], Verdict::Warning)]
    #[case::a_warning_before_an_observation(
        vec![body(0, "B", Level::Should), body(1, "B", Level::May)],
        Verdict::Skipped
    )]
    #[case::an_observation_of_the_last(vec![body(1, "B", Level::May)], Verdict::Skipped)]
    #[case::an_observation_of_what_it_is_about(vec![body(0, "A", Level::May)], Verdict::Skipped)]
    fn what_was_not_put_to_the_test_passes_never(
        #[case] mut findings: Vec<CaseFinding>,
        #[case] expected: Verdict,
    ) {
        for (own, covers) in [(None, "A"), (Some("A".to_owned()), "C")] {
            let mut case = case();
            (case.own, case.covers) = (own, vec![covers.to_owned()]);
            let judged = verdict(&case, &mut findings, &BTreeSet::new(), false);
            assert_eq!(judged.0, expected);
        }
    }

    #[test]
    fn a_skip_tells_which_status_came_instead() {
        let mut findings = [
            found(0, "B", Level::May, Location::Status),
            body(0, "B", Level::May),
        ];
        findings[1].finding.expected = "another body".to_owned();
        let (_, reason) = verdict(&case(), &mut findings, &BTreeSet::new(), false);
        let reason = reason.expect("a reason");
        assert_eq!(
            reason,
            "A was not put to the test: status 200 was due, and came 202"
        );
    }

    #[test]
    fn what_was_put_to_the_test_has_the_worst_verdict_of_its_findings() {
        let exercised = BTreeSet::from(["A".to_owned()]);
        let of = |mut findings: Vec<CaseFinding>, strict| {
            verdict(&case(), &mut findings, &exercised, strict).0
        };
        assert_eq!(of(vec![], false), Verdict::Pass);
        let warning = || vec![body(0, "B", Level::Should), body(1, "B", Level::May)];
        assert_eq!(of(warning(), false), Verdict::Warning);
        assert_eq!(of(warning(), true), Verdict::Fail);
    }
}
