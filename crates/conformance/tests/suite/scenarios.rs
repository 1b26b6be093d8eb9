//! Workflows of Arazzo documents, played against small servers: what is a pass, a finding, a skip,
//! and what ends a play that would not end by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::response::Response;
use conformance::run::{CaseKind, CaseRecord, Verdict};
use conformance::{Options, Plan, Selection, Target};
use contract::{Contract, Level};
use fake_server::FakeServer;
use rstest::rstest;
use serde_json::json;
use validator::{Check, Location, Validator};

use crate::servers::{Seen, http, json_answer, text_answer};
use crate::{plan_of, target, try_run};

/// What every document of these tests begins with.
const HEAD: &str = "arazzo: 1.0.1
info: {title: Notes, version: \"1\"}
sourceDescriptions: [{name: notes, type: openapi, url: openapi.yaml}]
workflows:
  - workflowId: case
    summary: A case
";

/// A contract whose only scenario is this workflow, and the plan of its one case.
fn plan(workflow: &str) -> Plan {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("notes-{number}"));
    fs::create_dir_all(&folder).expect("a folder");
    let notes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notes");
    for entry in fs::read_dir(notes).expect("the contract") {
        let entry = entry.expect("a file of it");
        fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
    }
    let document = format!("{HEAD}{workflow}");
    fs::write(folder.join("scenarios.arazzo.yaml"), document).expect("a file");
    let contract = Contract::from_dir(&folder).unwrap_or_else(|error| panic!("{error}"));
    let validator = Validator::new(Arc::new(contract)).expect("it compiles");
    let globs = ["**/scenario/case".to_owned()];
    let selection = Selection::new(Vec::new(), &globs, Vec::new()).expect("a glob");
    Plan::new(vec![Arc::new(validator)], &selection).expect("one case")
}

