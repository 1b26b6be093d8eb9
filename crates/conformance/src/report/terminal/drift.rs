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
