//! The summary for a build's page: GitHub-flavoured Markdown with the verdict, the table by
//! operation and level, the failures folded, and the requirements.

mod case;
mod drift;
mod escape;
mod tables;

use std::fmt::Write as _;

use super::group::groups;
use super::headline::{duration, headline, number};
use super::scripts::Scripts;
use super::standing::{Standing, kinds, totals};
use super::view::cases;
use crate::run::{Run, Summary};
use escape::{code, text};

/// Longer values are cut.
const VALUE: usize = 300;

/// Renders the run as Markdown; `summary` is [`Summary::of`] the same run.
pub fn render(run: &Run, summary: &Summary) -> String {
    let mut out = String::new();
    top(&mut out, run, summary);
    tables::operations(&mut out, summary);
    let mut rest = String::new();
    tables::known(&mut rest, run);
    if let Some(snapshots) = &summary.snapshots {
        drift::write(&mut out, snapshots);
    }
    tables::errata(&mut rest, summary);
    tables::skipped(&mut rest, summary);
    tables::requirements(&mut rest, summary);
    let scripts = Scripts::of(run);
    for standing in Standing::ALL.into_iter().filter(|of| of.needs_attention()) {
        let groups = groups(cases(run, standing));
        case::section(&mut out, &groups, standing.title(), (rest.len(), &scripts));
    }
    out.push_str(&rest);
    out
}

fn top(out: &mut String, run: &Run, summary: &Summary) {
    let headline = headline(run, summary);
    put(out, format_args!("# assetproof: {}\n\n", headline.verdict));
    if let Some(cut_short) = &summary.cut_short {
        put(out, format_args!("**{}**\n\n", text(cut_short)));
    }
    let figures = totals(summary.counts, summary.flaky, run.header.strict);
    let all = number(summary.counts.total(), "case", "cases");
    put(out, format_args!("{} {all}", text(&headline.sentence)));
    if !figures.is_empty() {
        put(out, format_args!(": {figures}"));
    }
    out.push_str(".\n\n");
    let kinds = kinds(run);
    if !kinds.is_empty() {
        put(out, format_args!("Cases by kind: {kinds}.\n\n"));
    }
    let target = &run.header.target;
    put(
        out,
        format_args!(
            "Target {} at {}",
            code(&target.name, VALUE),
            code(&target.base_url, VALUE)
        ),
    );
    put(out, format_args!(", seed {}", run.header.seed));
    if run.header.strict {
        out.push_str(", strict");
    }
    if let Some(footer) = &run.footer {
        put(out, format_args!(", {}", duration(footer.duration_us)));
    }
    out.push_str(".\n\n");
}

