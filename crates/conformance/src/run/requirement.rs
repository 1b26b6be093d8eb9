//! What a run says of each requirement, and the counting of requirements by level.

use contract::{Level, Requirement};
use validator::{Finding, Severity};

use super::{CaseRecord, Run, Verdict};

/// What the run says of one requirement.
#[derive(Debug, Clone)]
pub struct RequirementSummary {
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// The promise.
    pub requirement: Requirement,
    /// Pass, warning or fail; none when no counted case put it to the test.
    pub verdict: Option<Verdict>,
    /// Ids of the cases that are there for it, that put it to the test, or that found it missed.
    pub cases: Vec<String>,
    /// Errata that observations about it cite.
    pub errata: Vec<String>,
}

/// Requirements by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LevelCounts {
    /// Put to the test and kept.
    pub pass: usize,
    /// Missed, without failing the target.
    pub warning: usize,
    /// Missed.
    pub fail: usize,
    /// Not put to the test.
    pub not_judged: usize,
}

impl LevelCounts {
    /// Adds one requirement.
    pub(super) fn add(&mut self, verdict: Option<Verdict>) {
        *match verdict {
            Some(Verdict::Pass) => &mut self.pass,
            Some(Verdict::Warning) => &mut self.warning,
            Some(Verdict::Fail) => &mut self.fail,
            _ => &mut self.not_judged,
        } += 1;
    }

    /// All requirements together.
    pub fn total(&self) -> usize {
        self.judged() + self.not_judged
    }

    /// Those that have a verdict.
    pub fn judged(&self) -> usize {
        self.pass + self.warning + self.fail
    }
}

/// Each requirement of each contract, in order of contract and id.
pub(super) fn requirements(run: &Run) -> Vec<RequirementSummary> {
    let mut summaries = Vec::new();
    for contract in &run.header.contracts {
        let cases: Vec<&CaseRecord> = run
            .cases
            .iter()
            .filter(|case| case.api == contract.api && case.revision == contract.revision)
            .collect();
        for requirement in &contract.requirements {
            let id = requirement.id.as_str();
            summaries.push(RequirementSummary {
                api: contract.api.clone(),
                revision: contract.revision.clone(),
                verdict: requirement_verdict(id, &cases, run.header.strict),
                cases: cases
                    .iter()
                    .filter(|case| concerns(case, id))
                    .map(|case| case.id.clone())
                    .collect(),
                errata: observed_errata(id, &cases),
                requirement: requirement.clone(),
            });
        }
    }
    summaries
}

fn concerns(case: &CaseRecord, id: &str) -> bool {
    case.covers.iter().any(|covered| covered == id)
        || case.exercised.iter().any(|exercised| exercised == id)
        || findings_about(case, id).next().is_some()
}

fn findings_about<'a>(case: &'a CaseRecord, id: &'a str) -> impl Iterator<Item = &'a Finding> {
    case.findings
        .iter()
        .map(|found| &found.finding)
        .filter(move |finding| finding.requirement.as_deref() == Some(id))
}

/// The worst that any counted case found about it; pass only when a counted case really put it to
/// the test and found nothing. A case that ended in an error proves no pass, because it did not
/// get as far as it should have; what it found until then stays found.
fn requirement_verdict(id: &str, cases: &[&CaseRecord], strict: bool) -> Option<Verdict> {
    let mut worst = None;
    for case in cases.iter().filter(|case| case.counted) {
        let judged = !matches!(case.verdict, Verdict::Error | Verdict::Skipped);
        if judged && case.exercised.iter().any(|exercised| exercised == id) {
            worst = worst.max(Some(Verdict::Pass));
        }
        for finding in findings_about(case, id) {
            worst = worst.max(effect(case, finding, strict));
        }
    }
    worst
}

