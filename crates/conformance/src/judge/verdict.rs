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
