//! A case that fails is run once more, alone: what that makes of it, and when it is not.

use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::response::Response;
use conformance::run::{Run, RunWriter, Summary, Verdict};
use conformance::{Baseline, Event, Options, Plan, Planned, Target};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::servers::{http, json_answer, raw, text_answer};
use crate::{plan, result_file, run_with, target, try_run};

/// Needs no state and no credentials, and is right when it is refused with 400.
const CASE: &str = "metastudio/batch-action/documented/400";

fn refused() -> Response {
    json_answer(
        400,
        &json!({ "error_code": "MSS.00000001", "error_msg": "no" }),
    )
}

fn broken() -> Response {
    text_answer(200, "text/plain", "welcome")
}

/// A server that is wrong in its first answers, with the paths that it was asked for.
async fn wrong_at_first(answers: usize) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&asked);
    let uri = http(move |seen| {
        let mut paths = paths.lock().expect("no test panics in here");
        paths.push(seen.target);
        if paths.len() <= answers {
            broken()
        } else {
            refused()
        }
    });
    (uri.await, asked)
}

/// The case over and over, each time as another one.
fn copies(count: usize) -> Plan {
    copies_of(CASE, count)
}

fn copies_of(case: &str, count: usize) -> Plan {
    let mut plan = plan(&[case]);
    let one = Arc::clone(&plan.cases[0]);
    plan.cases = (0..count)
        .map(|index| {
            let mut case = one.case.clone();
            case.id = format!("{}-{index:02}", case.id);
            let validator = Arc::clone(&one.validator);
            Arc::new(Planned { validator, case })
        })
        .collect();
    plan
}

fn alone() -> Options {
    Options {
        jobs: 1,
        ..Options::default()
    }
}

#[rstest]
#[case(false, Verdict::Warning, 0)]
#[case(true, Verdict::Fail, 1)]
#[tokio::test]
async fn a_case_that_fails_once_is_flaky(
    #[case] strict: bool,
    #[case] verdict: Verdict,
    #[case] exit_code: u8,
) {
    let (uri, asked) = wrong_at_first(1).await;
    let options = Options {
        strict,
        ..Options::default()
    };
    let run = try_run(&plan(&[CASE]), &target(&uri), &options)
        .await
        .expect("a run");
    let case = &run.cases[0];
    assert_eq!((case.verdict, case.retried), (verdict, Some(Verdict::Pass)));
    assert!(!case.findings.is_empty(), "the failure is what is told");
    let summary = Summary::of(&run);
    assert_eq!((summary.exit_code, summary.flaky), (exit_code, 1));
    let of = summary
        .requirements
        .iter()
        .find(|summary| summary.requirement.id == "MS-BA-15")
        .expect("it is promised");
    assert_eq!(of.verdict, Some(verdict), "a requirement is no worse off");
    let dir = result_file().with_extension("reports");
    for path in conformance::report::write_all(&run, &dir).expect("the reports") {
        let text = std::fs::read_to_string(&path).expect("it is text");
        let told = text.contains("flaky: it failed") || text.contains("<flakyFailure ");
        assert!(told, "{} does not tell it", path.display());
    }
    let shown = conformance::report::terminal::render(&run, &summary);
    assert!(shown.contains("flaky: it failed, and passed"), "{shown}");
    assert!(shown.contains("(1 flaky)"), "{shown}");
    let asked = asked.lock().expect("no panic");
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0], asked[1], "the second run has a tenant of its own");
}

#[tokio::test]
async fn a_case_that_fails_twice_has_failed() {
    let (uri, asked) = wrong_at_first(usize::MAX).await;
    let run = try_run(&plan(&[CASE]), &target(&uri), &Options::default())
        .await
        .expect("a run");
    let case = &run.cases[0];
    let verdicts = (case.verdict, case.retried);
    assert_eq!(verdicts, (Verdict::Fail, Some(Verdict::Fail)));
    assert_eq!(Summary::of(&run).flaky, 0);
    assert_eq!(asked.lock().expect("no panic").len(), 2);
}

