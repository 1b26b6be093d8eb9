//! The per-item oracle: random histories against the fake, and against fakes with one defect each,
//! which is found at the right promise and told in a few requests.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use conformance::run::{CaseRecord, Line, Run, Verdict};
use conformance::{Options, report};
use contract::Level;
use fake_server::engine::STATES_PATH;
use fake_server::{Engine, FakeServer};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use validator::{Request, Response};

use crate::{plan, target, try_run};

const METASTUDIO: &str = "metastudio/*/scenario/history-*";
const SMH: &str = "smh/*/scenario/history-*";

/// What histories are there for; each run puts all of it to the test.
const PROMISES: [&str; 14] = [
    "MS-BA-14", "MS-BA-19", "MS-BA-20", "MS-BA-21", "MS-BA-22", "MS-BA-23", "MS-BA-24", "MS-AS-08",
    "MS-AS-12", "SM-BD-07", "SM-BD-08", "SM-BD-11", "SM-BD-13", "HT-04",
];

fn seeded(seed: u64) -> Options {
    Options {
        seed,
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fake_keeps_every_promise_through_fifty_seeds_that_each_put_all_to_the_test() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let plan = plan(&[METASTUDIO, SMH]);
    for seed in 0..50 {
        let options = Options {
            strict: true,
            ..seeded(seed)
        };
        let run = try_run(&plan, &target(&fake.uri()), &options).await;
        let run = run.expect("a run");
        assert!(run.cases.len() >= 15);
        for case in &run.cases {
            assert_eq!(case.verdict, Verdict::Pass, "seed {seed}: {case:#?}");
            assert_eq!(case.note, None);
        }
        for id in PROMISES {
            let tested = |case: &&CaseRecord| {
                let has = |ids: &[String]| ids.iter().any(|known| known == id);
                has(&case.covers) && has(&case.exercised)
            };
            let tested = run.cases.iter().any(|case| tested(&case));
            assert!(tested, "seed {seed} does not put {id} to the test");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_sends_the_same_again_and_another_one_something_else() {
    let sent = |run: &Run| -> Vec<String> {
        let cases = run
            .cases
            .iter()
            .filter(|case| !case.id.ends_with("side-by-side"));
        let steps = cases.flat_map(|case| &case.steps);
        let path = |url: &str| url.splitn(4, '/').last().unwrap_or_default().to_owned();
        steps
            .map(|step| path(&step.request.url) + &step.request.body.text)
            .collect()
    };
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        // The fake numbers its ids, so that each run needs one of its own.
        let fake = FakeServer::builder().start().await.expect("a fake");
        let run = try_run(
            &plan(&[METASTUDIO, SMH]),
            &target(&fake.uri()),
            &seeded(seed),
        )
        .await;
        runs.push(sent(&run.expect("a run")));
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_a_moment_to_show_is_waited_for() {
    // What was changed is shown by the second look, and not yet by the first one.
    let made = || Engine::builder().build().expect("an engine");
    let (now, shown) = (Arc::new(made()), Arc::new(made()));
    let late: Arc<Mutex<Vec<Request>>> = Arc::default();
    let uri = serve(move |request: Request| {
        let (now, shown, late) = (Arc::clone(&now), Arc::clone(&shown), Arc::clone(&late));
        async move {
            let mut late = late.lock().expect("nothing panics");
            if request.path() == STATES_PATH {
                shown.respond(&request);
                now.respond(&request)
            } else if request.path().ends_with("/summarys") {
                let response = shown.respond(&request);
                for request in late.drain(..) {
                    shown.respond(&request);
                }
                response
            } else {
                late.push(request.clone());
                now.respond(&request)
            }
        }
    });
    let options = Options {
        strict: true,
        jobs: 1,
        ..seeded(3)
    };
    let run = try_run(&plan(&[METASTUDIO]), &target(&uri.await), &options).await;
    for case in &run.expect("a run").cases {
        assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    }
}

/// Serves the fake's engine with a defect at a free port. Returns the base URL.
pub(crate) async fn defective(
    defect: impl Fn(&Engine, &Request) -> Response + Send + Sync + 'static,
) -> String {
    let engine = Arc::new(Engine::builder().build().expect("an engine"));
    let defect = Arc::new(defect);
    serve(move |request| {
        let (engine, defect) = (Arc::clone(&engine), Arc::clone(&defect));
        async move {
            // The states are what they are.
            if request.path() == STATES_PATH {
                engine.respond(&request)
            } else {
                defect(&engine, &request)
            }
        }
    })
    .await
}

pub(crate) async fn serve<F>(
    answer: impl Fn(Request) -> F + Clone + Send + Sync + 'static,
) -> String
where
    F: Future<Output = Response> + Send,
{
    let router = Router::new().fallback(move |request: axum::extract::Request| {
        let answer = answer.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX)
                .await
                .unwrap_or_default();
            let headers = parts.headers.iter();
            let headers =
                headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
            let response = answer(Request {
                method: parts.method.to_string(),
                target: parts.uri.to_string(),
                headers: headers.collect(),
                body,
            })
            .await;
            let mut answered = axum::response::Response::builder().status(response.status);
            for (name, value) in &response.headers {
                answered = answered.header(name, &value[..]);
            }
            answered
                .body(Body::from(response.body))
                .expect("a response")
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

pub(crate) fn body(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

/// The request with another body.
pub(crate) fn with(request: &Request, body: &Value) -> Request {
    Request {
        body: body.to_string().into(),
        ..request.clone()
    }
}

/// The answer with its body changed.
pub(crate) fn changed(mut response: Response, change: impl FnOnce(&mut Value)) -> Response {
    let mut body = body(&response.body);
    change(&mut body);
    response.body = body.to_string().into();
    response
}

/// The engine's answer when `from` is carried out as `to`.
fn mistaken(engine: &Engine, request: &Request, from: &str, to: &str) -> Response {
    let mut body = body(&request.body);
    if body["action"] == from {
        body["action"] = json!(to);
    }
    engine.respond(&with(request, &body))
}

/// Calls each result of an action by another name.
fn called(engine: &Engine, request: &Request, action: &str, from: &str, to: &str) -> Response {
    let response = engine.respond(request);
    if action != "any" && body(&request.body)["action"] != action {
        return response;
    }
    changed(response, |body| {
        let Some(Value::Array(results)) = body.get_mut("results") else {
            return;
        };
        for result in results
            .iter_mut()
            .filter(|result| result["ret_status"] == from)
        {
            result["ret_status"] = json!(to);
            let result = result.as_object_mut().expect("an object");
            result.remove("error_info");
            if to == "FAILED" {
                let why = json!({"error_code": "MSS.00000012", "error_msg": "no"});
                result.insert("error_info".to_owned(), why);
            }
        }
    })
}

fn delete_without_effect(engine: &Engine, request: &Request) -> Response {
    mistaken(engine, request, "DELETE", "SHARE")
}

fn force_is_no_force(engine: &Engine, request: &Request) -> Response {
    mistaken(engine, request, "DELETE_FORCE", "DELETE")
}

fn unactive_without_effect(engine: &Engine, request: &Request) -> Response {
    mistaken(engine, request, "UNACTIVE", "SHARE")
}

fn nothing_is_restored(engine: &Engine, request: &Request) -> Response {
    mistaken(engine, request, "RESTORE", "SHARE")
}

fn active_deactivates(engine: &Engine, request: &Request) -> Response {
    mistaken(engine, request, "ACTIVE", "UNACTIVE")
}

fn sharing_activates(engine: &Engine, request: &Request) -> Response {
    called(
        engine,
        &share_as_active(request),
        "ACTIVE",
        "FAILED",
        "SUCCESS",
    )
}

fn share_as_active(request: &Request) -> Request {
    let mut body = body(&request.body);
    if body["action"] == "SHARE" {
        body["action"] = json!("ACTIVE");
        return with(request, &body);
    }
    request.clone()
}

fn restore_always_succeeds(engine: &Engine, request: &Request) -> Response {
    called(engine, request, "RESTORE", "FAILED", "SUCCESS")
}

fn everything_succeeds(engine: &Engine, request: &Request) -> Response {
    called(engine, request, "any", "FAILED", "SUCCESS")
}

fn done_and_called_failed(engine: &Engine, request: &Request) -> Response {
    called(engine, request, "UNACTIVE", "SUCCESS", "FAILED")
}

/// DELETE is carried out for the first item only, and success is told of all.
fn for_the_first_only(engine: &Engine, request: &Request) -> Response {
    let asked = body(&request.body);
    let Some([first, rest @ ..]) = asked["asset_ids"].as_array().map(Vec::as_slice) else {
        return engine.respond(request);
    };
    if asked["action"] != "DELETE" {
        return engine.respond(request);
    }
    let rest: Vec<&Value> = rest.iter().filter(|id| *id != first).collect();
    let done = json!({"action": "DELETE", "asset_ids": [first]});
    let done = engine.respond(&with(request, &done));
    let rest = json!({"action": "SHARE", "asset_ids": rest});
    let rest = body(&engine.respond(&with(request, &rest)).body);
    changed(done, |body| {
        let results = body["results"].as_array_mut().expect("results");
        results.extend(rest["results"].as_array().cloned().unwrap_or_default());
    })
}

/// An unknown id in it lets the whole batch fail.
fn one_fails_all(engine: &Engine, request: &Request) -> Response {
    let asked = body(&request.body);
    let tried = json!({"action": "SHARE", "asset_ids": asked["asset_ids"]});
    let tried = engine.respond(&with(request, &tried));
    if !request.path().ends_with("batch-action")
        || !String::from_utf8_lossy(&tried.body).contains("not found")
    {
        return engine.respond(request);
    }
    changed(tried, |body| {
        let why = json!({"error_code": "MSS.00000011", "error_msg": "not found"});
        let ids = &asked["asset_ids"];
        *body = json!({"results": [{"ret_status": "FAILED", "asset_ids": ids, "error_info": why}]});
    })
}

/// The whole batch is refused for an unknown id in it.
fn one_refuses_all(engine: &Engine, request: &Request) -> Response {
    let response = one_fails_all(engine, request);
    if !String::from_utf8_lossy(&response.body).contains("\"not found\"") {
        return response;
    }
    let mut refused = changed(response, |body| {
        *body = json!({"error_code": "MSS.00000011", "error_msg": "not found"});
    });
    refused.status = 400;
    refused
}

/// What is deleted by force is no longer listed, and comes back when it is activated.
fn force_hides(engine: &Engine, request: &Request) -> Response {
    called(engine, request, "DELETE_FORCE", "SUCCESS", "FAILED")
}

/// The summary says ACTIVED whatever it is.
fn always_actived(engine: &Engine, request: &Request) -> Response {
    changed(engine.respond(request), |body| {
        if let Some(Value::Array(list)) = body.get_mut("asset_list") {
            for asset in list {
                asset["asset_state"] = json!("ACTIVED");
            }
        }
    })
}

/// Assets in use are not listed.
fn unlisted(engine: &Engine, request: &Request) -> Response {
    changed(engine.respond(request), |body| {
        if let Some(Value::Array(list)) = body.get_mut("asset_list") {
            list.retain(|asset| asset["asset_state"] != "UNACTIVED");
        }
    })
}

/// Each item of a deletion, changed.
fn items(engine: &Engine, request: &Request, change: impl Fn(&mut Value)) -> Response {
    let mut asked = body(&request.body);
    for item in asked.as_array_mut().into_iter().flatten() {
        change(item);
    }
    engine.respond(&with(request, &asked))
}

fn permanent_inverted(engine: &Engine, request: &Request) -> Response {
    items(engine, request, |item| {
        item["permanent"] = json!(item["permanent"] != true);
    })
}

fn bin_ignored(engine: &Engine, request: &Request) -> Response {
    items(engine, request, |item| item["permanent"] = json!(true))
}

/// The result objects of an answer, now or later.
fn each_result(response: Response, change: impl Fn(&mut Value)) -> Response {
    changed(response, |body| {
        let mut results = vec![&mut *body];
        if results[0].is_array() {
            results = body.as_array_mut().into_iter().flatten().collect();
        }
        for result in results {
            let results = result.get_mut("result").and_then(Value::as_array_mut);
            results.into_iter().flatten().for_each(&change);
        }
    })
}

fn deleted_again_and_again(engine: &Engine, request: &Request) -> Response {
    each_result(engine.respond(request), |result| {
        if result["status"] == 404 {
            result["status"] = json!(204);
        }
    })
}

fn one_id_for_all(engine: &Engine, request: &Request) -> Response {
    each_result(engine.respond(request), |result| {
        if result["recycledItemId"].is_number() {
            result["recycledItemId"] = json!(1);
        }
    })
}

fn results_backwards(engine: &Engine, request: &Request) -> Response {
    changed(engine.respond(request), |body| {
        for task in body.as_array_mut().into_iter().flatten() {
            if let Some(Value::Array(results)) = task.get_mut("result") {
                results.reverse();
            }
        }
    })
}

type Defect = fn(&Engine, &Request) -> Response;

#[rstest]
#[case::delete_without_effect(METASTUDIO, delete_without_effect, &["MS-BA-19"], Level::Must)]
#[case::force_is_no_force(METASTUDIO, force_is_no_force, &["MS-BA-20"], Level::Must)]
#[case::unactive_without_effect(METASTUDIO, unactive_without_effect, &["MS-BA-21"], Level::Must)]
#[case::nothing_is_restored(METASTUDIO, nothing_is_restored, &["MS-BA-19"], Level::Must)]
#[case::restore_always_succeeds(METASTUDIO, restore_always_succeeds,
    &["MS-BA-20", "MS-BA-19", "MS-BA-23", "MS-AS-12"], Level::Must)]
#[case::for_the_first_only(METASTUDIO, for_the_first_only, &["MS-BA-19"], Level::Must)]
#[case::always_actived(METASTUDIO, always_actived,
    &["MS-BA-19", "MS-BA-20", "MS-BA-21", "HT-04", "MS-BA-22"], Level::Must)]
#[case::active_deactivates(METASTUDIO, active_deactivates, &["MS-BA-24", "MS-BA-21"], Level::Must)]
#[case::sharing_activates(METASTUDIO, sharing_activates,
    &["MS-BA-22", "MS-BA-21", "MS-BA-23", "HT-04"], Level::Must)]
#[case::success_for_the_missing(METASTUDIO, everything_succeeds,
    &["MS-BA-19", "MS-BA-20", "MS-BA-21", "MS-BA-23", "MS-AS-12"], Level::Must)]
