//! The report for a terminal: what is not green, failures first; then the tables, and the verdict
//! as the last line.
//!
//! Colours are written into the text; whoever prints it takes them out where they do not belong.

mod case;
mod drift;
mod tables;

use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::group::groups;
use super::headline::{duration, headline, number};
use super::scripts::Scripts;
use super::standing::{Standing, kinds, totals};
use super::untrusted::{one_line, short_line};
use super::view::{cases, reason};
use crate::run::{Run, Summary, Verdict};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// More entries than these are told in a line each.
const IN_FULL: usize = 25;

/// Renders the run as text with ANSI styles; `summary` is [`Summary::of`] the same run.
pub fn render(run: &Run, summary: &Summary) -> String {
    rendered(run, summary, None)
}

/// The same with the way to the scripts that show the failures again; `folder` is where the
/// reports lie.
pub fn render_beside(run: &Run, summary: &Summary, folder: &Path) -> String {
    rendered(run, summary, Some(folder))
}

fn rendered(run: &Run, summary: &Summary, folder: Option<&Path>) -> String {
    let mut out = String::new();
    if let Some(cut_short) = &summary.cut_short {
        let style = tone(Verdict::Error).bold();
        put(&mut out, format_args!("{style}{cut_short}{style:#}\n\n"));
    }
    let scripts = Scripts::of(run);
    let mut entries = 0;
    for standing in Standing::ALL.into_iter().filter(|of| of.needs_attention()) {
        for group in groups(cases(run, standing)) {
            entries += 1;
            if entries > IN_FULL {
                case::brief(&mut out, &group);
                continue;
            }
            let script = scripts.path(group.first.case);
            let script = script.zip(folder).map(|(path, folder)| folder.join(path));
            case::write(&mut out, &group, script.as_deref());
        }
    }
    if entries > IN_FULL {
        out.push('\n');
    }
    known(&mut out, run);
    if let Some(snapshots) = &summary.snapshots {
        drift::write(&mut out, snapshots);
    }
    tables::operations(&mut out, summary);
    tables::errata(&mut out, summary);
    tables::skipped(&mut out, summary);
    tables::not_judged(&mut out, summary);
    last_line(&mut out, run, summary);
    out
}

/// The known failures, with no more than the reason: somebody has looked at them already.
fn known(out: &mut String, run: &Run) {
    const REASON: usize = 300;
    let views = cases(run, Standing::Known);
    for view in &views {
        let style = tone(Standing::Known.tone()).bold();
        let id = one_line(&view.case.id);
        put(
            out,
            format_args!("{style}KNOWN{style:#} {BOLD}{id}{BOLD:#}\n"),
        );
        let reason = reason(view.case).unwrap_or_default();
        put(out, format_args!("  {}\n", short_line(&reason, REASON)));
    }
    if !views.is_empty() {
        out.push('\n');
    }
}

fn last_line(out: &mut String, run: &Run, summary: &Summary) {
    let target = &run.header.target;
    let name = one_line(&target.name);
    let url = one_line(&target.base_url);
    let at = if name == url {
        url
    } else {
        format!("{name} at {url}")
    };
    let seed = run.header.seed;
    let strict = if run.header.strict { ", strict" } else { "" };
    put(out, format_args!("{DIM}{at}, seed {seed}{strict}{DIM:#}\n"));
    let kinds = kinds(run);
    if !kinds.is_empty() {
        put(out, format_args!("{DIM}{kinds}{DIM:#}\n"));
    }
    let headline = headline(run, summary);
    let style = tone(headline.tone).bold();
    let verdict = headline.verdict;
    let mut line = format!(
        "{style}{verdict}{style:#}: {}",
        one_line(&headline.sentence)
    );
    put(
        &mut line,
        format_args!(" {}", number(summary.counts.total(), "case", "cases")),
    );
    let figures = totals(summary.counts, summary.flaky, run.header.strict);
    if !figures.is_empty() {
        put(&mut line, format_args!(": {figures}"));
    }
    if let Some(footer) = &run.footer {
        put(
            &mut line,
            format_args!(" in {}", duration(footer.duration_us)),
        );
    }
    put(out, format_args!("{line}.\n"));
}