#[tokio::test]
async fn whoever_wants_no_second_runs_has_none() {
    let (uri, asked) = wrong_at_first(usize::MAX).await;
    let options = Options {
        retry: false,
        ..Options::default()
    };
    let run = try_run(&plan(&[CASE]), &target(&uri), &options)
        .await
        .expect("a run");
    let verdicts = (run.cases[0].verdict, run.cases[0].retried);
    assert_eq!(verdicts, (Verdict::Fail, None));
    assert_eq!(asked.lock().expect("no panic").len(), 1);
}

#[tokio::test]
async fn an_error_is_not_tried_again() {
    let set_ups = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&set_ups);
    let states = http(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        text_answer(501, "text/plain", "no such state")
    });
    let mut target = target(&http(|_| refused()).await);
    let state_url = format!("{}/elsewhere", states.await);
    target.state_url = Some(Target::parse_url(&state_url).expect("a URL"));
    let plan = plan(&["metastudio/batch-action/documented/200"]);
    let run = try_run(&plan, &target, &Options::default())
        .await
        .expect("a run");
    let verdicts = (run.cases[0].verdict, run.cases[0].retried);
    assert_eq!(verdicts, (Verdict::Error, None));
    // One set-up, and its teardown, because nobody knows how far it came.
    assert_eq!(set_ups.load(Ordering::Relaxed), 2);
}

/// All copies of the case are known to fail.
fn known() -> Arc<Baseline> {
    let text = format!("[[known]]\ncase = \"{CASE}*\"\nreason = \"ticket 123\"\n");
    let baseline = Baseline::parse(&text, Path::new("known.toml"));
    Arc::new(baseline.expect("a baseline"))
}

#[tokio::test]
async fn a_known_failure_is_no_reason_to_stop_or_to_try_again() {
    let (uri, asked) = wrong_at_first(usize::MAX).await;
    let options = Options {
        fail_fast: true,
        baseline: Some(known()),
        ..alone()
    };
    let run = try_run(&copies(3), &target(&uri), &options)
        .await
        .expect("a run");
    assert_eq!(run.cases.len(), 3);
    assert!(run.cases.iter().all(|case| case.retried.is_none()));
    assert_eq!(asked.lock().expect("no panic").len(), 3);
}

#[tokio::test]
async fn a_case_that_passes_against_the_baseline_is_not_tried_again() {
    let (uri, asked) = wrong_at_first(0).await;
    let options = Options {
        fail_fast: true,
        baseline: Some(known()),
        ..alone()
    };
    let run = try_run(&copies(3), &target(&uri), &options)
        .await
        .expect("a run");
    let ended: Vec<_> = run
        .cases
        .iter()
        .map(|case| (case.verdict, case.retried))
        .collect();
    assert_eq!(ended, [(Verdict::Fail, None)], "it stops there");
    assert_eq!(asked.lock().expect("no panic").len(), 1);
}

#[tokio::test]
async fn second_runs_come_one_by_one_after_all_others() {
    let (uri, _) = wrong_at_first(3).await;
    let told = RefCell::new(Vec::new());
    let options = Options {
        jobs: 8,
        ..Options::default()
    };
    let run = run_with(&copies(8), &target(&uri), &options, |event| {
        told.borrow_mut().push(match event {
            Event::CaseStarted { .. } => "started",
            Event::CaseFailed { .. } => "failed",
            Event::CaseRetried { .. } => "again",
            Event::CaseEnded { .. } => "ended",
            _ => "other",
        });
    })
    .await
    .expect("a run");
    let told = told.into_inner();
    let first_again = told.iter().position(|event| *event == "again");
    let (first, second) = told.split_at(first_again.expect("some are run again"));
    let count = |event: &str| first.iter().filter(|told| **told == event).count();
    assert_eq!(
        (count("started"), count("failed"), count("ended")),
        (8, 3, 5)
    );
    assert_eq!(second, ["again", "ended"].repeat(3));
    assert_eq!(Summary::of(&run).flaky, 3);
}

#[tokio::test]
async fn a_failing_case_is_written_after_its_second_run() {
    let (uri, _) = wrong_at_first(1).await;
    let path = result_file();
    let mut out = RunWriter::create(&path).expect("a file");
    let (plan, target, options) = (copies(3), target(&uri), alone());
    let never = std::future::pending();
    conformance::run(&plan, &target, &options, &mut out, |_| {}, never)
        .await
        .expect("a run");
    let text = std::fs::read_to_string(&path).expect("the file");
    let ids: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("documented/400-"))
        .map(|(_, rest)| &rest[..2])
        .collect();
    assert_eq!(ids, ["01", "02", "00"]);
}

