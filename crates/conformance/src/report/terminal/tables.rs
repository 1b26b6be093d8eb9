//! The tables of the terminal report: operations by level, errata, what was skipped, and what
//! nobody judged.

use std::collections::BTreeMap;

use contract::Level;

use super::{BOLD, DIM, put, tone};
use crate::report::headline::number;
use crate::report::standing::figures;
use crate::report::untrusted::{one_line, short_line};
use crate::report::view::operation_name;
use crate::run::{Counts, LevelCounts, Summary, Verdict};

const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];
/// Longer texts are cut.
const VALUE: usize = 300;
/// Of a longer list of cases or observations, so many are shown.
const SHOWN: usize = 10;
/// Lists of ids are broken at this width.
const WIDTH: usize = 96;

/// Requirements by operation and level.
pub(super) fn operations(out: &mut String, summary: &Summary) {
    if summary.operations.is_empty() {
        return;
    }
    let title = "Requirements by operation and level";
    let head = format!(
        "{title:<40}{:>8}{:>8}{:>8}{:>12}",
        "kept", "warned", "missed", "not judged"
    );
    put(out, format_args!("{BOLD}{head}{BOLD:#}\n"));
    for operation in &summary.operations {
        let name = operation_name(
            &operation.api,
            &operation.revision,
            operation.operation.as_deref(),
        );
        let cases = if operation.operation.is_some() {
            cases(operation.cases)
        } else {
            String::new()
        };
        put(
            out,
            format_args!("{}{DIM}{cases}{DIM:#}\n", one_line(&name)),
        );
        for level in LEVELS {
            if let Some(counts) = operation.levels.get(&level) {
                level_row(out, &level.to_string(), *counts);
            }
        }
    }
    put(out, format_args!("{BOLD}all{BOLD:#}\n"));
    let levels = summary.levels();
    for level in LEVELS {
        if let Some(counts) = levels.get(&level) {
            level_row(out, &level.to_string(), *counts);
        }
    }
    out.push('\n');
}

fn level_row(out: &mut String, level: &str, counts: LevelCounts) {
    put(out, format_args!("  {level:<38}"));
    for (count, width, verdict) in [
        (counts.pass, 8, Some(Verdict::Pass)),
        (counts.warning, 8, Some(Verdict::Warning)),
        (counts.fail, 8, Some(Verdict::Fail)),
        (counts.not_judged, 12, None),
    ] {
        let style = match verdict {
            _ if count == 0 => DIM,
            Some(verdict) => tone(verdict),
            None => anstyle::Style::new(),
        };
        put(out, format_args!("{style}{count:>width$}{style:#}"));
    }
    out.push('\n');
}

fn cases(counts: Counts) -> String {
    if counts.total() == 0 {
        "  no cases".to_owned()
    } else {
        format!("  cases: {}", figures(counts))
    }
}

/// Which reading of each contradiction the implementation follows.
pub(super) fn errata(out: &mut String, summary: &Summary) {
    if summary.errata.is_empty() {
        return;
    }
    put(out, format_args!("{BOLD}Errata observed{BOLD:#}\n"));
    for of in &summary.errata {
        let erratum = &of.erratum;
        put(
            out,
            format_args!(
                "  {BOLD}{}{BOLD:#} {}\n",
                one_line(&erratum.id),
                one_line(&erratum.statement)
            ),
        );
        if !erratum.reading.is_empty() {
            put(
                out,
                format_args!(
                    "    {DIM}reading used: {}{DIM:#}\n",
                    one_line(&erratum.reading)
                ),
            );
        }
        for seen in of.observations.iter().take(SHOWN) {
            let message = match seen.message {
                contract::Message::Request => "request",
                contract::Message::Response => "response",
            };
            put(
                out,
                format_args!(
                    "    {message}: {} (in {})\n",
                    short_line(&seen.actual, VALUE),
                    number(seen.cases.len(), "case", "cases"),
                ),
            );
        }
        more(out, of.observations.len());
    }
    out.push('\n');
}

/// How many of a list were not shown.
fn more(out: &mut String, count: usize) {
    if let Some(more) = count.checked_sub(SHOWN + 1) {
        put(out, format_args!("    {DIM}and {} more{DIM:#}\n", more + 1));
    }
}