async fn play_at(workflow: &str, target: &Target, options: &Options) -> CaseRecord {
    let run = try_run(&plan(workflow), target, options).await;
    let mut cases = run.expect("a run").cases;
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

/// Plays the workflow against a server that answers like this.
async fn play(
    workflow: &str,
    answer: impl Fn(Seen) -> Response + Send + Sync + 'static,
) -> CaseRecord {
    let target = target(&http(answer).await);
    play_at(workflow, &target, &Options::default()).await
}

/// A note that was written or is read.
fn note(state: &str) -> Response {
    json_answer(200, &json!({ "id": "n1", "text": "hello", "state": state }))
}

const WRITE_AND_READ: &str = "    x-requirements: [NO-04]
    steps:
      - stepId: write
        operationId: write
        requestBody: {payload: {text: hello}}
        successCriteria:
          - {condition: $statusCode == 200, x-says: the note is written}
        outputs: {id: $response.body#/id}
      - stepId: read
        operationId: read
        parameters: [{name: id, in: path, value: $steps.write.outputs.id}]
        successCriteria:
          - {condition: $statusCode == 200}
          - condition: $response.body#/text == $steps.write.outputs.id || $response.body#/text == 'HELLO'
            x-says: the text that was written is read
            x-requirement: NO-04
";

#[tokio::test]
async fn a_kept_promise_is_a_pass_and_outputs_lead_on() {
    let case = play(WRITE_AND_READ, |seen| {
        let of_note = seen.target.ends_with("/notes/n1") || seen.target.ends_with("/notes");
        if of_note {
            note("STORED")
        } else {
            text_answer(404, "text/plain", "")
        }
    })
    .await;
    assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    assert_eq!(case.id, "notes/write/scenario/case");
    assert_eq!(
        (case.kind, case.title.as_str()),
        (CaseKind::Scenario, "A case")
    );
    assert_eq!(
        (case.covers.as_slice(), case.level),
        (["NO-04".to_owned()].as_slice(), Level::Must)
    );
    assert!(case.exercised.contains(&"NO-04".to_owned()));
    assert_eq!(case.steps.len(), 2);
    assert!(case.steps[1].request.url.ends_with("/notes/n1"));
}

#[tokio::test]
async fn a_broken_promise_is_a_finding_in_words() {
    let case = play(WRITE_AND_READ, |seen| {
        let text = if seen.target.ends_with("/n1") {
            "other"
        } else {
            "hello"
        };
        json_answer(200, &json!({ "id": "n1", "text": text }))
    })
    .await;
    assert_eq!(case.verdict, Verdict::Fail, "{case:#?}");
    let [found] = case.findings.as_slice() else {
        panic!("{case:#?}")
    };
    assert_eq!(found.step, 1);
    let finding = &found.finding;
    assert_eq!(finding.check, Check::CaseExpectation);
    assert_eq!(finding.requirement.as_deref(), Some("NO-04"));
    assert_eq!(finding.level, Level::Must);
    assert_eq!(finding.location, Location::Body("/text".to_owned()));
    assert_eq!(finding.expected, "the text that was written is read");
    assert!(
        finding.actual.contains("$response.body#/text is \"other\"")
            && finding.actual.contains("status 200"),
        "{}",
        finding.actual
    );
}

#[tokio::test]
async fn a_precondition_that_does_not_hold_skips_the_case() {
    let case = play(WRITE_AND_READ, |_| text_answer(400, "text/plain", "full")).await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    assert_eq!(
        case.reason.as_deref(),
        Some("step write: \"the note is written\" did not hold; last answer: status 400, full")
    );
    assert!(!case.exercised.contains(&"NO-04".to_owned()));
    assert_eq!(case.steps.len(), 1);
}

#[tokio::test]
async fn what_an_answer_did_not_bring_skips_what_needs_it() {
    let case = play(WRITE_AND_READ, |_| json_answer(200, &json!({}))).await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    let reason = case.reason.expect("a reason");
    assert!(reason.contains("$steps.write.outputs.id"), "{reason}");
}

/// Reads until the note is stored, so often.
fn polling(limit: usize, after: &str) -> String {
    format!(
        "    x-requirements: [NO-05]
    steps:
      - stepId: read
        operationId: read
        parameters: [{{name: id, in: path, value: n1}}]
        successCriteria:
          - {{condition: $statusCode == 200}}
          - condition: $response.body#/state == 'STORED'
            x-requirement: NO-05
            x-erratum: NO-E01
        onFailure:
          - {{name: wait, type: retry, retryAfter: {after}, retryLimit: {limit}}}
"
    )
}

/// A server that says at each request how many came before it.
fn counting(
    answer: impl Fn(usize) -> Response + Send + Sync + 'static,
) -> (Arc<AtomicUsize>, impl Fn(Seen) -> Response) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    (requests, move |_| {
        answer(counter.fetch_add(1, Ordering::Relaxed))
    })
}

#[tokio::test]
async fn a_promise_may_be_kept_at_the_last_try() {
    let (requests, answer) = counting(|before| note(if before < 3 { "NEW" } else { "STORED" }));
    let case = play(&polling(3, "0.001"), answer).await;
    assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    assert_eq!(requests.load(Ordering::Relaxed), 4);
    assert!(case.findings.is_empty() && case.steps.len() == 4);
    assert!(case.exercised.contains(&"NO-05".to_owned()));
}

#[tokio::test]
async fn retries_are_bounded_and_only_the_first_and_the_last_are_kept() {
    let (requests, answer) = counting(|before| note(&format!("NEW {before}")));
    let case = play(&polling(9, "0.001"), answer).await;
    assert_eq!(case.verdict, Verdict::Warning, "{case:#?}");
    assert_eq!(requests.load(Ordering::Relaxed), 10);
    let answers: Vec<&str> = case
        .steps
        .iter()
        .filter_map(|step| step.response.as_ref())
        .map(|response| response.body.text.as_str())
        .collect();
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert!(
        answers[0].contains("NEW 0") && answers[1].contains("NEW 9"),
        "{answers:?}"
    );
    let [found] = case.findings.as_slice() else {
        panic!("{case:#?}")
    };
    assert_eq!(found.step, 1);
    assert_eq!(found.finding.erratum.as_deref(), Some("NO-E01"));
    let script = case.reproduction.expect("a script");
    assert!(script.contains("in request 2"), "{script}");
}

#[tokio::test]
async fn an_exchange_that_a_finding_is_about_is_kept() {
    let (_, answer) = counting(|before| match before {
        4 => json_answer(200, &json!({ "id": 7 })),
        _ => note("NEW"),
    });
    let case = play(&polling(9, "0"), answer).await;
    let [schema, promise] = case.findings.as_slice() else {
        panic!("{case:#?}")
    };
    assert_eq!(case.steps.len(), 3);
    assert_eq!((schema.step, promise.step), (1, 2));
    let body = |step: usize| {
        case.steps[step]
            .response
            .as_ref()
            .map(|r| r.body.text.clone())
    };
    assert_eq!(body(1).as_deref(), Some(r#"{"id":7}"#));
}

#[rstest]
#[case::a_longer_wait_than_the_case_has("60", None)]
#[case::a_server_that_asks_for_one("0.001", Some("60"))]
#[case::without_end("1e18", None)]
#[case::a_server_without_end("0", Some("18446744073709551615"))]
#[tokio::test]
async fn nothing_is_waited_for_beyond_the_time_of_the_case(
    #[case] after: &str,
    #[case] asked: Option<&'static str>,
) {
    let (requests, answer) = counting(move |_| {
        let mut answer = note("NEW");
        if let Some(seconds) = asked {
            let seconds = seconds.parse().expect("a header value");
            answer.headers_mut().insert("retry-after", seconds);
        }
        answer
    });
    let case = play(&polling(100, after), answer).await;
    assert_eq!(case.verdict, Verdict::Warning, "{case:#?}");
    assert_eq!(requests.load(Ordering::Relaxed), 1);
}

const GOTO: &str = "    x-requirements: [NO-04]
    steps:
      - stepId: first
        operationId: read
        parameters: [{name: id, in: path, value: first}]
        successCriteria: [{condition: $statusCode == 200}]
        onFailure:
          - {name: other, type: goto, stepId: third, criteria: [{condition: $statusCode == 404}]}
      - stepId: second
        operationId: read
        parameters: [{name: id, in: path, value: second}]
        onSuccess:
          - {name: never, type: end, criteria: [{condition: 'false'}]}
          - {name: over, type: end}
      - stepId: third
        operationId: read
        parameters: [{name: id, in: path, value: third}]
        successCriteria:
          - {context: $response.body#/state, type: regex, condition: '^STORED$', x-requirement: NO-04}
        onSuccess:
          - {name: back, type: goto, stepId: second}
";

#[tokio::test]
async fn actions_choose_the_way() {
    let case = play(GOTO, |seen| {
        if seen.target.ends_with("/first") {
            text_answer(404, "text/plain", "")
        } else {
            note("STORED")
        }
    })
    .await;
    assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    let visited: Vec<&str> = case
        .steps
        .iter()
        .filter_map(|step| step.request.url.rsplit('/').next())
        .collect();
    assert_eq!(visited, ["first", "third", "second"]);
}

#[tokio::test]
async fn a_way_that_leads_past_the_promises_is_no_pass() {
    let case = play(GOTO, |_| note("STORED")).await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    assert_eq!(
        case.reason.as_deref(),
        Some("NO-04 was not put to the test")
    );
}

#[tokio::test]
async fn a_circle_is_an_error_of_the_case() {
    let circle = "    x-requirements: [NO-04]
    steps:
      - stepId: read
        operationId: read
        parameters: [{name: id, in: path, value: n1}]
        onSuccess: [{name: again, type: goto, stepId: read}]
";
    let (requests, answer) = counting(|_| note("NEW"));
    let case = play(circle, answer).await;
    assert_eq!(case.verdict, Verdict::Error, "{case:#?}");
    assert!(
        case.reason
            .is_some_and(|reason| reason.contains("leads in a circle"))
    );
    assert_eq!(requests.load(Ordering::Relaxed), 200);
}

#[tokio::test]
async fn a_failure_that_ends_the_workflow_is_a_skip_until_something_was_promised() {
    let ends = |before: &str| {
        format!(
            "    x-requirements: [NO-04]
    steps:
{before}      - stepId: last
        operationId: read
        parameters: [{{name: id, in: path, value: last}}]
        successCriteria: [{{condition: $response.body#/state == 'STORED'}}]
        onFailure: [{{name: over, type: end}}]
"
        )
    };
    let case = play(&ends(""), |_| note("NEW")).await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    let promise = "      - stepId: first
        operationId: read
        parameters: [{name: id, in: path, value: first}]
        successCriteria: [{condition: $response.body#/id == 'n1', x-requirement: NO-04}]
";
    let case = play(&ends(promise), |_| note("NEW")).await;
    assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
}

const TWO_TEAMS: &str = "    x-requirements: [NO-06]
    x-tenants: [other]
    x-provider-states:
      - {state: note exists, as: own}
      - {state: note exists, params: {like: $states.own.note}, as: foreign, tenant: other}
    steps:
      - stepId: read
        operationId: read
        parameters:
          - {name: team, in: path, value: $inputs.team}
          - {name: id, in: path, value: $inputs.foreign.note}
        successCriteria:
          - {condition: $statusCode == 404, x-says: it is not there, x-requirement: NO-06}
      - stepId: own
        operationId: read
        parameters:
          - {name: team, in: path, value: $inputs.other.team}
          - {name: id, in: path, value: '{$inputs.own.note}-{$inputs.foreign.note}'}
";

#[tokio::test]
async fn a_second_tenant_has_states_and_values_of_its_own() {
    let set_up = Arc::new(Mutex::new(Vec::new()));
    let states = Arc::clone(&set_up);
    let uri = http(move |seen| {
        if seen.target != "/states" {
            return text_answer(404, "text/plain", "");
        }
        let mut states = states.lock().expect("no panic");
        if seen.body["action"] == "setup" {
            states.push(seen.body["params"].clone());
        }
        json_answer(200, &json!({ "note": format!("n{}", states.len()) }))
    })
    .await;
    let mut target = target(&uri);
    target.state_url = Some(Target::parse_url(&format!("{uri}/states")).expect("a URL"));
    let case = play_at(TWO_TEAMS, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");

    let set_up = set_up.lock().expect("no panic");
    let team = |index: usize| set_up[index]["team"].as_str().expect("a team");
    assert_ne!(team(0), team(1));
    assert_eq!(set_up[1]["like"], "n1");
    let url = |index: usize| case.steps[index].request.url.as_str();
    assert!(
        url(0).ends_with(&format!("/v1/{}/notes/n2", team(0))),
        "{}",
        url(0)
    );
    assert!(
        url(1).ends_with(&format!("/v1/{}/notes/n1-n2", team(1))),
        "{}",
        url(1)
    );
}

#[tokio::test]
async fn a_target_with_a_tenant_of_its_own_has_no_second_one() {
    let mut target = target(&http(|_| note("NEW")).await);
    target.tenant.insert("team".to_owned(), "red".to_owned());
    let case = play_at(TWO_TEAMS, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    let reason = case.reason.expect("a reason");
    assert!(
        reason.contains("second tenant") && reason.contains("team"),
        "{reason}"
    );
    assert!(case.steps.is_empty());
}

#[tokio::test]
async fn a_request_that_is_put_off_is_not_judged_by_what_the_scenario_asks() {
    let case = play(WRITE_AND_READ, |seen| match seen.target.as_str() {
        target if target.ends_with("/n1") => json_answer(429, &json!({ "error": "later" })),
        _ => note("NEW"),
    });
    let case = case.await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    let reason = case.reason.expect("a reason");
    assert!(reason.contains("put the request off"), "{reason}");
}

#[tokio::test]
async fn a_state_that_returns_less_is_an_error_of_the_set_up() {
    let case = play(TWO_TEAMS, |_| note("NEW")).await;
    assert_eq!(case.verdict, Verdict::Error, "{case:#?}");
    let reason = case.reason.expect("a reason");
    assert!(reason.contains("$states.own.note"), "{reason}");
}

/// A step whose request is wrong in one way.
fn refused(how: &str) -> String {
    format!(
        "    x-requirements: [NO-03]
    steps:
      - stepId: write
        operationId: write
        x-expects: refused
{how}"
    )
}

#[rstest]
#[case::malformed("        requestBody: {payload: '{\"text\":'}\n", "NO-03")]
#[case::of_another_type("        requestBody: {payload: {text: 7}}\n", "NO-03")]
#[case::without_a_body("", "NO-03")]
#[case::without_a_token(
    "        x-authenticate: false\n        requestBody: {payload: {text: a}}\n",
    "NO-07"
)]
#[case::with_a_foreign_token(
    "        parameters: [{name: X-Auth-Token, in: header, value: foreign}]\n        requestBody: {payload: {text: a}}\n",
    "NO-07"
)]
#[tokio::test]
async fn a_request_that_is_wrong_on_purpose_is_to_be_refused(
    #[case] how: &str,
    #[case] requirement: &str,
) {
    let case = play(&refused(how), |_| text_answer(400, "text/plain", "")).await;
    assert_ne!(case.verdict, Verdict::Error, "{case:#?}");
    assert!(case.findings.is_empty(), "{case:#?}");
    assert!(
        case.exercised.contains(&requirement.to_owned()),
        "{case:#?}"
    );
    // Another refusal than the documented one is refused, too.
    let case = play(&refused(how), |_| text_answer(422, "text/plain", "")).await;
    assert!(
        matches!(case.verdict, Verdict::Warning | Verdict::Skipped),
        "{case:#?}"
    );
    let case = play(&refused(how), |_| note("STORED")).await;
    assert_eq!(case.verdict, Verdict::Fail, "{case:#?}");
    let finding = &case.findings[0].finding;
    assert_eq!(finding.requirement.as_deref(), Some(requirement));
}

#[tokio::test]
async fn a_request_that_turns_out_right_proves_no_refusal() {
    let right = refused("        requestBody: {payload: {text: a}}\n");
    let case = play(&right, |_| text_answer(400, "text/plain", "")).await;
    assert_eq!(case.verdict, Verdict::Error, "{case:#?}");
}

#[tokio::test]
async fn a_request_that_turns_out_wrong_is_not_blamed_on_the_target() {
    let wrong = "    x-requirements: [NO-04]
    steps:
      - {stepId: write, operationId: write, requestBody: {payload: {text: 7}}}
";
    let case = play(wrong, |_| text_answer(400, "text/plain", "")).await;
    assert_eq!(case.verdict, Verdict::Error, "{case:#?}");
    // Who only observes may send what they like.
    let observed = format!("    x-counted: false\n{wrong}");
    let case = play(&observed, |_| text_answer(400, "text/plain", "")).await;
    assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    assert!(
        case.findings
            .iter()
            .all(|found| found.finding.level == Level::May)
    );
    assert_eq!(case.level, Level::May);
}

#[tokio::test]
async fn what_should_be_accepted_and_is_not_is_a_warning() {
    let accepted = WRITE_AND_READ.replace(
        "        requestBody",
        "        x-expects: accepted\n        requestBody",
    );
    let case = play(&accepted, |_| text_answer(400, "text/plain", "full")).await;
    assert_eq!(case.verdict, Verdict::Warning, "{case:#?}");
    let finding = &case.findings[0].finding;
    assert_eq!(finding.check, Check::PositiveDataAcceptance);
    assert_eq!(
        (finding.requirement.as_deref(), finding.level),
        (Some("NO-01"), Level::Should)
    );
    assert_eq!(case.steps.len(), 1);
}

#[tokio::test]
async fn a_credential_is_filled_in_and_shown_nowhere() {
    let with_token = "    x-requirements: [NO-04]
    parameters: [{name: X-Auth-Token, in: header, value: $inputs.token}]
    steps:
      - stepId: write
        operationId: write
        requestBody: {payload: {text: hello}}
        outputs: {said: $request.header.X-Auth-Token}
      - stepId: again
        operationId: write
        requestBody: {payload: {text: 'say {$steps.write.outputs.said}'}}
        successCriteria:
          - {condition: $request.body#/text == 'hello', x-requirement: NO-04}
";
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let seen_tokens = Arc::clone(&tokens);
    let case = play(with_token, move |seen| {
        let token = seen.token.unwrap_or_default();
        seen_tokens.lock().expect("no panic").push(token.clone());
        json_answer(200, &json!({ "id": token, "text": seen.body["text"] }))
    })
    .await;
    let sent = tokens.lock().expect("no panic").clone();
    assert!(
        sent.len() > 1 && sent.iter().all(|token| token == "assetproof-token"),
        "{sent:?}"
    );
    assert_eq!(case.verdict, Verdict::Fail);
    let record = serde_json::to_string(&case).expect("a record");
    assert!(!record.contains("assetproof-token"), "{record}");
    assert!(record.contains("***"), "{record}");
}

#[tokio::test]
async fn without_credentials_a_workflow_is_skipped_and_sends_nothing() {
    let mut target = target(&http(|_| note("NEW")).await);
    target.credentials = conformance::Credentials::default();
    let case = play_at(WRITE_AND_READ, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    assert!(
        case.reason
            .is_some_and(|reason| reason.contains("ASSETPROOF_TOKEN"))
    );
    assert!(case.steps.is_empty());
}

#[tokio::test]
async fn a_server_that_hangs_up_is_found_once_and_nothing_is_retried() {
    let uri = crate::servers::raw(|stream| async move { drop(stream) }).await;
    let mut target = target(&uri);
    target.timeout = Duration::from_millis(300);
    let case = play_at(&polling(50, "0.001"), &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Fail, "{case:#?}");
    assert_eq!(case.findings[0].finding.check, Check::ResponseReceived);
    assert_eq!(case.steps.len(), 1);
}

#[rstest]
#[case("2022-12")]
#[case("2025-10")]
#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_the_embedded_contracts_passes_against_the_fake(#[case] roma: &str) {
    let fake = FakeServer::builder()
        .revision("roma", roma)
        .start()
        .await
        .expect("a fake");
    let options = Options {
        strict: true,
        ..Options::default()
    };
    let plan = plan_of(roma, &["**/scenario/**"]);
    let run = try_run(&plan, &target(&fake.uri()), &options).await;
    let run = run.expect("a run");
    for case in &run.cases {
        assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    }
}