#[rstest]
#[case(false)]
#[case(true)]
#[tokio::test]
async fn of_very_many_failing_cases_the_first_of_the_plan_are_run_again(#[case] shuffle: bool) {
    let (uri, asked) = wrong_at_first(usize::MAX).await;
    let options = Options {
        shuffle,
        ..Options::default()
    };
    let run = try_run(&copies(40), &target(&uri), &options)
        .await
        .expect("a run");
    assert_eq!(run.cases.len(), 40);
    for (index, case) in run.cases.iter().enumerate() {
        let expected = (index < 32).then_some(Verdict::Fail);
        assert_eq!(
            (case.verdict, case.retried),
            (Verdict::Fail, expected),
            "{}",
            case.id
        );
    }
    assert_eq!(asked.lock().expect("no panic").len(), 72);
}

#[tokio::test]
async fn an_interruption_during_a_second_run_keeps_the_first() {
    let reached = Arc::new(Notify::new());
    let announce = Arc::clone(&reached);
    let requests = Arc::new(AtomicUsize::new(0));
    let uri = raw(move |mut stream| {
        let (announce, requests) = (Arc::clone(&announce), Arc::clone(&requests));
        async move {
            if requests.fetch_add(1, Ordering::Relaxed) == 0 {
                let wrong = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                let _ = stream.write_all(wrong).await;
            } else {
                announce.notify_one();
                std::future::pending::<()>().await;
            }
        }
    });
    let target = target(&uri.await);
    let path = result_file();
    let mut out = RunWriter::create(&path).expect("a file");
    let (plan, options) = (plan(&[CASE]), Options::default());
    let cancel = reached.notified();
    let run = conformance::run(&plan, &target, &options, &mut out, |_| {}, cancel);
    let run = tokio::time::timeout(crate::HUNG, run)
        .await
        .expect("it ends")
        .expect("a run");
    let verdicts = (run.cases[0].verdict, run.cases[0].retried);
    assert_eq!(verdicts, (Verdict::Fail, None));
    assert_eq!(Summary::of(&run).exit_code, 130);
    assert_eq!(Run::read(Path::new(&path)).expect("a whole file"), run);
}

/// A server that is wrong in everything, and with the first state that is to be torn down waits until
/// the run has been interrupted.
async fn torn_down_after(reached: Arc<Notify>, interrupted: Arc<Notify>) -> String {
    let router = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let (reached, interrupted) = (Arc::clone(&reached), Arc::clone(&interrupted));
        async move {
            let (parts, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await;
            let body: Value =
                serde_json::from_slice(&bytes.unwrap_or_default()).unwrap_or_default();
            if parts.uri.path() != "/_states" {
                return broken();
            }
            if body["action"] == "teardown" {
                reached.notify_one();
                interrupted.notified().await;
                // Nor does the next one wait.
                interrupted.notify_one();
            }
            json_answer(200, &json!({ "asset_id": "a" }))
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// What has tidied up all the same counts; the run was interrupted when something was left to do.
#[rstest]
#[case::nothing_was_left(1, false, false)]
#[case::another_case_was(2, false, true)]
#[case::a_second_run_was(1, true, true)]
#[tokio::test]
async fn an_interruption_while_a_case_tidies_up(
    #[case] count: usize,
    #[case] retry: bool,
    #[case] interrupted: bool,
) {
    let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let uri = torn_down_after(Arc::clone(&reached), Arc::clone(&go_on)).await;
    let (plan, target) = (
        copies_of("metastudio/batch-action/documented/200", count),
        target(&uri),
    );
    let options = Options { retry, ..alone() };
    let mut out = RunWriter::create(&result_file()).expect("a file");
    let cancel = async {
        reached.notified().await;
        go_on.notify_one();
    };
    let run = conformance::run(&plan, &target, &options, &mut out, |_| {}, cancel);
    let run = tokio::time::timeout(crate::HUNG, run)
        .await
        .expect("it ends")
        .expect("a run");
    assert_eq!(run.cases.len(), 1);
    assert_eq!(run.cases[0].verdict, Verdict::Fail);
    assert_eq!(run.footer.expect("a footer").interrupted, interrupted);
}

#[tokio::test]
async fn a_target_that_goes_away_fails_the_cases_that_are_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut first = [0; 4096];
            // The probe connects and says nothing.
            if stream.read(&mut first).await.is_ok_and(|read| read > 0) {
                drop(listener);
                let body = r#"{"error_code":"MSS.00000001","error_msg":"no"}"#;
                let answer = format!(
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                return;
            }
        }
    });
    let options = Options {
        retry: false,
        ..alone()
    };
    let run = try_run(&copies(2), &target(&format!("http://{address}")), &options)
        .await
        .expect("it was there at first");
    assert_eq!(run.cases.len(), 2);
    assert_eq!(run.cases[1].verdict, Verdict::Fail);
}

