//! What the templates show, as plain data.

use std::collections::BTreeSet;

use contract::Level;
use serde::Serialize;

use super::anchors::Anchors;
use super::requirements::{RequirementGroup, requirements};
use crate::report::headline::{duration, headline, number};
use crate::report::standing::{Standing, counted, kinds};
use crate::report::view::operation_name;
use crate::run::{CaseRecord, Counts, LevelCounts, OperationSummary, Run, Summary};
use crate::snapshot::Comparison;

/// Of a longer list of skipped cases or observations, so many are shown.
const SHOWN: usize = 20;

#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    verdict: &'static str,
    tone: String,
    sentence: String,
    cut_short: Option<&'a str>,
    tool: String,
    target: &'a str,
    base_url: &'a str,
    seed: u64,
    strict: bool,
    duration: Option<String>,
    cases_in_all: String,
    kinds: String,
    figures: Vec<Figure>,
    contracts: Vec<Contract<'a>>,
    levels: Vec<LevelCell>,
    operations: Vec<Operation<'a>>,
    errata: Vec<Erratum<'a>>,
    skips: Vec<Skip<'a>>,
    requirements: Vec<RequirementGroup<'a>>,
    requirements_judged: usize,
    requirements_in_all: usize,
    snapshots: Option<Snapshots>,
    filter: Filter<'a>,
}

/// What a reader can choose from.
#[derive(Debug, Serialize)]
struct Filter<'a> {
    kinds: BTreeSet<String>,
    operations: BTreeSet<String>,
    requirements: BTreeSet<&'a str>,
}

#[derive(Debug, Serialize)]
struct Figure {
    count: usize,
    word: &'static str,
    tone: String,
    list: &'static str,
}

#[derive(Debug, Serialize)]
struct Contract<'a> {
    api: &'a str,
    revision: &'a str,
    title: &'a str,
    checksum: String,
}

#[derive(Debug, Serialize)]
struct LevelCell {
    level: String,
    kept: usize,
    warned: usize,
    missed: usize,
    not_judged: usize,
    total: usize,
}

#[derive(Debug, Serialize)]
struct Operation<'a> {
    api: &'a str,
    revision: &'a str,
    name: Option<&'a str>,
    method: &'a str,
    path: &'a str,
    cases: Vec<Figure>,
    levels: Vec<LevelCell>,
}

#[derive(Debug, Serialize)]
struct Erratum<'a> {
    id: &'a str,
    contract: String,
    statement: &'a str,
    reading: &'a str,
    observations: Vec<Seen<'a>>,
}

#[derive(Debug, Serialize)]
struct Seen<'a> {
    message: &'static str,
    actual: &'a str,
    cases: String,
}

#[derive(Debug, Serialize)]
struct Skip<'a> {
    reason: &'a str,
    cases: &'a [String],
    more: usize,
    not_judged: &'a [String],
}

#[derive(Debug, Serialize)]
struct Snapshots {
    same: usize,
    accepted: bool,
    drifts: Vec<Drift>,
    stale: Vec<String>,
    unseen: usize,
}

#[derive(Debug, Serialize)]
struct Drift {
    case: String,
    contract: String,
    word: &'static str,
    path: String,
    lines: Vec<(&'static str, String)>,
    more: usize,
}

/// Everything but the cases.
pub(super) fn page<'a>(run: &'a Run, summary: &'a Summary, anchors: &Anchors<'_>) -> Page<'a> {
    let headline = headline(run, summary);
    let counts = summary.requirement_counts();
    let header = &run.header;
    Page {
        verdict: headline.verdict,
        tone: headline.tone.to_string(),
        sentence: headline.sentence,
        cut_short: summary.cut_short.as_deref(),
        tool: format!("{} {}", header.tool.name, header.tool.version),
        target: &header.target.name,
        base_url: &header.target.base_url,
        seed: header.seed,
        strict: header.strict,
        duration: run
            .footer
            .as_ref()
            .map(|footer| duration(footer.duration_us)),
        cases_in_all: number(summary.counts.total(), "case", "cases"),
        kinds: kinds(run),
        figures: figures(run, summary.counts),
        contracts: header
            .contracts
            .iter()
            .map(|contract| Contract {
                api: &contract.api,
                revision: &contract.revision,
                title: &contract.title,
                checksum: contract.checksum.chars().take(12).collect(),
            })
            .collect(),
        levels: [Level::Must, Level::Should, Level::May]
            .into_iter()
            .map(|level| {
                let counts = summary.levels().get(&level).copied().unwrap_or_default();
                level_cell(level, counts)
            })
            .collect(),
        operations: summary
            .operations
            .iter()
            .map(|of| operation(run, of))
            .collect(),
        errata: errata(summary),
        skips: summary
            .skips
            .iter()
            .map(|skip| Skip {
                reason: &skip.reason,
                cases: &skip.cases[..skip.cases.len().min(SHOWN)],
                more: skip.cases.len().saturating_sub(SHOWN),
                not_judged: &skip.not_judged,
            })
            .collect(),
        requirements: requirements(run, summary, anchors),
        requirements_judged: counts.judged(),
        requirements_in_all: counts.total(),
        snapshots: summary.snapshots.as_ref().map(snapshots),
        filter: filter(run),
    }
}

fn filter(run: &Run) -> Filter<'_> {
    let operation =
        |case: &CaseRecord| operation_name(&case.api, &case.revision, Some(&case.operation));
    Filter {
        kinds: run.cases.iter().map(|case| case.kind.to_string()).collect(),
        operations: run.cases.iter().map(operation).collect(),
        requirements: run
            .cases
            .iter()
            .flat_map(|case| {
                let found = case.findings.iter();
                let found = found.filter_map(|of| of.finding.requirement.as_ref());
                case.covers.iter().chain(found)
            })
            .map(String::as_str)
            .collect(),
    }
}

