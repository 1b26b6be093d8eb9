//! The report for build servers: JUnit XML with a suite for each operation and a test case for
//! each case.
//!
//! Build servers look at nothing but these figures, so a run that proves nothing must not look
//! green: it gets one more suite with one error that says why.

use std::fmt::Write as _;
use std::time::Duration;

use quick_junit::{
    FlakyOrRerun, NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::ReportError;
use super::headline::headline;
use super::scripts::Scripts;
use super::standing::Standing;
use super::untrusted::{beginning, one_line, short_line, visible};
use super::view::{CaseView, FindingView, cases, reason, second_run};
use crate::run::{BodyRecord, Run, StepRecord, Summary, Verdict};
use crate::snapshot::{Comparison, DriftKind};

/// The beginning of a body in characters and lines.
const BODY: (usize, usize) = (4_000, 60);
/// The beginning of a difference to a snapshot in characters.
const DIFF: usize = 4_000;
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
    let mut views: Vec<CaseView<'_>> = Standing::ALL
        .into_iter()
        .flat_map(|standing| cases(run, standing))
        .collect();
    views.sort_by_key(suite_name);
    let scripts = Scripts::of(run);
    for of_operation in views.chunk_by(|a, b| suite_name(a) == suite_name(b)) {
        report.add_test_suite(suite(run, of_operation, &scripts));
    }
    report.add_test_suites(summary.snapshots.as_ref().and_then(drifts));
    Ok(report.to_string()?)
}

