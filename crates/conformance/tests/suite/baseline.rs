//! Known failures: they fail nothing as long as they fail.

use std::path::Path;
use std::sync::Arc;

use axum::response::Response;
use conformance::run::{CaseRecord, Summary, Verdict};
use conformance::{Baseline, Options, report};
use rstest::rstest;
use serde_json::json;

use crate::servers::{Seen, http, json_answer};
use crate::{plan, result_file, target, toml_json, try_run};

const ACTION: &str = "metastudio/batch-action/documented/200";

/// Needs no state: a request without credentials.
const CASE: &str = "metastudio/batch-action/documented/400";

fn right(_: Seen) -> Response {
    let body = json!({ "error_code": "MSS.00000001", "error_msg": "no" });
    json_answer(400, &body)
}

/// The code is no string (MS-BA-15, MUST).
fn wrong(_: Seen) -> Response {
    json_answer(400, &json!({ "error_code": 1, "error_msg": "no" }))
}

/// The code is not of the documented form (MS-BA-16, SHOULD).
fn odd(_: Seen) -> Response {
    json_answer(400, &json!({ "error_code": "E1", "error_msg": "no" }))
}

/// No such result (MS-BA-10), and no such id (MS-BA-11).
fn wrong_twice(_: Seen) -> Response {
    let result = json!({ "ret_status": "DONE", "asset_ids": [1] });
    json_answer(200, &json!({ "results": [result] }))
}

fn parse(text: &str) -> Result<Baseline, String> {
    Baseline::parse(text, Path::new("known.toml")).map_err(|error| error.to_string())
}

fn baseline(entry: &str) -> Arc<Baseline> {
    let text = format!("[[known]]\ncase = {CASE:?}\nreason = \"ticket 123\"\n{entry}");
    Arc::new(parse(&text).expect("a sound file"))
}

async fn run(
    answer: impl Fn(Seen) -> Response + Send + Sync + 'static,
    options: Options,
) -> (CaseRecord, Summary) {
    run_case(CASE, answer, options).await
}

async fn run_case(
    id: &str,
    answer: impl Fn(Seen) -> Response + Send + Sync + 'static,
    options: Options,
) -> (CaseRecord, Summary) {
    let mut target = target(&http(answer).await);
    "acme".clone_into(&mut target.name);
    let run = try_run(&plan(&[id]), &target, &options).await;
    let run = run.expect("a run");
    let summary = Summary::of(&run);
    (run.cases.into_iter().next().expect("one case"), summary)
}

#[rstest]
#[case("")]
#[case("requirement = \"MS-BA-15\"")]
#[case("target = \"acme\"")]
#[tokio::test]
async fn a_known_failure_is_shown_and_fails_nothing(#[case] entry: &str) {
    let options = Options {
        baseline: Some(baseline(entry)),
        ..Options::default()
    };
    let (case, summary) = run(wrong, options).await;
    assert_eq!(case.verdict, Verdict::Fail, "{case:#?}");
    assert_eq!(case.known.as_deref(), Some("ticket 123"));
    assert_eq!(case.retried, None, "there is nothing to find out");
    assert_eq!((summary.counts.known, summary.counts.fail), (1, 0));
    assert_eq!(summary.exit_code, 0);
}

#[tokio::test]
async fn every_report_tells_a_known_failure_with_its_reason() {
    let options = Options {
        baseline: Some(baseline("")),
        ..Options::default()
    };
    let target = target(&http(wrong).await);
    let run = try_run(&plan(&[CASE]), &target, &options).await;
    let run = run.expect("a run");
    let terminal = report::terminal::render(&run, &Summary::of(&run));
    assert!(terminal.contains("known failure: ticket 123"), "{terminal}");
    let dir = result_file().with_extension("reports");
    for path in report::write_all(&run, &dir).expect("the reports") {
        let text = std::fs::read_to_string(&path).expect("text");
        let told = text.contains("known failure") && text.contains("ticket 123");
        assert!(told, "{}", path.display());
    }
}

#[rstest]
#[case::of_another_requirement("requirement = \"MS-BA-18\"")]
#[case::of_another_target("target = \"staging\"")]
#[tokio::test]
async fn another_failure_than_the_known_one_fails(#[case] entry: &str) {
    let options = Options {
        baseline: Some(baseline(entry)),
        ..Options::default()
    };
    let (case, summary) = run(wrong, options).await;
    assert_eq!((case.verdict, case.known), (Verdict::Fail, None));
    assert_eq!(summary.exit_code, 1);
}

#[rstest]
#[case("requirement = \"MS-BA-10\"", None, 1)]
#[case("requirement = \"MS-BA-11\"", None, 1)]
#[case("", Some("ticket 123"), 0)]
#[case(
    "requirement = \"MS-BA-11\"\n[[known]]\ncase = \"**\"\nrequirement = \"MS-BA-10\"\nreason = \
     \"ticket 124\"",
    Some("ticket 123; ticket 124"),
    0
)]
#[tokio::test]
async fn a_failure_is_known_only_when_each_part_of_it_is(
    #[case] entry: &str,
    #[case] known: Option<&str>,
    #[case] exit_code: u8,
) {
    let text = format!("[[known]]\ncase = {ACTION:?}\nreason = \"ticket 123\"\n{entry}");
    let options = Options {
        baseline: Some(Arc::new(parse(&text).expect("a sound file"))),
        ..Options::default()
    };
    let (case, summary) = run_case(ACTION, wrong_twice, options).await;
    assert_eq!(case.verdict, Verdict::Fail, "{case:#?}");
    let mut parts = case
        .known
        .as_deref()
        .map(|known| known.split("; ").collect::<Vec<_>>());
    if let Some(parts) = &mut parts {
        parts.sort_unstable();
    }
    assert_eq!(
        parts.map(|parts| parts.join("; ")).as_deref(),
        known,
        "{case:#?}"
    );
    assert_eq!(summary.exit_code, exit_code);
}