/// What one finding of a counted case makes of a requirement: as [`verdict_of`], but of a flaky
/// case at most what the case itself amounts to, because once it was not so.
pub(crate) fn effect(case: &CaseRecord, finding: &Finding, strict: bool) -> Option<Verdict> {
    let verdict = verdict_of(finding, strict);
    if case.is_flaky() {
        verdict.min(Some(case.verdict))
    } else {
        verdict
    }
}

/// What one finding makes of a counted case: nothing, a warning or a failure.
pub(crate) fn verdict_of(finding: &Finding, strict: bool) -> Option<Verdict> {
    match finding.severity() {
        Severity::Failure => Some(Verdict::Fail),
        Severity::Warning if strict && finding.level == Level::Should => Some(Verdict::Fail),
        Severity::Warning => Some(Verdict::Warning),
        Severity::Observation => None,
    }
}

fn observed_errata(id: &str, cases: &[&CaseRecord]) -> Vec<String> {
    let mut errata: Vec<String> = cases
        .iter()
        .flat_map(|case| findings_about(case, id))
        .filter_map(|finding| finding.erratum.clone())
        .collect();
    errata.sort();
    errata.dedup();
    errata
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture;

    fn verdict(run: &Run, id: &str) -> Option<Verdict> {
        let all = requirements(run);
        let found = all.iter().find(|summary| summary.requirement.id == id);
        found
            .unwrap_or_else(|| panic!("{id} is in the fixture"))
            .verdict
    }

    #[test]
    fn the_worst_finding_of_a_counted_case_is_the_verdict() {
        let mut run = fixture::run();
        assert_eq!(verdict(&run, "MS-BA-10"), Some(Verdict::Fail));
        assert_eq!(verdict(&run, "MS-BA-08"), Some(Verdict::Warning));
        assert_eq!(verdict(&run, "MS-BA-09"), Some(Verdict::Pass));
        run.header.strict = true;
        assert_eq!(verdict(&run, "MS-BA-08"), Some(Verdict::Fail));
    }

    #[test]
    fn no_verdict_comes_from_a_case_that_only_observes_or_that_was_not_judged() {
        let run = fixture::run();
        assert_eq!(verdict(&run, "MS-BA-05"), None, "only observed");
        assert_eq!(verdict(&run, "SM-BD-09"), None, "only an error");
        assert_eq!(verdict(&run, "SM-BD-10"), None, "only skipped");
        assert_eq!(verdict(&run, "MS-BA-20"), None, "no case at all");
    }

    #[test]
    fn requirements_of_other_contracts_are_kept_apart() {
        let run = fixture::run();
        let of_http: Vec<_> = requirements(&run)
            .into_iter()
            .filter(|summary| summary.requirement.id == "HT-01")
            .map(|summary| (summary.api, summary.verdict))
            .collect();
        let expected = [
            ("metastudio".to_owned(), Some(Verdict::Pass)),
            ("smh".to_owned(), None),
        ];
        assert_eq!(of_http, expected);
    }

    #[test]
    fn requirements_of_two_revisions_are_kept_apart() {
        let mut run = fixture::run();
        let mut newer = run.header.contracts[0].clone();
        "2026-06".clone_into(&mut newer.revision);
        run.header.contracts.push(newer);
        let of_newer = requirements(&run)
            .into_iter()
            .filter(|summary| summary.revision == "2026-06");
        for summary in of_newer {
            let id = &summary.requirement.id;
            assert_eq!((summary.verdict, summary.cases.len()), (None, 0), "{id}");
        }
    }

    #[test]
    fn the_cases_of_a_requirement_are_those_that_have_to_do_with_it() {
        let run = fixture::run();
        let all = requirements(&run);
        let found = all
            .iter()
            .find(|summary| summary.requirement.id == "MS-BA-10")
            .unwrap();
        let expected = [
            "metastudio/batch-action/documented/200",
            "metastudio/batch-action/negative/hostile",
            "metastudio/batch-action/positive/known",
            "metastudio/batch-action/scenario/twice",
        ];
        assert_eq!(found.cases, expected);
        assert_eq!(found.errata, ["MS-E02"]);
    }
}