/// The suite that keeps a run from looking green when it has neither failure nor error and yet
/// proves nothing.
fn no_proof(run: &Run, summary: &Summary) -> Option<TestSuite> {
    let drifted = summary
        .snapshots
        .as_ref()
        .is_some_and(Comparison::has_drifted);
    let told = drifted || summary.counts.fail + summary.counts.error > 0;
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

/// A suite with a failure for each response that is not as its snapshot.
fn drifts(comparison: &Comparison) -> Option<TestSuite> {
    if !comparison.has_drifted() {
        return None;
    }
    let mut suite = TestSuite::new("snapshots");
    for drift in &comparison.drifts {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let path = one_line(&drift.path.display().to_string());
        let message = match drift.kind {
            DriftKind::New => format!("there is no snapshot {path} yet"),
            DriftKind::Changed => format!("the response is not as the snapshot {path}"),
        };
        let (shown, _) = beginning(&drift.diff, drift.diff.len(), DIFF, usize::MAX);
        status
            .set_message(message)
            .set_type("snapshot")
            .set_description(visible(shown));
        let mut case = TestCase::new(one_line(&drift.case), status);
        case.set_classname(one_line(&format!("snapshots/{}", drift.contract)));
        suite.add_test_case(case);
    }
    Some(suite)
}

fn suite_name(view: &CaseView<'_>) -> String {
    let case = view.case;
    one_line(&format!(
        "{}/{}/{}",
        case.api, case.revision, case.operation
    ))
}

fn suite(run: &Run, views: &[CaseView<'_>], scripts: &Scripts<'_>) -> TestSuite {
    let mut suite = TestSuite::new(views.first().map(suite_name).unwrap_or_default());
    let mut microseconds = 0u64;
    suite.add_property(("target", one_line(&run.header.target.base_url).as_str()));
    suite.add_property(("seed", run.header.seed.to_string().as_str()));
    for view in views {
        microseconds = microseconds.saturating_add(view.case.duration_us);
        suite.add_test_case(test_case(view, scripts));
    }
    suite.set_time(Duration::from_micros(microseconds));
    suite
}

fn test_case(view: &CaseView<'_>, scripts: &Scripts<'_>) -> TestCase {
    let case = view.case;
    let standing = Standing::of(case);
    let status = match standing {
        Standing::Passed | Standing::Observed | Standing::Warning | Standing::Flaky => {
            TestCaseStatus::success()
        }
        // As pytest reports what is expected to fail: it fails nothing, and is not green either.
        Standing::Skipped | Standing::Known => TestCaseStatus::skipped(),
        Standing::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Standing::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let mut test = TestCase::new(one_line(&case.id), status);
    test.set_classname(suite_name(view));
    test.set_time(Duration::from_micros(case.duration_us));
    for id in &case.covers {
        test.add_property(("requirement", one_line(id).as_str()));
    }
    test.add_property(("level", case.level.to_string().as_str()));
    test.add_property(("kind", case.kind.to_string().as_str()));
    if !case.counted {
        test.add_property(("counted", "false"));
    }
    if let Some(path) = scripts.path(case) {
        test.add_property(("reproduce", path.as_str()));
    }
    test.status.set_message(message(view));
    if standing == Standing::Known {
        test.status.set_type("known");
        test.set_system_out(details(view));
        return test;
    }
    add_second_run(&mut test.status, view);
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

/// What running it again came to, as build servers know it: the failure of a case that did not
/// fail again is a `flakyFailure`, any other second run a `rerunFailure`.
fn add_second_run(status: &mut TestCaseStatus, view: &CaseView<'_>) {
    let Some(told) = second_run(view.case) else {
        return;
    };
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    if view.case.is_flaky() {
        status.set_rerun_kind(FlakyOrRerun::Flaky);
        rerun
            .set_message(message(view))
            .set_description(details(view));
    } else {
        rerun.set_message(told);
    }
    rerun.set_type(
        view.findings
            .first()
            .map_or("failure", |finding| finding.found.finding.check.name()),
    );
    status.add_rerun(rerun);
}

/// The reason, or the gravest finding in one line.
fn message(view: &CaseView<'_>) -> String {
    if let Some(reason) = reason(view.case) {
        return short_line(&reason, MESSAGE);
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

/// More requests of one case than these are only counted.
const STEPS: usize = 5;

/// The findings and the exchanges in which they were made.
fn details(view: &CaseView<'_>) -> String {
    let mut text = format!("{}\n", one_line(&view.case.title));
    if let Some(reason) = &view.case.reason {
        put(&mut text, format_args!("{}\n", one_line(reason)));
    }
    if let Some(note) = &view.case.note {
        put(&mut text, format_args!("{}\n", one_line(note)));
    }
    text.push_str(&findings(view));
    let telling = view.telling_steps();
    for (index, step) in telling.iter().take(STEPS) {
        put(
            &mut text,
            format_args!("\nstep {} of {}\n", index + 1, view.case.steps.len()),
        );
        exchange(&mut text, step);
    }
    if let Some(more) = telling.len().checked_sub(STEPS + 1) {
        let told = "more requests with findings";
        put(&mut text, format_args!("\n{} {told}\n", more + 1));
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
    if let Some(curl) = &step.curl {
        put(text, format_args!("{}\n", visible(curl)));
    }
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
    #[test]
    fn a_run_that_tells_a_failure_or_an_error_needs_no_further_proof() {
        let run = fixture::crowded(1, 1);
        for (fail, error, told) in [(1, 0, true), (0, 1, true), (1, 1, true), (0, 0, false)] {
            let mut summary = Summary::of(&run);
            summary.counts.fail = fail;
            summary.counts.error = error;
            summary.cut_short = None;
            summary.exit_code = 1;
            assert_eq!(no_proof(&run, &summary).is_none(), told, "{fail} {error}");
        }
    }

    #[test]
    fn of_many_requests_the_rest_is_counted() {
        let told = |steps| {
            let run = fixture::crowded(steps, steps);
            render(&run, &Summary::of(&run)).expect("it can be written")
        };
        assert!(!told(STEPS).contains("more requests"));
        for more in [1, 3] {
            let counted = format!("{more} more requests with findings");
            assert!(told(STEPS + more).contains(&counted));
        }
    }

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
        assert_eq!(report.skipped, counts.skipped + counts.known);
        let mut recounted = Counts::default();
        for test in report
            .test_suites
            .iter()
            .flat_map(|suite| &suite.test_cases)
        {
            *match &test.status {
                TestCaseStatus::Success { .. } => match &test.system_out {
                    Some(out) if !out.contains("(observed)") => &mut recounted.warning,
                    _ => &mut recounted.pass,
                },
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Failure,
                    ..
                } => &mut recounted.fail,
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Error,
                    ..
                } => &mut recounted.error,
                TestCaseStatus::Skipped { ty: Some(_), .. } => &mut recounted.known,
                TestCaseStatus::Skipped { .. } => &mut recounted.skipped,
            } += 1;
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
    fn a_known_failure_neither_stops_a_build_nor_looks_like_a_success() {
        let mut run = fixture::run();
        let before = parsed(&run);
        let mut cases = run.cases.iter_mut();
        let case = cases.find(|case| Standing::of(case) == Standing::Failed);
        case.unwrap().known = Some("ticket 123".to_owned());
        let after = parsed(&run);
        assert_eq!(after.failures, before.failures - 1);
        let told = "<skipped message=\"known failure: ticket 123\" type=\"known\"";
        assert!(rendered(&run).contains(told));
    }

    #[test]
    fn a_flaky_case_is_one_for_build_servers_too() {
        let mut run = fixture::run();
        let mut cases = run.cases.iter();
        let index = cases.position(|case| case.verdict == Verdict::Fail);
        let index = index.unwrap();
        run.cases[index].retried = Some(Verdict::Fail);
        let text = rendered(&run);
        assert!(text.contains("<rerunFailure "), "{text}");
        assert!(
            text.contains("it failed again when it was run alone"),
            "{text}"
        );
        run.cases[index].retried = Some(Verdict::Pass);
        let text = rendered(&run);
        assert!(text.contains("<flakyFailure "), "a strict run: {text}");
        let failures = parsed(&run).failures;
        run.cases[index].verdict = Verdict::Warning;
        let text = rendered(&run);
        assert!(text.contains("<flakyFailure "), "{text}");
        assert_eq!(parsed(&run).failures, failures - 1);
    }

    #[test]
    fn a_response_that_differs_is_a_failure_of_its_own() {
        let mut run = fixture::run();
        run.cases.retain(|case| case.verdict == Verdict::Pass);
        run.header.selected = run.cases.len();
        let drifted = fixture::comparison(&[DriftKind::Changed, DriftKind::New]);
        let of = |comparison: Comparison| {
            let summary = Summary::of(&run).with_snapshots(comparison);
            let text = render(&run, &summary).unwrap();
            Report::deserialize_from_str(&text).expect("well-formed JUnit XML")
        };
        let report = of(drifted.clone());
        assert_eq!(
            (report.tests, report.failures, report.errors),
            (run.cases.len() + 2, 2, 0)
        );
        let accepted = Comparison {
            accepted: true,
            ..drifted
        };
        assert_eq!(of(accepted).failures, 0);
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
