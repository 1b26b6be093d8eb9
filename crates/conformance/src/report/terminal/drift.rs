//! The responses that are not as their snapshots, in the terminal report.

use anstyle::AnsiColor;

use super::{BOLD, DIM, put, tone};
use crate::report::headline::number;
use crate::report::untrusted::{one_line, short_line};
use crate::run::Verdict;
use crate::snapshot::{Comparison, Drift, DriftKind};

/// Of one difference, so many lines are shown; the file has them all.
const LINES: usize = 40;
/// Longer lines are cut.
const LINE: usize = 200;

pub(super) fn write(out: &mut String, comparison: &Comparison) {
    let Comparison {
        drifts,
        stale,
        unseen,
        accepted,
        ..
    } = comparison;
    if drifts.is_empty() && stale.is_empty() && *unseen == 0 {
        return;
    }
    put(out, format_args!("{BOLD}Snapshots{BOLD:#}\n"));
    for drift in drifts {
        if *accepted {
            let path = drift.path.display().to_string();
            let (word, path) = (drift.kind.word(), one_line(&path));
            put(out, format_args!("  accepted ({word}): {path}\n"));
        } else {
            one(out, drift);
        }
    }
    for path in stale {
        let path = one_line(&path.display().to_string());
        let told = if *accepted { "removed" } else { "stale" };
        put(
            out,
            format_args!("  {told}: no case has the snapshot {path}\n"),
        );
    }
    if *unseen > 0 {
        let cases = number(*unseen, "case", "cases");
        let told = "gave no response to compare with the snapshot";
        put(out, format_args!("  {cases} {told}\n"));
    }
    if comparison.has_drifted() {
        let told = "--accept takes the responses over; `cargo insta review` asks for each";
        put(out, format_args!("  {DIM}{told}{DIM:#}\n"));
    }
    out.push('\n');
}

fn one(out: &mut String, drift: &Drift) {
    let style = tone(Verdict::Fail).bold();
    let word = match drift.kind {
        DriftKind::New => "NEW",
        DriftKind::Changed => "CHANGED",
    };
    let id = one_line(&drift.case);
    let contract = one_line(&drift.contract);
    let path = one_line(&drift.path.display().to_string());
    put(
        out,
        format_args!("  {style}{word}{style:#} {BOLD}{id}{BOLD:#} {DIM}{contract}{DIM:#}\n"),
    );
    put(out, format_args!("    {path}.new\n"));
    let lines: Vec<&str> = drift.diff.lines().collect();
    for line in lines.iter().take(LINES) {
        let style = match line.as_bytes().first() {
            Some(b'+') => AnsiColor::Green.on_default(),
            Some(b'-') => AnsiColor::Red.on_default(),
            Some(b'@') => DIM,
            _ => anstyle::Style::new(),
        };
        let line = short_line(line, LINE);
        put(out, format_args!("    {style}{line}{style:#}\n"));
    }
    if let Some(more) = lines.len().checked_sub(LINES + 1) {
        put(
            out,
            format_args!("    {DIM}{} more lines{DIM:#}\n", more + 1),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rstest::rstest;

    use super::*;

    fn told(comparison: &Comparison) -> String {
        let mut out = String::new();
        write(&mut out, comparison);
        out
    }

    fn drifted(diff: &str) -> Comparison {
        Comparison {
            drifts: vec![Drift {
                case: "smh/task/documented/200".to_owned(),
                contract: "smh/2026-01".to_owned(),
                path: PathBuf::from("a.snap"),
                kind: DriftKind::Changed,
                diff: diff.to_owned(),
            }],
            ..Comparison::default()
        }
    }

    fn stale() -> Comparison {
        Comparison {
            stale: vec![PathBuf::from("old.snap")],
            ..Comparison::default()
        }
    }

    fn unseen() -> Comparison {
        Comparison {
            unseen: 2,
            ..Comparison::default()
        }
    }

    #[rstest]
    #[case::nothing(Comparison::default(), "")]
    #[case::a_drift(drifted("+a"), "CHANGED")]
    #[case::a_stale_one(stale(), "  stale: no case has the snapshot old.snap\n")]
    #[case::an_unseen_one(unseen(), "  2 cases gave no response to compare with the snapshot\n")]
    fn each_kind_alone_has_a_section(#[case] comparison: Comparison, #[case] says: &str) {
        let told = told(&comparison);
        assert!(told.contains(says), "{told}");
        assert_eq!(told.contains("Snapshots"), !says.is_empty());
        assert_eq!(told.contains("cases gave"), comparison.unseen > 0, "{told}");
    }

    #[test]
    fn what_came_and_what_went_are_told_apart_by_colour() {
        let told = told(&drifted("@@ -1 +1 @@\n-old\n+new\n same"));
        let (green, red) = (AnsiColor::Green.on_default(), AnsiColor::Red.on_default());
        for line in [
            format!("    {DIM}@@ -1 +1 @@{DIM:#}\n"),
            format!("    {red}-old{red:#}\n"),
            format!("    {green}+new{green:#}\n"),
            "     same\n".to_owned(),
        ] {
            assert!(told.contains(&line), "{line:?} in {told:?}");
        }
    }

    #[rstest]
    #[case(LINES, None)]
    #[case(LINES + 1, Some("1 more lines"))]
    #[case(LINES + 7, Some("7 more lines"))]
    fn of_a_long_difference_the_rest_is_counted(#[case] lines: usize, #[case] more: Option<&str>) {
        let told = told(&drifted(&"+line\n".repeat(lines)));
        assert_eq!(told.matches("+line").count(), LINES);
        assert_eq!(told.contains("more lines"), more.is_some());
        assert!(told.contains(more.unwrap_or_default()), "{told}");
    }
}
