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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{CaseRecord, fixture};

    /// The fixture's first contract in two revisions, with these cases.
    fn run(cases: Vec<CaseRecord>) -> Run {
        let mut run = fixture::run();
        run.header.contracts.truncate(1);
        let mut newer = run.header.contracts[0].clone();
        "2026-06".clone_into(&mut newer.revision);
        run.header.contracts.push(newer);
        run.cases = cases;
        run
    }

    /// A case with one finding that cites an erratum.
    fn citing(id: &str) -> CaseRecord {
        let mut cases = fixture::run().cases.into_iter();
        let case = cases.find(|case| case.id == "metastudio/batch-action/scenario/twice");
        CaseRecord {
            id: id.to_owned(),
            ..case.expect("it is in the fixture")
        }
    }

    #[test]
    fn errata_of_two_revisions_are_kept_apart() {
        let newer = CaseRecord {
            revision: "2026-06".to_owned(),
            ..citing("newer")
        };
        let found = errata(&run(vec![citing("older"), newer])).into_iter();
        let found: Vec<_> = found
            .map(|it| (it.revision, it.observations[0].cases.clone()))
            .collect();
        let expected = [("2025-12", "older"), ("2026-06", "newer")];
        let expected =
            expected.map(|(revision, case)| (revision.to_owned(), vec![case.to_owned()]));
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_is_the_same_in_all_counts_as_seen_before() {
        let mut cases = ["first", "check", "message", "actual", "same"].map(citing);
        cases[1].findings[0].finding.check = Check::CaseExpectation;
        cases[2].findings[0].finding.message = Message::Request;
        "\"Success\"".clone_into(&mut cases[3].findings[0].finding.actual);
        let found = errata(&run(cases.to_vec()));
        assert_eq!(found.len(), 1, "they cite one erratum");
        let seen = found[0].observations.iter();
        let seen: Vec<_> = seen.map(|seen| seen.cases.join(" ")).collect();
        assert_eq!(seen, ["first same", "check", "message", "actual"]);
    }

    #[test]
    fn skipped_cases_stand_together_by_their_reason() {
        let skipped = |id: &str, reason: Option<&str>| CaseRecord {
            verdict: Verdict::Skipped,
            reason: reason.map(str::to_owned),
            ..fixture::case(id, "A")
        };
        let run = run(vec![
            skipped("one", Some("no state")),
            skipped("two", None),
            skipped("three", Some("no state")),
            fixture::case("played", "A"),
        ]);
        let summary = |reason: &str, cases: &[&str]| SkipSummary {
            reason: reason.to_owned(),
            cases: cases.iter().map(|id| (*id).to_owned()).collect(),
            not_judged: Vec::new(),
        };
        assert_eq!(
            skips(&run, &[]),
            [
                summary("no state", &["one", "three"]),
                summary("", &["two"])
            ]
        );
    }
}