/// What was skipped and why.
pub(super) fn skipped(out: &mut String, summary: &Summary) {
    if summary.skips.is_empty() {
        return;
    }
    put(out, format_args!("{BOLD}Skipped{BOLD:#}\n"));
    for skip in &summary.skips {
        let reason = if skip.reason.is_empty() {
            "no reason given"
        } else {
            &skip.reason
        };
        let cases = number(skip.cases.len(), "case", "cases");
        put(
            out,
            format_args!("  {cases}: {}\n", short_line(reason, VALUE)),
        );
        for id in skip.cases.iter().take(SHOWN) {
            put(out, format_args!("    {}\n", one_line(id)));
        }
        more(out, skip.cases.len());
        if !skip.not_judged.is_empty() {
            let ids: Vec<String> = skip.not_judged.iter().map(|id| one_line(id)).collect();
            put(
                out,
                format_args!("    not judged for that reason: {}\n", ids.join(" ")),
            );
        }
    }
    out.push('\n');
}

/// The requirements without a verdict, counted and named.
pub(super) fn not_judged(out: &mut String, summary: &Summary) {
    let counts = summary.requirement_counts();
    if counts.not_judged == 0 {
        return;
    }
    let (missing, all) = (counts.not_judged, counts.total());
    put(
        out,
        format_args!("{BOLD}Not judged{BOLD:#}: {missing} of {all} requirements\n"),
    );
    let mut by_place: BTreeMap<(String, std::cmp::Reverse<Level>), Vec<String>> = BTreeMap::new();
    for of in summary
        .requirements
        .iter()
        .filter(|of| of.verdict.is_none())
    {
        let requirement = &of.requirement;
        let name = operation_name(&of.api, &of.revision, requirement.operation.as_deref());
        by_place
            .entry((name, std::cmp::Reverse(requirement.level)))
            .or_default()
            .push(one_line(&requirement.id));
    }
    for ((name, level), ids) in by_place {
        put(
            out,
            format_args!("  {} {DIM}{}{DIM:#}\n", one_line(&name), level.0),
        );
        let mut line = String::new();
        for id in ids {
            if !line.is_empty() && line.len() + id.len() >= WIDTH {
                put(out, format_args!("   {line}\n"));
                line.clear();
            }
            line.push(' ');
            line.push_str(&id);
        }
        put(out, format_args!("   {line}\n"));
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::run::fixture;

    #[rstest]
    #[case(SHOWN, "")]
    #[case(SHOWN + 1, "and 1 more")]
    #[case(SHOWN + 5, "and 5 more")]
    fn the_rest_of_a_list_is_counted(#[case] count: usize, #[case] told: &str) {
        let mut out = String::new();
        more(&mut out, count);
        assert_eq!(out.is_empty(), told.is_empty());
        assert!(out.contains(told), "{out}");
    }

    #[test]
    fn a_count_of_none_is_dimmed() {
        let mut out = String::new();
        let counts = LevelCounts {
            pass: 2,
            ..LevelCounts::default()
        };
        level_row(&mut out, "MUST", counts);
        let pass = tone(Verdict::Pass);
        assert!(out.contains(&format!("{pass}       2{pass:#}")), "{out:?}");
        assert_eq!(
            out.matches(&format!("{DIM}       0{DIM:#}")).count(),
            2,
            "{out:?}"
        );
        assert!(
            out.contains(&format!("{DIM}           0{DIM:#}")),
            "{out:?}"
        );
    }

    #[test]
    fn many_ids_go_to_lines_of_a_width() {
        let mut summary = Summary::of(&fixture::run());
        let mut model = summary.requirements[0].clone();
        model.verdict = None;
        summary.requirements = (0..40)
            .map(|number| {
                model.requirement.id = format!("REQUIREMENT-{number:02}");
                model.clone()
            })
            .collect();
        let mut out = String::new();
        not_judged(&mut out, &summary);
        let lines: Vec<&str> = out
            .lines()
            .filter(|line| line.contains("REQUIREMENT"))
            .collect();
        let each = lines[0].matches("REQUIREMENT").count();
        // As many as fit, each with a blank before it.
        assert_eq!(each, (WIDTH - 1) / " REQUIREMENT-00".len());
        assert!(
            lines[0].starts_with("    REQUIREMENT-00 REQUIREMENT-01"),
            "{out}"
        );
        assert_eq!(out.matches("REQUIREMENT").count(), 40);
        assert!(
            lines
                .iter()
                .rev()
                .skip(1)
                .all(|line| line.len() == lines[0].len()),
            "{out}"
        );
    }
}