fn figures(run: &Run, counts: Counts) -> Vec<Figure> {
    // The list that a figure leads to; the flaky cases are counted with the warnings, those that
    // only observe with what passed.
    let list = |standing| {
        let lists = match standing {
            Standing::Warning => [Standing::Warning, Standing::Flaky],
            Standing::Passed => [Standing::Passed, Standing::Observed],
            other => [other, other],
        };
        let there = |of: &Standing| run.cases.iter().any(|case| Standing::of(case) == *of);
        lists.into_iter().find(there).unwrap_or(standing)
    };
    counted(counts)
        .into_iter()
        .map(|figure| Figure {
            count: figure.count,
            word: figure.word,
            tone: figure.standing.tone().to_string(),
            list: list(figure.standing).word(),
        })
        .collect()
}

fn snapshots(comparison: &Comparison) -> Snapshots {
    /// More lines of one difference are only counted.
    const LINES: usize = 100;
    let drifts = comparison.drifts.iter().map(|drift| {
        let lines = drift.diff.lines().map(|line| {
            let tone = match line.as_bytes().first() {
                Some(b'+') => "pass",
                Some(b'-') => "fail",
                _ => "same",
            };
            (tone, line.to_owned())
        });
        Drift {
            case: drift.case.clone(),
            contract: drift.contract.clone(),
            word: drift.kind.word(),
            path: drift.path.display().to_string(),
            lines: lines.take(LINES).collect(),
            more: drift.diff.lines().count().saturating_sub(LINES),
        }
    });
    Snapshots {
        same: comparison.same,
        accepted: comparison.accepted,
        drifts: drifts.collect(),
        stale: comparison
            .stale
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
        unseen: comparison.unseen,
    }
}

fn level_cell(level: Level, counts: LevelCounts) -> LevelCell {
    LevelCell {
        level: level.to_string(),
        kept: counts.pass,
        warned: counts.warning,
        missed: counts.fail,
        not_judged: counts.not_judged,
        total: counts.total(),
    }
}

fn operation<'a>(run: &'a Run, of: &'a OperationSummary) -> Operation<'a> {
    let record = run
        .header
        .contracts
        .iter()
        .filter(|contract| contract.api == of.api && contract.revision == of.revision)
        .flat_map(|contract| &contract.operations)
        .find(|record| Some(&record.id) == of.operation.as_ref());
    Operation {
        api: &of.api,
        revision: &of.revision,
        name: of.operation.as_deref(),
        method: record.map_or("", |record| &record.method),
        path: record.map_or("", |record| &record.path),
        cases: figures(run, of.cases),
        levels: [Level::Must, Level::Should, Level::May]
            .into_iter()
            .map(|level| level_cell(level, of.levels.get(&level).copied().unwrap_or_default()))
            .collect(),
    }
}

fn errata(summary: &Summary) -> Vec<Erratum<'_>> {
    summary
        .errata
        .iter()
        .map(|of| Erratum {
            id: &of.erratum.id,
            contract: format!("{}/{}", of.api, of.revision),
            statement: &of.erratum.statement,
            reading: &of.erratum.reading,
            observations: of
                .observations
                .iter()
                .take(SHOWN)
                .map(|seen| Seen {
                    message: match seen.message {
                        contract::Message::Request => "request",
                        contract::Message::Response => "response",
                    },
                    actual: &seen.actual,
                    cases: number(seen.cases.len(), "case", "cases"),
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Verdict, fixture};
    use crate::snapshot::DriftKind;

    #[test]
    fn what_came_and_what_went_are_told_apart() {
        let snapshots = snapshots(&fixture::comparison(&[DriftKind::Changed]));
        let tones: Vec<&str> = snapshots.drifts[0]
            .lines
            .iter()
            .map(|line| line.0)
            .collect();
        // What came holds a line feed, so the last one is the rest of it.
        assert_eq!(tones, ["same", "same", "fail", "pass", "same"]);
    }

    #[test]
    fn a_figure_leads_to_a_list_that_there_is() {
        let list = |verdict, retried| {
            let mut run = fixture::crowded(1, 1);
            run.cases[0].verdict = verdict;
            run.cases[0].retried = retried;
            let counts = Summary::of(&run).counts;
            let figures = figures(&run, counts);
            let figure = figures.iter().find(|figure| figure.count > 0);
            figure.expect("there is a case").list
        };
        assert_eq!(list(Verdict::Warning, None), Standing::Warning.word());
        assert_eq!(
            list(Verdict::Warning, Some(Verdict::Pass)),
            Standing::Flaky.word()
        );
        assert_eq!(list(Verdict::Fail, None), Standing::Failed.word());
    }

    #[test]
    fn an_operation_is_the_one_of_its_own_revision() {
        let mut run = fixture::crowded(1, 1);
        let summary = Summary::of(&run);
        let of = summary
            .operations
            .iter()
            .find(|of| of.operation.is_some() && of.api == run.cases[0].api);
        let of = of.expect("one operation").clone();
        let mut older = run.header.contracts[0].clone();
        older.revision = "2000-01".to_owned();
        for operation in &mut older.operations {
            operation.path = "/old".to_owned();
        }
        run.header.contracts.insert(0, older);
        let operation = operation(&run, &of);
        assert!(operation.path.starts_with('/') && operation.path != "/old");
    }
}
