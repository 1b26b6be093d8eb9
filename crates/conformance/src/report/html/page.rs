//! What the templates show, as plain data.

use contract::Level;
use serde::Serialize;

use crate::report::headline::{counted, duration, headline, number, verdict_word};
use crate::run::{LevelCounts, OperationSummary, RequirementSummary, Run, Summary, Verdict};

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
    figures: Vec<Figure>,
    contracts: Vec<Contract<'a>>,
    levels: Vec<LevelCell>,
    operations: Vec<Operation<'a>>,
    errata: Vec<Erratum<'a>>,
    skips: Vec<Skip<'a>>,
    requirements: Vec<Requirement<'a>>,
    requirements_judged: usize,
    requirements_in_all: usize,
}

#[derive(Debug, Serialize)]
struct Figure {
    count: usize,
    word: &'static str,
    tone: String,
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
    not_judged: &'a [String],
}

#[derive(Debug, Serialize)]
struct Requirement<'a> {
    id: &'a str,
    anchor: String,
    contract: String,
    level: String,
    verdict: &'static str,
    tone: &'static str,
    statement: &'a str,
    source: String,
    errata: &'a [String],
    cases: Vec<Reference<'a>>,
}

/// A link to a case.
#[derive(Debug, Serialize)]
pub(super) struct Reference<'a> {
    pub(super) id: &'a str,
    pub(super) anchor: String,
}

/// Everything but the cases.
pub(super) fn page<'a>(run: &'a Run, summary: &'a Summary) -> Page<'a> {
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
        figures: figures(&counted(summary.counts)),
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
                cases: &skip.cases,
                not_judged: &skip.not_judged,
            })
            .collect(),
        requirements: summary.requirements.iter().map(requirement).collect(),
        requirements_judged: counts.judged(),
        requirements_in_all: counts.total(),
    }
}

fn figures(counted: &[(Verdict, usize)]) -> Vec<Figure> {
    counted
        .iter()
        .map(|&(verdict, count)| Figure {
            count,
            word: verdict_word(verdict, count),
            tone: verdict.to_string(),
        })
        .collect()
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
        cases: figures(&counted(of.cases)),
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

fn requirement(of: &RequirementSummary) -> Requirement<'_> {
    let requirement = &of.requirement;
    let (verdict, tone) = match of.verdict {
        Some(Verdict::Pass) => ("kept", "pass"),
        Some(Verdict::Warning) => ("warned", "warning"),
        Some(Verdict::Fail) => ("missed", "fail"),
        _ => ("not judged", "none"),
    };
    Requirement {
        id: &requirement.id,
        anchor: anchor("r", [&of.api, &of.revision, &requirement.id]),
        contract: format!("{}/{}", of.api, of.revision),
        level: requirement.level.to_string(),
        verdict,
        tone,
        statement: &requirement.statement,
        source: format!(
            "{}, {}",
            requirement.source.document, requirement.source.section
        ),
        errata: &of.errata,
        cases: of
            .cases
            .iter()
            .map(|id| Reference {
                id,
                anchor: anchor("c", [&of.api, &of.revision, id]),
            })
            .collect(),
    }
}

/// A name for a link within the page, of characters that need no escaping anywhere.
pub(super) fn anchor<const N: usize>(kind: &str, parts: [&str; N]) -> String {
    let mut anchor = kind.to_owned();
    for part in parts {
        anchor.push('-');
        anchor.extend(part.chars().map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') {
                c
            } else {
                '-'
            }
        }));
    }
    anchor
}
