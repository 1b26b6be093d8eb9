//! Contracts of which a run tells nothing, although some of its cases may have passed: a target
//! that refuses everything also refuses what it should.

use super::{CaseRecord, Run, Verdict};

/// A contract of which no documented request was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaccepted {
    /// API and revision, e.g. `smh/2026-01`.
    pub contract: String,
    /// Why nothing was, with the way out.
    pub reason: String,
}

/// The contracts of the run with counted cases that were due to be accepted, of which none was.
pub(super) fn unaccepted(run: &Run) -> Vec<Unaccepted> {
    let mut found = Vec::new();
    for contract in &run.header.contracts {
        let due: Vec<&CaseRecord> = run
            .cases
            .iter()
            .filter(|case| case.api == contract.api && case.revision == contract.revision)
            .filter(|case| case.counted && case.due.is_some_and(is_success))
            .collect();
        // A case that failed has been judged, and says more than this could.
        let tells = |case: &&CaseRecord| {
            matches!(case.verdict, Verdict::Fail | Verdict::Error) || statuses(case).any(is_success)
        };
        if due.is_empty() || due.iter().any(tells) {
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

fn statuses(case: &CaseRecord) -> impl Iterator<Item = u16> {
    let responses = case.steps.iter().filter_map(|step| step.response.as_ref());
    responses.map(|response| response.status)
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}
