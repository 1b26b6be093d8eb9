//! The report for build servers: JUnit XML with a suite for each operation and a test case for
//! each case.
//!
//! Build servers look at nothing but these figures, so a run that proves nothing must not look
//! green: it gets one more suite with one error that says why.

use std::fmt::Write as _;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::ReportError;
use super::headline::headline;
use super::untrusted::{beginning, one_line, short_line, visible};
use super::view::{CaseView, FindingView, cases};
use crate::run::{BodyRecord, Run, StepRecord, Summary, Verdict};

/// The beginning of a body in characters and lines.
const BODY: (usize, usize) = (4_000, 60);
/// A message is one line of at most so many characters.
const MESSAGE: usize = 400;

/// Renders the run as JUnit XML; `summary` is [`Summary::of`] the same run.
pub fn render(run: &Run, summary: &Summary) -> Result<String, ReportError> {
    let mut name = one_line(&run.header.tool.name);
    if let Some(cut_short) = &summary.cut_short {
        name = format!("{name}: {cut_short}");
    }
    let mut report = Report::new(name);
    if let Some(footer) = &run.footer {
        report.set_time(Duration::from_micros(footer.duration_us));
    }
    report.add_test_suites(no_proof(run, summary));
    let mut views: Vec<CaseView<'_>> = [
        Verdict::Fail,
        Verdict::Error,
        Verdict::Warning,
        Verdict::Pass,
        Verdict::Skipped,
    ]
    .into_iter()
    .flat_map(|verdict| cases(run, verdict))
    .collect();
    views.sort_by_key(|view| suite_name(view));
    for of_operation in views.chunk_by(|a, b| suite_name(a) == suite_name(b)) {
        report.add_test_suite(suite(run, of_operation));
    }
    Ok(report.to_string()?)
}

/// The suite that keeps a run from looking green when it has neither failure nor error and yet
/// proves nothing.
fn no_proof(run: &Run, summary: &Summary) -> Option<TestSuite> {
    let told = summary.counts.fail + summary.counts.error > 0;
    if summary.exit_code == 0 || (told && summary.cut_short.is_none()) {
        return None;
    }
    let reason = summary
        .cut_short
        .clone()
        .unwrap_or_else(|| headline(run, summary).sentence);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(one_line(&reason)).set_type("incomplete");
    let mut suite = TestSuite::new("run");
    let mut case = TestCase::new("run", status);
    case.set_classname("run");
    suite.add_test_case(case);
    Some(suite)
}

fn suite_name(view: &CaseView<'_>) -> String {
    let case = view.case;
    one_line(&format!(
        "{}/{}/{}",
        case.api, case.revision, case.operation
    ))
}

