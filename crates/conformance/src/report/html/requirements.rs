//! What the template shows of the requirements: those that are missed first, with the cases that
//! found it, and those that are kept folded.

use std::collections::BTreeMap;

use serde::Serialize;

use super::anchors::{self, Anchors, Reference};
use crate::run::{CaseRecord, RequirementSummary, Run, Summary, Verdict, effect};

/// Of the cases of one requirement, so many are linked to.
const LINKED: usize = 20;

/// Of those that found it missed, so many are not folded.
const SEEN: usize = 3;

/// The requirements with one verdict.
#[derive(Debug, Serialize)]
pub(super) struct RequirementGroup<'a> {
    word: &'static str,
    tone: &'static str,
    open: bool,
    rows: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    anchor: String,
    contract: String,
    level: String,
    statement: &'a str,
    source: String,
    no_case: Option<&'a str>,
    errata: &'a [String],
    /// The first of those that found it missed.
    missed_in: Vec<Reference<'a>>,
    /// The others that have to do with it, folded; those that found it missed come first.
    cases: Vec<Reference<'a>>,
    /// How many of both are not linked to.
    more: usize,
    in_all: usize,
}

/// The requirements by verdict, those that matter most first.
pub(super) fn requirements<'a>(
    run: &'a Run,
    summary: &'a Summary,
    anchors: &Anchors<'_>,
) -> Vec<RequirementGroup<'a>> {
    let found = found(run);
    [
        (Some(Verdict::Fail), "missed", "fail"),
        (Some(Verdict::Warning), "warned", "warning"),
        (None, "not judged", "none"),
        (Some(Verdict::Pass), "kept", "pass"),
    ]
    .into_iter()
    .map(|(verdict, word, tone)| RequirementGroup {
        word,
        tone,
        open: verdict != Some(Verdict::Pass),
        rows: summary
            .requirements
            .iter()
            .filter(|of| of.verdict == verdict)
            .map(|of| row(of, &found, anchors))
            .collect(),
    })
    .filter(|group| !group.rows.is_empty())
    .collect()
}

/// Ids of the counted cases in which something about a requirement counts, by contract and
/// requirement.
type Found<'a> = BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a str>>;

fn found(run: &Run) -> Found<'_> {
    let mut found = Found::new();
    for case in run.cases.iter().filter(|case| case.counted) {
        for of in &case.findings {
            let counts = effect(case, &of.finding, run.header.strict).is_some();
            if let (true, Some(id)) = (counts, &of.finding.requirement) {
                let cases = found.entry(key(case, id)).or_default();
                if cases.last() != Some(&case.id.as_str()) {
                    cases.push(&case.id);
                }
            }
        }
    }
    found
}

fn key<'a>(case: &'a CaseRecord, requirement: &'a str) -> (&'a str, &'a str, &'a str) {
    (&case.api, &case.revision, requirement)
}

fn row<'a>(of: &'a RequirementSummary, found: &Found<'a>, anchors: &Anchors<'_>) -> Row<'a> {
    let requirement = &of.requirement;
    let (api, revision) = (of.api.as_str(), of.revision.as_str());
    let missed = found.get(&(api, revision, requirement.id.as_str()));
    let missed = missed.map(Vec::as_slice).unwrap_or_default();
    let others = of.cases.iter().map(String::as_str);
    let others = others.filter(|id| !missed.contains(id));
    let mut links = missed
        .iter()
        .copied()
        .chain(others)
        .filter_map(|id| {
            let anchor = anchors.named(api, revision, id)?;
            Some(Reference { id, anchor })
        })
        .take(LINKED);
    let missed_in: Vec<_> = links.by_ref().take(missed.len().min(SEEN)).collect();
    let cases: Vec<_> = links.collect();
    Row {
        id: &requirement.id,
        anchor: anchors::requirement(api, revision, &requirement.id),
        contract: format!("{api}/{revision}"),
        level: requirement.level.to_string(),
        statement: &requirement.statement,
        source: format!(
            "{}, {}",
            requirement.source.document, requirement.source.section
        ),
        no_case: requirement.no_case.as_deref(),
        errata: &of.errata,
        more: of.cases.len().saturating_sub(missed_in.len() + cases.len()),
        missed_in,
        cases,
        in_all: of.cases.len(),
    }
}