#[tokio::test]
async fn fail_fast_starts_nothing_more_after_a_failure_and_says_so() {
    let (uri, _) = wrong_at_first(usize::MAX).await;
    let options = Options {
        fail_fast: true,
        ..alone()
    };
    let path = result_file();
    let mut out = RunWriter::create(&path).expect("a file");
    let (plan, target) = (copies(5), target(&uri));
    let never = std::future::pending();
    let run = conformance::run(&plan, &target, &options, &mut out, |_| {}, never)
        .await
        .expect("a run");
    assert_eq!(run.cases.len(), 1);
    assert_eq!(run.cases[0].retried, Some(Verdict::Fail));
    let summary = Summary::of(&run);
    assert_eq!(summary.exit_code, 1);
    let said = summary.cut_short.clone().expect("it was cut short");
    assert!(
        said.contains("400-00 failed") && said.contains("1 of 5 selected cases"),
        "{said}"
    );
    let read = Run::read(&path).expect("a whole file");
    assert_eq!(read, run);
    let footer = read.footer.expect("a footer");
    assert!(!footer.interrupted && footer.stopped.is_some());
    let dir = path.with_extension("reports");
    for path in conformance::report::write_all(&run, &dir).expect("the reports") {
        let text = std::fs::read_to_string(&path).expect("it is text");
        assert!(
            text.contains("400-00 failed"),
            "{} does not say so",
            path.display()
        );
    }
    let shown = conformance::report::terminal::render(&run, &summary);
    assert!(shown.contains(&said), "{shown}");
}

#[tokio::test]
async fn fail_fast_stops_nothing_when_the_last_case_fails() {
    let (uri, _) = wrong_at_first(usize::MAX).await;
    let options = Options {
        fail_fast: true,
        ..alone()
    };
    let run = try_run(&copies(1), &target(&uri), &options)
        .await
        .expect("a run");
    assert_eq!(run.cases[0].verdict, Verdict::Fail);
    assert_eq!(run.footer.expect("a footer").stopped, None);
}

#[tokio::test]
async fn fail_fast_finishes_what_is_running() {
    let (uri, _) = wrong_at_first(usize::MAX).await;
    let started = RefCell::new(0);
    let (plan, target) = (copies(20), target(&uri));
    let options = Options {
        fail_fast: true,
        jobs: 4,
        ..Options::default()
    };
    let run = run_with(&plan, &target, &options, |event| {
        if let Event::CaseStarted { .. } = event {
            *started.borrow_mut() += 1;
        }
    });
    let run = run.await.expect("a run");
    assert_eq!(run.cases.len(), started.into_inner());
    assert_eq!(run.cases.len(), 4, "all that were started at once");
    assert!(
        run.cases
            .iter()
            .all(|case| case.retried == Some(Verdict::Fail))
    );
}

#[tokio::test]
async fn fail_fast_goes_on_after_a_flaky_case() {
    let (uri, _) = wrong_at_first(1).await;
    let options = Options {
        fail_fast: true,
        ..alone()
    };
    let run = try_run(&copies(5), &target(&uri), &options)
        .await
        .expect("a run");
    assert_eq!(run.cases.len(), 5);
    let summary = Summary::of(&run);
    assert_eq!((summary.flaky, summary.exit_code), (1, 0));
    assert_eq!(run.footer.expect("a footer").stopped, None);
}
