//! What a run amounts to: a verdict for each requirement and operation, and the exit code.
//! Every report takes its figures from here, so that no two of them can disagree.

use std::collections::BTreeMap;

use contract::Level;

use super::observed::{errata, skips};
use super::requirement::requirements;
use super::unaccepted::{Unaccepted, unaccepted};
use super::{Counts, ErratumSummary, LevelCounts, RequirementSummary, Run, SkipSummary, Verdict};
use crate::snapshot::Comparison;

/// The run in figures.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Cases by verdict.
    pub counts: Counts,
    /// Cases that failed, and did not when they were run again; each counts by its verdict.
    pub flaky: usize,
    /// Each requirement of each contract, in order of contract and id.
    pub requirements: Vec<RequirementSummary>,
    /// Each operation of each contract in order, and after them what is common to all of it.
    pub operations: Vec<OperationSummary>,
    /// The errata that findings cite.
    pub errata: Vec<ErratumSummary>,
    /// The skipped cases by reason.
    pub skips: Vec<SkipSummary>,
    /// Why the run does not tell the whole story ([`Run::cut_short`]).
    pub cut_short: Option<String>,
    /// The contracts of which no documented request was accepted.
    pub unaccepted: Vec<Unaccepted>,
    /// Whether any counted case was judged; a run in which none was proves nothing.
    pub judged: bool,
    /// The responses compared with their snapshots, where they were.
    pub snapshots: Option<Comparison>,
    /// 0 conformant, 1 not (or a response differs from its snapshot), 2 could not judge (nothing
    /// tested included), 130 interrupted.
    pub exit_code: u8,
}

/// What the run says of one operation.
#[derive(Debug, Clone)]
pub struct OperationSummary {
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// The operation; none for the requirements that belong to no single one.
    pub operation: Option<String>,
    /// Its cases by verdict.
    pub cases: Counts,
    /// Its requirements by level: how many passed, warned, failed, were not judged.
    pub levels: BTreeMap<Level, LevelCounts>,
}

impl Summary {
    /// Sums up a run.
    pub fn of(run: &Run) -> Self {
        let mut counts = Counts::default();
        for case in &run.cases {
            counts.add(case);
        }
        let requirements = requirements(run);
        let judged = run.cases.iter().any(|case| {
            let judged = matches!(
                case.verdict,
                Verdict::Pass | Verdict::Warning | Verdict::Fail
            );
            case.counted && judged
        });
        let unaccepted = unaccepted(run);
        Self {
            counts,
            flaky: run.cases.iter().filter(|case| case.is_flaky()).count(),
            judged,
            exit_code: exit_code(run, counts, judged, &unaccepted),
            unaccepted,
            operations: operations(run, &requirements),
            errata: errata(run),
            skips: skips(run, &requirements),
            cut_short: run.cut_short(),
            requirements,
            snapshots: None,
        }
    }

    /// The same with a comparison of its responses with their snapshots. A response that differs,
    /// or is new, and is not accepted weighs like a failure.
    #[must_use]
    pub fn with_snapshots(mut self, snapshots: Comparison) -> Self {
        const INTERRUPTED: u8 = 130;
        if snapshots.has_drifted() && self.exit_code != INTERRUPTED {
            self.exit_code = 1;
        }
        self.snapshots = Some(snapshots);
        self
    }

    /// The requirements of all contracts by level.
    pub fn levels(&self) -> BTreeMap<Level, LevelCounts> {
        let mut levels: BTreeMap<Level, LevelCounts> = BTreeMap::new();
        for summary in &self.requirements {
            levels
                .entry(summary.requirement.level)
                .or_default()
                .add(summary.verdict);
        }
        levels
    }

    /// The requirements of all contracts.
    pub fn requirement_counts(&self) -> LevelCounts {
        let mut counts = LevelCounts::default();
        for summary in &self.requirements {
            counts.add(summary.verdict);
        }
        counts
    }
}