fn suite(run: &Run, views: &[CaseView<'_>]) -> TestSuite {
    let mut suite = TestSuite::new(views.first().map(suite_name).unwrap_or_default());
    let mut microseconds = 0u64;
    suite.add_property(("target", one_line(&run.header.target.base_url).as_str()));
    suite.add_property(("seed", run.header.seed.to_string().as_str()));
    for view in views {
        microseconds = microseconds.saturating_add(view.case.duration_us);
        suite.add_test_case(test_case(view));
    }
    suite.set_time(Duration::from_micros(microseconds));
    suite
}

fn test_case(view: &CaseView<'_>) -> TestCase {
    let case = view.case;
    let status = match case.verdict {
        Verdict::Pass | Verdict::Warning => TestCaseStatus::success(),
        Verdict::Skipped => TestCaseStatus::skipped(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let mut test = TestCase::new(one_line(&case.id), status);
    test.set_classname(suite_name(view));
    test.set_time(Duration::from_micros(case.duration_us));
    for id in &case.covers {
        test.add_property(("requirement", one_line(id).as_str()));
    }
    if !case.counted {
        test.add_property(("counted", "false"));
    }
    test.status.set_message(message(view));
    match case.verdict {
        Verdict::Fail | Verdict::Error => {
            let kind = view
                .findings
                .iter()
                .find(|finding| finding.effect == Some(Verdict::Fail))
                .map_or("error", |finding| finding.found.finding.check.name());
            test.status.set_type(kind).set_description(details(view));
        }
        Verdict::Warning => {
            test.set_system_out(details(view));
        }
        Verdict::Pass | Verdict::Skipped if !view.findings.is_empty() => {
            test.set_system_out(findings(view));
        }
        Verdict::Pass | Verdict::Skipped => {}
    }
    test
}

/// The reason, or the gravest finding in one line.
fn message(view: &CaseView<'_>) -> String {
    if let Some(reason) = &view.case.reason {
        return short_line(reason, MESSAGE);
    }
    view.findings.first().map_or_else(String::new, |finding| {
        let found = &finding.found.finding;
        let id = found
            .requirement
            .as_deref()
            .unwrap_or_else(|| found.check.name());
        let text = format!(
            "{id} at {}: expected {}, actual {}",
            finding.place, found.expected, found.actual
        );
        short_line(&text, MESSAGE)
    })
}

/// The findings and the exchanges in which they were made.
fn details(view: &CaseView<'_>) -> String {
    let mut text = format!("{}\n", one_line(&view.case.title));
    if let Some(reason) = &view.case.reason {
        put(&mut text, format_args!("{}\n", one_line(reason)));
    }
    text.push_str(&findings(view));
    for (index, step) in view.telling_steps() {
        put(
            &mut text,
            format_args!("\nstep {} of {}\n", index + 1, view.case.steps.len()),
        );
        exchange(&mut text, step);
    }
    text
}

fn findings(view: &CaseView<'_>) -> String {
    let mut text = String::new();
    for finding in &view.findings {
        text.push('\n');
        one_finding(&mut text, finding);
    }
    text
}

fn one_finding(text: &mut String, view: &FindingView<'_>) {
    let finding = &view.found.finding;
    let observed = if view.effect.is_some() {
        ""
    } else {
        " (observed)"
    };
    let id = finding
        .requirement
        .as_deref()
        .map(|id| format!(" {}", one_line(id)));
    put(
        text,
        format_args!(
            "{}{}{observed} {} at {}\n",
            finding.level,
            id.unwrap_or_default(),
            finding.check,
            one_line(&view.place)
        ),
    );
    let source = view.source.as_deref();
    for (label, value) in [
        ("promise ", view.statement),
        ("source  ", source),
        ("expected", Some(finding.expected.as_str())),
        ("actual  ", Some(finding.actual.as_str())),
        ("erratum ", finding.erratum.as_deref()),
        ("        ", view.erratum),
    ] {
        if let Some(value) = value {
            put(text, format_args!("  {label}  {}\n", one_line(value)));
        }
    }
}

fn exchange(text: &mut String, step: &StepRecord) {
    let request = &step.request;
    put(
        text,
        format_args!(
            "> {} {}\n",
            one_line(&request.method),
            one_line(&request.url)
        ),
    );
    message_text(text, &request.headers, &request.body);
    if let Some(response) = &step.response {
        put(text, format_args!("< {}\n", response.status));
        message_text(text, &response.headers, &response.body);
    }
    if let Some(failure) = &step.failure {
        put(text, format_args!("< {}\n", one_line(failure)));
    }
    put(text, format_args!("{}\n", visible(&step.curl)));
}

fn message_text(text: &mut String, headers: &[(String, String)], body: &BodyRecord) {
    for (name, value) in headers {
        put(
            text,
            format_args!("{}: {}\n", one_line(name), one_line(value)),
        );
    }
    let (characters, lines) = BODY;
    let (shown, left_out) = beginning(&body.text, body.length, characters, lines);
    if !shown.is_empty() {
        put(text, format_args!("{}\n", visible(shown)));
    }
    if left_out > 0 {
        put(text, format_args!("… {left_out} more bytes\n"));
    }
}

/// Appends to a string, which cannot fail.
fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Counts, fixture};

    fn rendered(run: &Run) -> String {
        render(run, &Summary::of(run)).unwrap()
    }

    fn parsed(run: &Run) -> Report {
        Report::deserialize_from_str(&rendered(run)).expect("well-formed JUnit XML")
    }

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(rendered(&fixture::run()));
    }

    #[test]
    fn every_verdict_is_counted_as_what_it_is() {
        let run = fixture::run();
        let counts = Summary::of(&run).counts;
        let report = parsed(&run);
        assert_eq!(report.tests, counts.total());
        assert_eq!(report.failures, counts.fail);
        assert_eq!(report.errors, counts.error);
        assert_eq!(report.skipped, counts.skipped);
        let mut recounted = Counts::default();
        for test in report
            .test_suites
            .iter()
            .flat_map(|suite| &suite.test_cases)
        {
            recounted.add(match &test.status {
                TestCaseStatus::Success { .. } => match &test.system_out {
                    Some(out) if !out.contains("(observed)") => Verdict::Warning,
                    _ => Verdict::Pass,
                },
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Failure,
                    ..
                } => Verdict::Fail,
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Error,
                    ..
                } => Verdict::Error,
                TestCaseStatus::Skipped { .. } => Verdict::Skipped,
            });
        }
        assert_eq!(recounted, counts);
        for suite in &report.test_suites {
            assert_eq!(suite.tests, suite.test_cases.len());
        }
    }

    #[test]
    fn hostile_texts_come_back_as_text_of_their_own_case() {
        let report = parsed(&fixture::run());
        let hostile = report
            .test_suites
            .iter()
            .flat_map(|suite| &suite.test_cases)
            .find(|test| test.name.as_str().ends_with("negative/hostile"))
            .expect("the case is there");
        let TestCaseStatus::NonSuccess {
            description: Some(description),
            ..
        } = &hostile.status
        else {
            panic!("it fails");
        };
        assert!(description.contains("<script>alert(1)</script> ]]> </td></details>"));
        assert!(
            description.contains("\\u{1b}[31mred\\u{1b}[0m"),
            "{}",
            description.as_str()
        );
        assert!(description.contains("\\u{0}"));
    }

    #[test]
    fn a_run_that_proves_nothing_is_not_green() {
        let mut cut = fixture::run();
        cut.cases.retain(|case| case.verdict == Verdict::Pass);
        cut.footer = None;
        let report = parsed(&cut);
        assert_eq!((report.tests, report.errors), (cut.cases.len() + 1, 1));
        assert!(report.name.unwrap().contains("this run was cut short"));

        let mut skipped = fixture::run();
        skipped
            .cases
            .retain(|case| case.verdict == Verdict::Skipped);
        skipped.header.selected = 1;
        assert_eq!(parsed(&skipped).errors, 1);

        let mut good = fixture::run();
        good.cases.retain(|case| case.verdict == Verdict::Pass);
        good.header.selected = good.cases.len();
        let report = parsed(&good);
        assert_eq!((report.tests, report.errors), (good.cases.len(), 0));
    }
}
