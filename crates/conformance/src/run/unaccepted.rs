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
        });
    }
    found
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