#[case::done_and_called_failed(METASTUDIO, done_and_called_failed,
    &["MS-BA-24", "HT-04"], Level::Should)]
#[case::force_called_failed(METASTUDIO, force_hides, &["MS-BA-24", "MS-AS-12", "HT-04"], Level::Should)]
#[case::one_fails_all(METASTUDIO, one_fails_all, &["MS-BA-24", "MS-BA-19"], Level::Must)]
#[case::one_refuses_all(METASTUDIO, one_refuses_all, &["MS-BA-23"], Level::Should)]
#[case::unlisted(METASTUDIO, unlisted, &["MS-AS-12"], Level::Should)]
#[case::permanent_inverted(SMH, permanent_inverted, &["SM-BD-08"], Level::Should)]
#[case::bin_ignored(SMH, bin_ignored, &["SM-BD-08"], Level::Should)]
#[case::deleted_again(SMH, deleted_again_and_again, &["SM-BD-13", "SM-BD-11", "SM-BD-10"], Level::Should)]
#[case::one_id_for_all(SMH, one_id_for_all, &["SM-BD-08"], Level::Should)]
#[case::results_backwards(SMH, results_backwards, &["SM-BD-07"], Level::Should)]
#[tokio::test(flavor = "multi_thread")]
async fn a_defect_is_found_at_its_promise_and_told_in_a_few_requests(
    #[case] histories: &str,
    #[case] defect: Defect,
    #[case] promises: &[&str],
    #[case] level: Level,
) {
    let uri = defective(defect).await;
    let run = try_run(&plan(&[histories]), &target(&uri), &seeded(0)).await;
    let run = run.expect("a run");
    let found: Vec<&CaseRecord> = run
        .cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::Warning))
        .collect();
    let findings = || {
        let findings = found.iter().flat_map(|case| &case.findings);
        findings
            .map(|found| &found.finding)
            .filter(|finding| finding.level > Level::May)
    };
    // The first promise is the one that the defect breaks; the others follow from it.
    let broken =
        |finding: &&validator::Finding| finding.requirement.as_deref() == Some(promises[0]);
    assert!(findings().any(|finding| broken(&finding)), "{found:#?}");
    assert_eq!(findings().map(|finding| finding.level).max(), Some(level));
    for finding in findings() {
        let requirement = finding.requirement.as_deref().unwrap_or_default();
        assert!(promises.contains(&requirement), "{finding:#?}");
    }
    for case in &run.cases {
        assert_ne!(case.verdict, Verdict::Error, "{case:#?}");
    }
    for case in found {
        let later = case.steps.iter().any(|step| step.operation == "task");
        let most = if later { 6 } else { 3 };
        assert!(case.steps.len() <= most, "{case:#?}");
        let note = case.note.as_deref().unwrap_or_default();
        let shrunk = note.starts_with("shrunk from ");
        assert!(shrunk, "{note:?}: {case:#?}");
        assert!(
            case.findings
                .iter()
                .all(|found| found.step < case.steps.len())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_history_is_told_with_its_states_and_the_place_in_the_body() {
    let projects = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&projects);
    let uri = defective(move |engine, request| {
        let project = request
            .path()
            .split('/')
            .nth(2)
            .unwrap_or_default()
            .to_owned();
        seen.lock().expect("no test has panicked").push(project);
        for_the_first_only(engine, request)
    })
    .await;
    let plan = plan(&["metastudio/*/scenario/history-deleted-and-restored"]);
    // Which batches are drawn depends on the seed: the first that shows the defect will do.
    let mut shown = None;
    for seed in 0..20 {
        projects.lock().expect("no test has panicked").clear();
        let run = try_run(&plan, &target(&uri), &seeded(seed)).await;
        let run = run.expect("a run");
        if run.cases[0].verdict == Verdict::Fail {
            shown = Some(run);
            break;
        }
    }
    let run = shown.expect("one of twenty histories shows the defect");
    let case = &run.cases[0];
    // Two assets are needed to show it, one batch and one look.
    let operations: Vec<&str> = case
        .steps
        .iter()
        .map(|step| step.operation.as_str())
        .collect();
    assert_eq!(operations, ["batch-action", "asset-summary"]);
    assert_eq!(case.states.len(), 2, "{:#?}", case.states);
    let finding = &case.findings[0].finding;
    assert_eq!(case.findings[0].step, 1);
    assert!(
        finding.location.to_string().ends_with("/asset_state"),
        "{finding:#?}"
    );
    assert!(finding.expected.starts_with("asset "), "{finding:#?}");
    assert!(
        finding
            .expected
            .contains("after action DELETE was answered SUCCESS: DELETING, DELETED"),
        "{finding:#?}"
    );
    assert!(case.reproduction.is_some());

    // Each attempt had a project of its own, so that none met what another one left.
    let mut projects = projects.lock().expect("no test has panicked").clone();
    projects.dedup();
    let all = projects.len();
    projects.sort();
    projects.dedup();
    assert_eq!(projects.len(), all);
    assert!((3..=62).contains(&all), "{all}");

    let schema = include_str!("../../../../schemas/formats/run.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("the schema compiles");
    let line = serde_json::to_value(Line::Case(Box::new(case.clone()))).expect("JSON");
    assert!(schema.is_valid(&line), "{line:#}");
    let dir = crate::result_file().with_extension("reports");
    let written = report::write_all(&run, &dir).expect("the reports");
    for name in ["junit.xml", "report.html", "summary.md"] {
        let path = written.iter().find(|path| path.ends_with(name));
        let text = std::fs::read_to_string(path.expect("it is written")).expect("text");
        assert!(text.contains("shrunk from"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_whole_history_missed_besides_is_noted() {
    let uri = defective(|engine, request| {
        changed(force_is_no_force(engine, request), |body| {
            if let Some(Value::Array(list)) = body.get_mut("asset_list") {
                for asset in list {
                    asset["asset_name"] = json!(7);
                }
            }
        })
    })
    .await;
    let plan = plan(&["metastudio/*/scenario/history-deleted-and-restored"]);
    let run = try_run(&plan, &target(&uri), &seeded(0))
        .await
        .expect("a run");
    let note = run.cases[0].note.as_deref().unwrap_or_default();
    assert!(
        note.contains("; the whole history also missed MS-AS-07"),
        "{note:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_side_by_side_are_under_way_at_the_same_time() {
    let engine = Arc::new(Engine::builder().build().expect("an engine"));
    let both = Arc::new(Barrier::new(2));
    let uri = serve(move |request| {
        let (engine, both) = (Arc::clone(&engine), Arc::clone(&both));
        async move {
            if request.path().ends_with("/batch-action") {
                // None is answered before the other one is there.
                both.wait().await;
            }
            engine.respond(&request)
        }
    })
    .await;
    let plan = plan(&["metastudio/*/scenario/history-side-by-side"]);
    let run = try_run(&plan, &target(&uri), &seeded(0))
        .await
        .expect("a run");
    assert_eq!(run.cases[0].verdict, Verdict::Pass, "{:#?}", run.cases[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_that_refuses_what_is_gone_is_asked_for_the_rest() {
    let uri = defective(|engine, request| {
        let asked = body(&request.body);
        let ids = asked["asset_ids"].as_array().map_or(0, Vec::len);
        let response = engine.respond(request);
        let listed = body(&response.body)["asset_list"].as_array().map(Vec::len);
        if listed.is_none_or(|listed| listed == ids) {
            return response;
        }
        let mut refused = changed(response, |body| {
            *body = json!({"error_code": "MSS.00000003", "error_msg": "Invalid parameter"});
        });
        refused.status = 400;
        refused
    })
    .await;
    for seed in 0..5 {
        let run = try_run(&plan(&[METASTUDIO]), &target(&uri), &seeded(seed)).await;
        for case in &run.expect("a run").cases {
            assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
        }
    }
}