/// A failure outweighs all; then what could not be judged. A run in which no case was judged at
/// all proves nothing, nor does one in which nothing of a contract was accepted: the failures of
/// that contract are those of the credentials. A run without its footer or without all of its cases
/// is incomplete.
fn exit_code(run: &Run, counts: Counts, judged: bool, unaccepted: &[Unaccepted]) -> u8 {
    let interrupted = run.footer.as_ref().is_some_and(|footer| footer.interrupted);
    let fails = run.cases.iter().any(|case| {
        let contract = format!("{}/{}", case.api, case.revision);
        case.verdict == Verdict::Fail
            && case.known.is_none()
            && unaccepted
                .iter()
                .all(|unaccepted| unaccepted.contract != contract)
    });
    if interrupted {
        130
    } else if fails {
        1
    } else if counts.error > 0 || !judged || !unaccepted.is_empty() || run.cut_short().is_some() {
        2
    } else {
        0
    }
}

fn operations(run: &Run, requirements: &[RequirementSummary]) -> Vec<OperationSummary> {
    let mut summaries = Vec::new();
    for contract in &run.header.contracts {
        let ids = contract
            .operations
            .iter()
            .map(|operation| Some(operation.id.clone()));
        for operation in ids.chain([None]) {
            let mut cases = Counts::default();
            for case in &run.cases {
                if case.api == contract.api
                    && case.revision == contract.revision
                    && Some(&case.operation) == operation.as_ref()
                {
                    cases.add(case);
                }
            }
            let mut levels: BTreeMap<Level, LevelCounts> = BTreeMap::new();
            for summary in requirements.iter().filter(|summary| {
                summary.api == contract.api
                    && summary.revision == contract.revision
                    && summary.requirement.operation == operation
            }) {
                levels
                    .entry(summary.requirement.level)
                    .or_default()
                    .add(summary.verdict);
            }
            if operation.is_some() || !levels.is_empty() {
                summaries.push(OperationSummary {
                    api: contract.api.clone(),
                    revision: contract.revision.clone(),
                    operation,
                    cases,
                    levels,
                });
            }
        }
    }
    summaries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture;

    fn only(run: &Run, verdicts: &[Verdict]) -> Run {
        let mut run = run.clone();
        run.cases.retain(|case| verdicts.contains(&case.verdict));
        run.header.selected = run.cases.len();
        run
    }

    #[test]
    fn the_counts_are_those_of_the_cases() {
        let run = fixture::run();
        let summary = Summary::of(&run);
        assert_eq!(Some(summary.counts), run.footer.map(|footer| footer.counts));
        assert_eq!(summary.counts.total(), run.cases.len());
        let by_operation: usize = summary
            .operations
            .iter()
            .map(|operation| operation.cases.total())
            .sum();
        assert_eq!(by_operation, run.cases.len());
    }

    #[test]
    fn every_requirement_is_counted_in_one_row_and_one_level() {
        let summary = Summary::of(&fixture::run());
        let in_rows: usize = summary
            .operations
            .iter()
            .flat_map(|operation| operation.levels.values())
            .map(LevelCounts::total)
            .sum();
        assert_eq!(in_rows, summary.requirements.len());
        assert_eq!(
            summary.requirement_counts().total(),
            summary.requirements.len()
        );
        let in_levels: usize = summary.levels().values().map(LevelCounts::total).sum();
        assert_eq!(in_levels, summary.requirements.len());
    }

    #[test]
    fn two_revisions_of_an_api_are_counted_apart() {
        let mut run = fixture::run();
        let mut newer = run.header.contracts[0].clone();
        newer.revision = "9999-01".to_owned();
        let name = (newer.api.clone(), newer.revision.clone());
        run.header.contracts.push(newer);
        let of = |run: &Run, api: &str, revision: &str| {
            let summary = Summary::of(run);
            let rows = summary.operations.into_iter();
            let rows = rows.filter(|row| row.api == api && row.revision == revision);
            rows.map(|row| {
                (
                    row.cases.total(),
                    row.levels.values().map(LevelCounts::total).sum(),
                )
            })
            .fold(
                (0, 0),
                |(cases, levels): (usize, usize), row: (usize, usize)| {
                    (cases + row.0, levels + row.1)
                },
            )
        };
        let older = run.header.contracts[0].revision.clone();
        let cases = run.cases.iter().filter(|case| case.api == name.0).count();
        let requirements = run.header.contracts[0].requirements.len();
        assert_eq!(of(&run, &name.0, &older), (cases, requirements));
        assert_eq!(of(&run, &name.0, &name.1), (0, requirements));
    }

    #[test]
    fn the_exit_code_weighs_failure_before_error_before_nothing() {
        use Verdict::{Error, Fail, Pass, Skipped, Warning};
        let run = fixture::run();
        let code = |verdicts: &[Verdict]| Summary::of(&only(&run, verdicts)).exit_code;
        assert_eq!(code(&[Pass, Warning, Skipped]), 0);
        assert_eq!(code(&[Pass, Warning, Fail, Error, Skipped]), 1);
        assert_eq!(code(&[Pass, Error]), 2);
        assert_eq!(code(&[Skipped]), 2);
        assert_eq!(code(&[]), 2);
    }

    #[test]
    fn a_known_failure_fails_nothing_and_hides_nothing() {
        use Verdict::{Error, Fail, Pass};
        let known = |verdicts: &[Verdict], known: usize| {
            let mut run = only(&fixture::run(), verdicts);
            run.cases.retain(|case| case.known.is_none());
            run.header.selected = run.cases.len();
            let failing = run.cases.iter_mut().filter(|case| case.verdict == Fail);
            for case in failing.take(known) {
                case.known = Some("ticket 123".to_owned());
            }
            Summary::of(&run)
        };
        let all = known(&[Pass, Fail], 2);
        assert_eq!(
            (all.counts.known, all.counts.fail, all.exit_code),
            (2, 0, 0)
        );
        let one = known(&[Pass, Fail], 1);
        assert_eq!(
            (one.counts.known, one.counts.fail, one.exit_code),
            (1, 1, 1)
        );
        assert_eq!(known(&[Pass, Fail, Error], 2).exit_code, 2);
        let missed = |summary: &RequirementSummary| summary.verdict == Some(Fail);
        assert!(all.requirements.iter().any(missed), "it is still missed");
    }

    #[test]
    fn a_failure_where_nothing_was_accepted_is_that_of_the_credentials() {
        let run = fixture::run();
        let counts = Summary::of(&run).counts;
        let failing = run
            .cases
            .iter()
            .filter(|case| case.verdict == Verdict::Fail);
        let all: Vec<Unaccepted> = failing
            .map(|case| Unaccepted {
                contract: format!("{}/{}", case.api, case.revision),
                reason: String::new(),
                said: None,
            })
            .collect();
        assert_eq!(exit_code(&run, counts, true, &all), 2);
        let other = Unaccepted {
            contract: "other/1".to_owned(),
            reason: String::new(),
            said: None,
        };
        assert_eq!(exit_code(&run, counts, true, &[other]), 1);
    }

    #[test]
    fn a_run_that_only_observed_has_judged_nothing() {
        let mut run = only(&fixture::run(), &[Verdict::Pass]);
        for case in &mut run.cases {
            case.counted = false;
        }
        let summary = Summary::of(&run);
        assert_eq!(summary.exit_code, 2);
        assert!(!summary.judged);
    }

    #[test]
    fn a_run_that_did_not_end_is_never_conformant() {
        let good = only(&fixture::run(), &[Verdict::Pass]);
        let mut cut = good.clone();
        cut.footer = None;
        assert_eq!(Summary::of(&cut).exit_code, 2);
        let mut incomplete = good.clone();
        incomplete.header.selected += 1;
        assert_eq!(Summary::of(&incomplete).exit_code, 2);
        let mut interrupted = fixture::run();
        interrupted.footer.as_mut().unwrap().interrupted = true;
        assert_eq!(Summary::of(&interrupted).exit_code, 130);
    }

    #[test]
    fn an_erratum_is_told_once_with_all_that_was_seen_of_it() {
        let summary = Summary::of(&fixture::run());
        let ids: Vec<&str> = summary
            .errata
            .iter()
            .map(|summary| summary.erratum.id.as_str())
            .collect();
        assert_eq!(ids, ["MS-E01", "MS-E02", "SM-E01"]);
        let readings = &summary.errata[2].observations;
        assert_eq!(readings.len(), 1);
        assert_eq!(readings[0].cases.len(), 1);
    }

    #[test]
    fn a_skip_names_the_requirements_that_have_no_verdict_for_it() {
        let summary = Summary::of(&fixture::run());
        assert_eq!(summary.skips.len(), 1);
        assert_eq!(summary.skips[0].cases, ["smh/batch-delete/documented/task"]);
        assert_eq!(summary.skips[0].not_judged, ["SM-BD-10"]);
    }
}
