//! What a run shows besides verdicts: which reading of each erratum the implementation follows,
//! and what was left out with which reason.

use contract::Message;
use validator::Check;

use super::{ContractRecord, ErratumRecord, RequirementSummary, Run, Verdict};

/// An erratum that findings cite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErratumSummary {
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// The erratum; its texts are empty when the contract does not list it.
    pub erratum: ErratumRecord,
    /// What was seen, each different thing once, in order of the cases.
    pub observations: Vec<Observation>,
}

/// One thing that was seen about an erratum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The check that saw it.
    pub check: Check,
    /// Request or response.
    pub message: Message,
    /// What was there.
    pub actual: String,
    /// Ids of the cases that saw it.
    pub cases: Vec<String>,
}

/// The cases that were skipped for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipSummary {
    /// The reason; empty when none was given.
    pub reason: String,
    /// Ids of the skipped cases.
    pub cases: Vec<String>,
    /// Ids of the requirements that these cases are there for and that therefore have no verdict.
    pub not_judged: Vec<String>,
}

/// The errata that the findings of any case cite, in order of contract and id.
pub(super) fn errata(run: &Run) -> Vec<ErratumSummary> {
    let mut summaries = Vec::new();
    for contract in &run.header.contracts {
        let mut of_contract: Vec<ErratumSummary> = Vec::new();
        for case in &run.cases {
            if case.api != contract.api || case.revision != contract.revision {
                continue;
            }
            for finding in case.findings.iter().map(|found| &found.finding) {
                let Some(id) = &finding.erratum else { continue };
                let at = position(&mut of_contract, contract, id);
                let seen = &mut of_contract[at].observations;
                let known = seen.iter_mut().find(|seen| {
                    seen.check == finding.check
                        && seen.message == finding.message
                        && seen.actual == finding.actual
                });
                match known {
                    Some(known) if known.cases.last() == Some(&case.id) => {}
                    Some(known) => known.cases.push(case.id.clone()),
                    None => seen.push(Observation {
                        check: finding.check,
                        message: finding.message,
                        actual: finding.actual.clone(),
                        cases: vec![case.id.clone()],
                    }),
                }
            }
        }
        of_contract.sort_by(|a, b| a.erratum.id.cmp(&b.erratum.id));
        summaries.append(&mut of_contract);
    }
    summaries
}

/// Where the summary of that erratum stands; a new one is made for one not seen before.
fn position(summaries: &mut Vec<ErratumSummary>, contract: &ContractRecord, id: &str) -> usize {
    if let Some(at) = summaries
        .iter()
        .position(|summary| summary.erratum.id == id)
    {
        return at;
    }
    let erratum = contract
        .erratum(id)
        .cloned()
        .unwrap_or_else(|| ErratumRecord {
            id: id.to_owned(),
            statement: String::new(),
            reading: String::new(),
        });
    summaries.push(ErratumSummary {
        api: contract.api.clone(),
        revision: contract.revision.clone(),
        erratum,
        observations: Vec::new(),
    });
    summaries.len() - 1
}

/// The skipped cases by reason, in order of the first case of each.
pub(super) fn skips(run: &Run, requirements: &[RequirementSummary]) -> Vec<SkipSummary> {
    let mut skips: Vec<SkipSummary> = Vec::new();
    for case in run
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Skipped)
    {
        let reason = case.reason.as_deref().unwrap_or_default();
        let at = skips
            .iter()
            .position(|skip| skip.reason == reason)
            .unwrap_or_else(|| {
                skips.push(SkipSummary {
                    reason: reason.to_owned(),
                    cases: Vec::new(),
                    not_judged: Vec::new(),
                });
                skips.len() - 1
            });
        let skip = &mut skips[at];
        skip.cases.push(case.id.clone());
        for summary in requirements {
            let id = &summary.requirement.id;
            if summary.verdict.is_none()
                && summary.api == case.api
                && summary.revision == case.revision
                && case.covers.contains(id)
                && !skip.not_judged.contains(id)
            {
                skip.not_judged.push(id.clone());
            }
        }
    }
    skips
}