#[rstest]
#[case(right as fn(Seen) -> Response, "passes")]
#[case(odd as fn(Seen) -> Response, "passes with a warning")]
#[tokio::test]
async fn a_known_failure_that_passes_fails(
    #[case] answer: fn(Seen) -> Response,
    #[case] passes: &str,
) {
    let options = Options {
        baseline: Some(baseline("")),
        ..Options::default()
    };
    let (case, summary) = run(answer, options).await;
    assert_eq!((case.verdict, case.known), (Verdict::Fail, None));
    assert_eq!(
        case.reason,
        Some(format!(
            "known to fail (ticket 123), and {passes}: take it out of known.toml:1"
        ))
    );
    assert_eq!((summary.counts.fail, summary.exit_code), (1, 1));
}

#[tokio::test]
async fn a_missed_should_is_a_failure_to_be_known_in_a_strict_run_only() {
    let options = Options {
        strict: true,
        baseline: Some(baseline("")),
        ..Options::default()
    };
    let (case, summary) = run(odd, options).await;
    assert_eq!(case.verdict, Verdict::Fail);
    assert_eq!(case.known.as_deref(), Some("ticket 123"));
    assert_eq!(summary.exit_code, 0);
}

#[test]
fn an_entry_that_matches_no_case_of_the_plan_is_an_error() {
    let text = "[[known]]\ncase = \"metastudio/batch-action/negative/*\"\nreason = \"r\"";
    let plan = plan(&[CASE]);
    let error = parse(text).expect("sound").check(&[("acme", &plan)]);
    assert_eq!(
        error.expect_err("stale").to_string(),
        "known.toml:1: no case matches \"metastudio/batch-action/negative/*\": take the entry out, \
         or mend its pattern (--list shows all cases; * stays within one part of an id, ** crosses)"
    );
}

#[rstest]
#[case::not_selected("case = \"smh/**\"")]
#[case::of_another_target("case = \"nothing/**\"\ntarget = \"staging\"")]
fn an_entry_that_this_run_says_nothing_about_is_no_error(#[case] entry: &str) {
    let plan = plan(&[CASE]);
    let baseline = parse(&format!("[[known]]\nreason = \"r\"\n{entry}")).expect("sound");
    baseline.check(&[("acme", &plan)]).expect("nothing to say");
}

#[test]
fn a_requirement_that_there_is_not_is_an_error() {
    let plan = plan(&["smh/**/documented/*"]);
    let text = format!("[[known]]\ncase = {CASE:?}\nreason = \"r\"\nrequirement = \"MS-BA15\"");
    let error = parse(&text).expect("sound").check(&[("acme", &plan)]);
    assert_eq!(
        error.expect_err("no requirement").to_string(),
        "known.toml:1: there is no requirement \"MS-BA15\": did you mean MS-BA-15? \
         (--requirements lists them)"
    );
}

#[rstest]
#[case("[[know]]", "1: the file has no \"know\": did you mean known?")]
#[case(
    "known = 1",
    "1: known is a number, where an array of tables is expected: write known = { … }, or better, \
     each entry under a header [[known]]"
)]
#[case(
    "[[known]]\nreason = \"r\"",
    "1: known has no case: write case = \"smh/batch-delete/**\""
)]
#[case(
    "\n[[known]]\ncase = \"**\"",
    "2: known has no reason: write reason = \"why it fails\""
)]
#[case(
    "[[known]]\ncase = \"**\"\nreason = \"\"",
    "3: known.reason is empty: write reason = \"why it fails\""
)]
#[case(
    "[[known]]\ncase = \"**\"\nreason = \"r\"\nrequirements = \"HT-01\"",
    "4: known has no \"requirements\": did you mean requirement?"
)]
fn a_file_that_is_not_sound_is_refused(#[case] text: &str, #[case] says: &str) {
    assert_eq!(
        parse(text).expect_err("refused"),
        format!("known.toml:{says}")
    );
    assert!(!toml_json::schema("baseline").is_valid(&toml_json::value(text)));
}

#[test]
fn a_pattern_that_is_none_is_refused() {
    let error = parse("[[known]]\ncase = \"[\"\nreason = \"r\"").expect_err("refused");
    assert!(
        error.starts_with("known.toml:2: known.case is no pattern: "),
        "{error}"
    );
}

#[test]
fn the_schema_takes_what_is_sound() {
    let whole = "[[known]]\ncase = \"**\"\nrequirement = \"HT-01\"\ntarget = \"a\"\nreason = \"r\"";
    for text in ["", "known = []", whole] {
        parse(text).expect("sound");
        assert!(toml_json::schema("baseline").is_valid(&toml_json::value(text)));
    }
}