/// The colour of a verdict.
fn tone(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Pass => AnsiColor::Green,
        Verdict::Warning => AnsiColor::Yellow,
        Verdict::Fail => AnsiColor::Red,
        Verdict::Error => AnsiColor::Magenta,
        Verdict::Skipped => AnsiColor::Cyan,
    };
    colour.on_default()
}

/// Appends to a string, which cannot fail.
fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture;
    use crate::snapshot::{Comparison, DriftKind};

    fn rendered(run: &Run) -> String {
        render_beside(run, &Summary::of(run), Path::new("target/assetproof"))
    }

    /// The text without the styles that this module writes itself.
    fn plain(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            out.push_str(before);
            rest = after.split_once('m').expect("only styles are written").1;
        }
        out + rest
    }

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(plain(&rendered(&fixture::run())));
    }

    #[test]
    fn styles_are_the_only_escape_sequences() {
        let text = rendered(&fixture::run());
        for part in text.split('\u{1b}').skip(1) {
            let (style, _) = part.split_once('m').expect("a style ends in m");
            let only_style = style
                .strip_prefix('[')
                .is_some_and(|codes| codes.chars().all(|c| c.is_ascii_digit() || c == ';'));
            assert!(only_style, "{part:?}");
        }
        let acts = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!plain(&text).contains(acts));
    }

    #[test]
    fn failures_come_first_and_the_verdict_last() {
        let text = plain(&rendered(&fixture::run()));
        let at = |needle: &str| {
            text.find(needle)
                .unwrap_or_else(|| panic!("{needle} is said"))
        };
        assert!(at("FAIL ") < at("ERROR "));
        assert!(at("ERROR ") < at("WARNING "));
        let last = text.trim_end().lines().last().unwrap();
        assert!(
            last.starts_with(
                "Not conformant: 2 cases fail, 1 more as it is known; MS-BA-10 is missed."
            ),
            "{last}"
        );
    }

    #[test]
    fn a_run_without_a_footer_says_so_at_the_top_and_has_no_good_verdict() {
        let mut run = fixture::run();
        run.footer = None;
        run.cases.retain(|case| case.verdict == Verdict::Pass);
        let text = plain(&rendered(&run));
        assert!(text.starts_with("this run was cut short"), "{text}");
        assert!(
            text.trim_end()
                .lines()
                .last()
                .unwrap()
                .starts_with("Could not judge")
        );
    }

    #[test]
    fn many_failures_of_one_cause_are_one_entry() {
        let mut run = fixture::run();
        let failing = run.cases.iter().find(|case| case.verdict == Verdict::Fail);
        let model = failing.expect("one fails").clone();
        for index in 0..40 {
            let mut case = model.clone();
            case.id = format!("{}/{index}", model.id);
            run.cases.push(case);
        }
        let text = plain(&rendered(&run));
        assert_eq!(text.matches("FAIL ").count(), 2, "{text}");
        assert!(text.contains("40 more cases miss the same in the same way"));
        assert!(text.contains("    and 30 more\n"));
        assert!(text.contains("42 failed"), "each of them counts");
    }

    #[test]
    fn of_many_causes_only_the_first_are_told_in_full() {
        let mut run = fixture::run();
        let failing = run.cases.iter().find(|case| case.verdict == Verdict::Fail);
        let model = failing.expect("one fails").clone();
        for index in 0..300 {
            let mut case = model.clone();
            case.id = format!("{}/{index}", model.id);
            case.findings[0].finding.expected = "x".repeat(index);
            run.cases.push(case);
        }
        let text = plain(&rendered(&run));
        assert_eq!(text.matches("FAIL ").count(), 302, "each is named");
        assert!(text.lines().count() < 1_200, "{}", text.lines().count());
    }

    #[test]
    fn of_many_findings_and_requests_the_rest_is_counted() {
        let told = |findings, steps| plain(&rendered(&fixture::crowded(findings, steps)));
        let exactly = told(20, 3);
        assert!(!exactly.contains("more findings") && !exactly.contains("more requests"));
        for more in [1, 3] {
            let text = told(20 + more, 3 + more);
            for what in [
                "findings are in the run file",
                "requests with findings are in the report",
            ] {
                let counted = format!("{more} more {what}");
                assert!(text.contains(&counted), "{counted} in {text}");
            }
        }
    }

    #[test]
    fn a_step_is_numbered_where_there_are_several() {
        assert!(!plain(&rendered(&fixture::crowded(1, 1))).contains("step 1 of"));
        assert!(plain(&rendered(&fixture::crowded(2, 2))).contains("step 2 of 2"));
    }

    #[test]
    fn a_long_curl_line_is_measured() {
        for (length, shown) in [(4_000, true), (4_001, false)] {
            let mut run = fixture::crowded(1, 1);
            run.cases[0].steps[0].curl = Some("x".repeat(length));
            let text = plain(&rendered(&run));
            assert_eq!(text.contains(&"x".repeat(length)), shown);
            assert_eq!(
                text.contains(&format!("is {length} bytes long")),
                !shown,
                "{text}"
            );
        }
    }

    #[test]
    fn so_many_causes_are_told_in_full_and_no_more() {
        for (causes, brief) in [(IN_FULL, 0), (IN_FULL + 1, 1), (IN_FULL + 4, 4)] {
            let mut run = fixture::crowded(1, 1);
            let model = run.cases.remove(0);
            for index in 0..causes {
                let mut case = model.clone();
                case.id = format!("{}/{index}", model.id);
                case.findings[0].finding.expected = "x".repeat(index);
                run.cases.push(case);
            }
            let text = plain(&rendered(&run));
            assert_eq!(text.matches("FAIL ").count(), causes);
            assert_eq!(text.matches("  > POST ").count(), causes - brief);
            // What is told in brief is closed by a line of its own.
            assert!(!text.contains("\n\n\n"), "{text}");
        }
    }

    #[test]
    fn each_verdict_has_a_colour() {
        let all = [
            (Verdict::Pass, AnsiColor::Green),
            (Verdict::Warning, AnsiColor::Yellow),
            (Verdict::Fail, AnsiColor::Red),
            (Verdict::Error, AnsiColor::Magenta),
            (Verdict::Skipped, AnsiColor::Cyan),
        ];
        for (verdict, colour) in all {
            assert_eq!(tone(verdict), colour.on_default());
        }
    }

    #[test]
    fn responses_that_differ_are_shown_as_such() {
        let run = fixture::run();
        let comparison = fixture::comparison(&[DriftKind::Changed, DriftKind::New]);
        let summary = Summary::of(&run).with_snapshots(comparison.clone());
        let section = |text: &str| {
            let text = plain(text);
            let start = text.find("Snapshots\n").expect("a section");
            text[start..][..text[start..].find("\n\n").expect("its end")].to_owned()
        };
        insta::assert_snapshot!(section(&render(&run, &summary)));
        let accepted = Comparison {
            accepted: true,
            ..comparison
        };
        let summary = Summary::of(&run).with_snapshots(accepted);
        insta::assert_snapshot!(section(&render(&run, &summary)));
    }

    #[test]
    fn an_empty_run_is_told_as_one() {
        let mut run = fixture::run();
        run.cases.clear();
        run.header.selected = 0;
        run.header.contracts.clear();
        assert!(plain(&rendered(&run)).contains("Could not judge: Nothing was tested. 0 cases"));
    }
}
