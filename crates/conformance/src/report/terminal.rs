//! The report for a terminal: failures first, then errors and warnings, then the tables, and the
//! verdict as the last line.
//!
//! Colours are written into the text; whoever prints it takes them out where they do not belong.

mod case;
mod tables;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::headline::{duration, figures, headline, number};
use super::untrusted::one_line;
use super::view::cases;
use crate::run::{Run, Summary, Verdict};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Renders the run as text with ANSI styles; `summary` is [`Summary::of`] the same run.
pub fn render(run: &Run, summary: &Summary) -> String {
    let mut out = String::new();
    if let Some(cut_short) = &summary.cut_short {
        let style = tone(Verdict::Error).bold();
        put(&mut out, format_args!("{style}{cut_short}{style:#}\n\n"));
    }
    for verdict in [Verdict::Fail, Verdict::Error, Verdict::Warning] {
        for view in cases(run, verdict) {
            case::write(&mut out, &view);
        }
    }
    tables::operations(&mut out, summary);
    tables::errata(&mut out, summary);
    tables::skipped(&mut out, summary);
    tables::not_judged(&mut out, summary);
    last_line(&mut out, run, summary);
    out
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
    let figures = figures(summary.counts);
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

    fn rendered(run: &Run) -> String {
        render(run, &Summary::of(run))
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
            last.starts_with("Not conformant: 2 cases fail; MS-BA-10 is missed."),
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
    fn an_empty_run_is_told_as_one() {
        let mut run = fixture::run();
        run.cases.clear();
        run.header.selected = 0;
        run.header.contracts.clear();
        assert!(plain(&rendered(&run)).contains("Could not judge: Nothing was tested. 0 cases"));
    }
}
