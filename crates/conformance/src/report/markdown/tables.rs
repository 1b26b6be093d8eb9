//! The tables of the Markdown report: operations by level, errata, what was skipped, requirements.

use contract::Level;

use super::escape::{prose, text};
use super::put;
use crate::report::headline::number;
use crate::report::standing::{Standing, figures};
use crate::report::view::{cases, operation_name};
use crate::run::{LevelCounts, Run, Summary, Verdict};

/// Of a longer list of cases or observations, so many are shown.
const SHOWN: usize = 10;

pub(super) fn operations(out: &mut String, summary: &Summary) {
    if summary.operations.is_empty() {
        return;
    }
    let missing = summary.requirement_counts();
    out.push_str("| operation | MUST | SHOULD | MAY | cases |\n| --- | --- | --- | --- | --- |\n");
    for of in &summary.operations {
        let name = operation_name(&of.api, &of.revision, of.operation.as_deref());
        put(out, format_args!("| {} |", text(&name)));
        for level in [Level::Must, Level::Should, Level::May] {
            put(
                out,
                format_args!(" {} |", of.levels.get(&level).map_or(String::new(), cell)),
            );
        }
        put(out, format_args!(" {} |\n", figures(of.cases)));
    }
    if missing.not_judged > 0 {
        let (not_judged, total) = (missing.not_judged, missing.total());
        put(
            out,
            format_args!("\n{not_judged} of {total} requirements were not judged.\n"),
        );
    }
    out.push('\n');
}

fn cell(counts: &LevelCounts) -> String {
    let parts: Vec<String> = [
        (counts.fail, "**missed**"),
        (counts.warning, "warned"),
        (counts.pass, "kept"),
        (counts.not_judged, "not judged"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    parts.join(", ")
}

pub(super) fn errata(out: &mut String, summary: &Summary) {
    if summary.errata.is_empty() {
        return;
    }
    out.push_str(
        "## Errata observed\n\n| erratum | the documentation | observed |\n| --- | --- | --- |\n",
    );
    for of in &summary.errata {
        let mut seen: Vec<String> = of
            .observations
            .iter()
            .take(SHOWN)
            .map(|seen| {
                let cases = number(seen.cases.len(), "case", "cases");
                format!("{} (in {cases})", text(&seen.actual))
            })
            .collect();
        seen.extend(more(of.observations.len()));
        let (id, statement) = (text(&of.erratum.id), prose(&of.erratum.statement));
        put(
            out,
            format_args!("| {id} | {statement} | {} |\n", seen.join("<br>")),
        );
    }
    out.push('\n');
}

pub(super) fn skipped(out: &mut String, summary: &Summary) {
    if summary.skips.is_empty() {
        return;
    }
    out.push_str(
        "## Skipped\n\n| cases | reason | not judged for that reason |\n| --- | --- | --- |\n",
    );
    for skip in &summary.skips {
        let reason = if skip.reason.is_empty() {
            "no reason given"
        } else {
            &skip.reason
        };
        let ids: Vec<String> = skip.not_judged.iter().map(|id| text(id)).collect();
        let shown = skip.cases.iter().take(SHOWN);
        let mut cases: Vec<String> = shown.map(|id| text(id)).collect();
        cases.extend(more(skip.cases.len()));
        put(
            out,
            format_args!(
                "| {} | {} | {} |\n",
                cases.join("<br>"),
                prose(reason),
                ids.join(" ")
            ),
        );
    }
    out.push('\n');
}

/// The known failures, a row each: somebody has looked at them already.
pub(super) fn known(out: &mut String, run: &Run) {
    let views = cases(run, Standing::Known);
    if views.is_empty() {
        return;
    }
    out.push_str("## Known failures\n\n| known failure | reason |\n| --- | --- |\n");
    for view in views {
        let reason = view.case.known.as_deref().unwrap_or_default();
        let (id, reason) = (text(&view.case.id), prose(reason));
        put(out, format_args!("| {id} | {reason} |\n"));
    }
    out.push('\n');
}

/// How many of a list are not shown.
fn more(count: usize) -> Option<String> {
    let more = count.checked_sub(SHOWN + 1)?;
    Some(format!("and {} more", more + 1))
}

pub(super) fn requirements(out: &mut String, summary: &Summary) {
    if summary.requirements.is_empty() {
        return;
    }
    let counts = summary.requirement_counts();
    put(
        out,
        format_args!(
            "<details>\n<summary>Requirements: {} of {} judged</summary>\n\n",
            counts.judged(),
            counts.total()
        ),
    );
    out.push_str("| requirement | level | verdict | promise | source | cases |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- |\n");
    for of in &summary.requirements {
        let requirement = &of.requirement;
        let verdict = match of.verdict {
            Some(Verdict::Pass) => "kept",
            Some(Verdict::Warning) => "warned",
            Some(Verdict::Fail) => "**missed**",
            _ => "not judged",
        };
        let source = format!(
            "{}, {}",
            requirement.source.document, requirement.source.section
        );
        put(
            out,
            format_args!(
                "| {} | {} | {verdict} | {} | {} | {} |\n",
                text(&format!("{} {}/{}", requirement.id, of.api, of.revision)),
                requirement.level,
                prose(&requirement.statement),
                text(&source),
                of.cases.len()
            ),
        );
    }
    out.push_str("\n</details>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Verdict, fixture};

    #[test]
    fn that_all_was_judged_is_not_told() {
        let mut summary = Summary::of(&fixture::crowded(1, 1));
        let told = |summary: &Summary| {
            let mut out = String::new();
            operations(&mut out, summary);
            out
        };
        assert!(told(&summary).contains("requirements were not judged"));
        for of in &mut summary.requirements {
            of.verdict = Some(Verdict::Pass);
        }
        assert!(!told(&summary).contains("requirements were not judged"));
    }

    #[test]
    fn the_rest_of_a_list_is_counted() {
        assert_eq!(more(SHOWN), None);
        assert_eq!(more(SHOWN + 1).as_deref(), Some("and 1 more"));
        assert_eq!(more(SHOWN + 5).as_deref(), Some("and 5 more"));
    }
}