/// Appends to a string, which cannot fail.
fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Verdict, fixture};
    use crate::snapshot::DriftKind;

    fn rendered(run: &Run) -> String {
        render(run, &Summary::of(run))
    }

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(rendered(&fixture::run()));
    }

    #[test]
    fn of_many_findings_and_requests_the_rest_is_counted() {
        let told = |findings, steps| rendered(&fixture::crowded(findings, steps));
        let exactly = told(20, 5);
        assert!(!exactly.contains("more findings") && !exactly.contains("more requests"));
        for more in [1, 3] {
            let text = told(20 + more, 5 + more);
            for what in [
                "findings are in `run.ndjson`",
                "requests with findings are in `run.ndjson`",
            ] {
                let counted = format!("{more} more {what}");
                assert!(text.contains(&counted), "{counted} in {text}");
            }
        }
    }

    #[test]
    fn a_long_curl_line_is_measured() {
        for (length, shown) in [(8_000, true), (8_001, false)] {
            let mut run = fixture::crowded(1, 1);
            run.cases[0].steps[0].curl = Some("x".repeat(length));
            let text = rendered(&run);
            assert_eq!(text.contains(&"x".repeat(length)), shown);
            assert_eq!(
                text.contains(&format!("is {length} bytes long")),
                !shown,
                "{text}"
            );
        }
    }

    #[test]
    fn a_run_without_a_footer_says_so_at_the_top() {
        let mut run = fixture::run();
        run.footer = None;
        let text = rendered(&run);
        assert!(
            text.lines()
                .nth(2)
                .unwrap()
                .starts_with("**this run was cut short"),
            "{text}"
        );
    }

    /// The line without its code spans (section 6.1 of the `CommonMark` specification).
    fn without_code(line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            let ticks = rest[at..].chars().take_while(|c| *c == '`').count();
            let escaped = rest[..at].ends_with('\\');
            let mut from = at + ticks;
            let mut end = None;
            while let Some(next) = rest[from..].find('`').map(|next| from + next) {
                let run = rest[next..].chars().take_while(|c| *c == '`').count();
                from = next + run;
                if run == ticks {
                    end = Some(from);
                    break;
                }
            }
            out.push_str(&rest[..at]);
            rest = &rest[if escaped {
                at + ticks
            } else {
                end.unwrap_or(at + ticks)
            }..];
        }
        out + rest
    }

    /// The lines that are neither fences nor within one; every fence must be closed.
    fn outside_fences(report: &str) -> Vec<&str> {
        let mut fence: Option<usize> = None;
        let mut outside = Vec::new();
        for line in report.lines() {
            let ticks = line.chars().take_while(|c| *c == '`').count();
            match fence {
                Some(open) if ticks >= open && line.len() == ticks => fence = None,
                Some(_) => {}
                None if ticks >= 3 && !line[ticks..].contains('`') => fence = Some(ticks),
                None => outside.push(line),
            }
        }
        assert_eq!(fence, None, "every fence is closed");
        outside
    }

    #[test]
    fn hostile_texts_stay_within_their_fence_and_their_span() {
        let report = rendered(&fixture::run());
        let lines = outside_fences(&report);
        for line in &lines {
            let line = without_code(line);
            assert!(!line.contains("<script"), "{line}");
            assert!(!line.replace("\\]", "").contains("]("), "no link: {line}");
            assert!(!line.starts_with("# not"), "{line}");
        }
        let opened = lines.iter().filter(|line| **line == "<details>").count();
        let closed = lines.iter().filter(|line| **line == "</details>").count();
        assert_eq!(opened, closed);
    }

    #[test]
    fn every_row_has_the_columns_of_its_table() {
        let mut run = fixture::run();
        for contract in &mut run.header.contracts {
            for requirement in &mut contract.requirements {
                fixture::HOSTILE.clone_into(&mut requirement.statement);
            }
            for erratum in &mut contract.errata {
                fixture::HOSTILE.clone_into(&mut erratum.statement);
            }
        }
        for case in &mut run.cases {
            case.reason = Some(fixture::HOSTILE.to_owned());
        }
        let report = rendered(&run);
        let mut columns = None;
        let mut rows = 0;
        for line in outside_fences(&report) {
            if !line.starts_with('|') {
                columns = None;
                continue;
            }
            // A pipe is part of a cell only behind a backslash, in code too.
            let cells = line.replace("\\|", "").matches('|').count();
            assert_eq!(*columns.get_or_insert(cells), cells, "{line}");
            rows += 1;
        }
        assert!(rows > 20, "{rows}");
    }

    #[test]
    fn responses_that_differ_are_shown_as_such() {
        let run = fixture::run();
        let comparison = fixture::comparison(&[DriftKind::Changed, DriftKind::New]);
        let report = render(&run, &Summary::of(&run).with_snapshots(comparison));
        let start = report.find("## Snapshots").expect("a section");
        let section = &report[start..][..report[start..].find("\n## Failures").expect("its end")];
        insta::assert_snapshot!(section);
        outside_fences(&report);
    }

    #[test]
    fn a_great_many_failures_stay_below_the_size_that_is_shown() {
        let mut run = fixture::run();
        let model = run
            .cases
            .iter()
            .find(|case| case.verdict == Verdict::Fail)
            .unwrap()
            .clone();
        for index in 0..2_000 {
            let mut case = model.clone();
            case.id = format!("{}/{index}", model.id);
            // Each of a cause of its own.
            case.findings[0].finding.expected = "x".repeat(index);
            run.cases.push(case);
        }
        let report = rendered(&run);
        assert!(report.len() < 1 << 20, "{}", report.len());
        assert!(report.contains("more cases are in `report.html` and `run.ndjson`."));
        assert!(report.trim_end().ends_with("</details>"));
    }
}
