//! Fakes with one defect each that only a case of its own shows, and fakes that are right in a way
//! of their own and are accused of nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use conformance::Options;
use conformance::run::{CaseRecord, Verdict};
use contract::Level;
use fake_server::Engine;
use rstest::rstest;
use serde_json::{Value, json};
use validator::{Request, Response};

use crate::histories::{body, changed, defective, with};
use crate::{plan_of, target, try_run};

/// How the engine's answer is spoilt.
type Defect = Box<dyn Fn(&Engine, &Request) -> Response + Send + Sync>;

const TOKEN: &str = "X-Auth-Token";

fn is_to(request: &Request, end: &str) -> bool {
    request.path().ends_with(end)
}

/// The segments of the path.
fn segments(request: &Request) -> Vec<String> {
    request.path().split('/').map(str::to_owned).collect()
}

fn json_answer(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), b"application/json".to_vec())],
        body: body.to_string().into(),
    }
}

/// The request with another value of a header.
fn with_header(request: &Request, name: &str, value: Option<&str>) -> Request {
    let mut request = request.clone();
    let own = |(own, _): &(String, Vec<u8>)| own.eq_ignore_ascii_case(name);
    request.headers.retain(|header| !own(header));
    if let Some(value) = value {
        let header = (name.to_owned(), value.as_bytes().to_vec());
        request.headers.push(header);
    }
    request
}

fn with_target(request: &Request, target: String) -> Request {
    Request {
        target,
        ..request.clone()
    }
}

fn token(request: &Request) -> String {
    let value = request.header(TOKEN).unwrap_or_default();
    String::from_utf8_lossy(value).into_owned()
}

fn token_in_any_case() -> Defect {
    Box::new(|engine, request| {
        let lower = token(request).to_lowercase();
        engine.respond(&with_header(request, TOKEN, Some(&lower)))
    })
}

fn job_for_anybody() -> Defect {
    Box::new(|engine, request| {
        if !request.path().contains("/assets/jobs/") {
            return engine.respond(request);
        }
        engine.respond(&with_header(request, TOKEN, Some("assetproof-token")))
    })
}

fn no_single_tenant() -> Defect {
    Box::new(|engine, request| {
        if request.path().contains("/batch/") && is_to(request, "/-") {
            return json_answer(404, &json!({"code": "SpaceNotFound"}));
        }
        engine.respond(request)
    })
}

fn restored_once() -> Defect {
    let restored = Mutex::new(HashSet::new());
    Box::new(move |engine, request| {
        let asked = body(&request.body);
        if asked["action"] != "RESTORE" {
            return engine.respond(request);
        }
        let ids = asked["asset_ids"].to_string();
        if restored.lock().expect("no panic").insert(ids) {
            return engine.respond(request);
        }
        let why = json!({"error_code": "MSS.00000012", "error_msg": "no"});
        let ids = &asked["asset_ids"];
        json_answer(
            200,
            &json!({"results": [{"ret_status": "FAILED", "asset_ids": ids, "error_info": why}]}),
        )
    })
}

fn what_begins_alike_is_deleted() -> Defect {
    Box::new(|engine, request| {
        let response = engine.respond(request);
        if body(&request.body)[0]["path"] == "foo/ba" {
            engine.respond(&with(request, &json!([{"path": "foo/bar.jpg"}])));
        }
        response
    })
}

fn busy() -> Response {
    let body = json!({"error_code": "ROMA.00000101", "error_msg": "busy",
        "error_details": "busy", "request_id": "r1"});
    json_answer(403, &body)
}

fn locked_after_a_failure() -> Defect {
    let failed = Mutex::new(HashSet::new());
    Box::new(move |engine, request| {
        let project = segments(request)[2].clone();
        let mut failed = failed.lock().expect("no panic");
        if is_to(request, "/assets/delete") && failed.contains(&project) {
            return busy();
        }
        let response = engine.respond(request);
        if body(&response.body)["status"] == "FAILED" {
            failed.insert(project);
        }
        response
    })
}

/// Knows the latest job of each project.
fn latest_job(
    other: impl Fn(&Engine, &Request, &str) -> Response + Send + Sync + 'static,
) -> Defect {
    let latest: Mutex<HashMap<String, String>> = Mutex::default();
    Box::new(move |engine, request| {
        let segments = segments(request);
        let mut latest = latest.lock().expect("no panic");
        if let Some(job) = latest.get(&segments[2])
            && segments.get(6).is_some_and(|at| at == "jobs")
            && segments.get(7) != Some(job)
        {
            return other(engine, request, job);
        }
        let response = engine.respond(request);
        if let Some(job) = body(&response.body)["job_id"].as_str() {
            latest.insert(segments[2].clone(), job.to_owned());
        }
        response
    })
}

fn only_the_latest_job() -> Defect {
    latest_job(|_, _, _| busy())
}

fn latest_status_for_all() -> Defect {
    latest_job(|engine, request, job| {
        let asked = segments(request)[7].clone();
        let response = engine.respond(&with_target(request, request.target.replace(&asked, job)));
        changed(response, |body| {
            body["id"] = json!(asked);
            body["status"] = json!("RUNNING");
        })
    })
}

fn refused_and_started() -> Defect {
    Box::new(|engine, request| {
        let mut asked = body(&request.body);
        let response = engine.respond(request);
        if let Some(tasks) = asked["tasks"].as_array_mut()
            && tasks.len() == 101
        {
            tasks.truncate(90);
            engine.respond(&with(request, &asked));
        }
        response
    })
}

/// Looks tasks up by one segment of the path alone.
fn task_by(segment: usize) -> Defect {
    let tasks: Mutex<HashMap<(String, String), (String, String)>> = Mutex::default();
    Box::new(move |engine, request| {
        let segments = segments(request);
        let mut tasks = tasks.lock().expect("no panic");
        let (key, place) = (
            segments[segment].clone(),
            (segments[4].clone(), segments[5].clone()),
        );
        let response = engine.respond(request);
        if let Some(task) = body(&response.body).get("taskId") {
            tasks.insert((key, task.to_string()), place);
        } else if let Some(task) = segments.get(6)
            && let Some((library, space)) = tasks.get(&(key, task.clone()))
        {
            let target = request.target.replacen(&segments[4], library, 1);
            let target = target.replacen(&segments[5], space, 1);
            return engine.respond(&with_target(request, target));
        }
        response
    })
}

fn task_by_library() -> Defect {
    task_by(4)
}

fn task_by_space() -> Defect {
    task_by(5)
}

fn summary_of_two_hundred() -> Defect {
    Box::new(|engine, request| {
        let mut asked = body(&request.body);
        if is_to(request, "/summarys")
            && let Some(ids) = asked.get_mut("asset_ids").and_then(Value::as_array_mut)
        {
            ids.truncate(200);
            return engine.respond(&with(request, &asked));
        }
        engine.respond(request)
    })
}

fn refused_for_the_user_and_done() -> Defect {
    Box::new(|engine, request| {
        let response = engine.respond(request);
        if response.status == 400 && request.header("X-App-UserId").is_some() {
            engine.respond(&with_header(request, "X-App-UserId", None));
        }
        response
    })
}

fn refused_without_the_flag_and_done() -> Defect {
    Box::new(|engine, request| {
        let response = engine.respond(request);
        if request.path().contains("/batch/") && !request.target.contains("?delete") {
            let target = request.target.replacen('?', "?delete&", 1);
            engine.respond(&with_target(request, target));
        }
        response
    })
}

fn job_that_is_done() -> Defect {
    Box::new(|engine, request| {
        changed_job(engine.respond(request), |status| {
            if *status != "RUNNING" {
                *status = json!("DONE");
            }
        })
    })
}

fn changed_job(response: Response, change: impl FnOnce(&mut Value)) -> Response {
    if !body(&response.body)["id"].is_string() {
        return response;
    }
    changed(response, |body| change(&mut body["status"]))
}

async fn play(glob: &str, defect: Defect, options: &Options) -> Vec<CaseRecord> {
    let uri = defective(defect).await;
    let run = try_run(&plan_of("2022-12", &[glob]), &target(&uri), options).await;
    run.expect("a run").cases
}

/// The findings that are more than observations.
fn missed(case: &CaseRecord) -> Vec<(&str, Level)> {
    let findings = case.findings.iter().map(|found| &found.finding);
    let findings = findings.filter(|finding| finding.level > Level::May);
    findings
        .map(|finding| {
            (
                finding.requirement.as_deref().unwrap_or_default(),
                finding.level,
            )
        })
        .collect()
}

#[rstest]
#[case(
    "metastudio/batch-action/negative/credentials/token-other-case",
    token_in_any_case(),
    "MS-BA-15",
    Level::Must
)]
#[case(
    "roma/asset-job/negative/credentials/none",
    job_for_anybody(),
    "RO-AD-11",
    Level::Should
)]
#[case(
    "smh/*/scenario/space-of-single-tenant-library",
    no_single_tenant(),
    "SM-BD-02",
    Level::Must
)]
#[case(
    "metastudio/*/scenario/restore-after-each-delete",
    restored_once(),
    "MS-BA-19",
    Level::Must
)]
#[case(
    "smh/*/scenario/file-beside-a-directory-stays",
    what_begins_alike_is_deleted(),
    "SM-BD-08",
    Level::Should
)]
#[case(
    "roma/*/scenario/job-accepted-after-one-that-failed",
    locked_after_a_failure(),
    "RO-AD-06",
    Level::Should
)]
#[case(
    "roma/*/scenario/jobs-have-ids-of-their-own",
    only_the_latest_job(),
    "RO-AD-11",
    Level::Should
)]
#[case(
    "roma/*/scenario/jobs-have-ids-of-their-own",
    latest_status_for_all(),
    "RO-AD-11",
    Level::Should
)]
#[case(
    "roma/*/scenario/job-ends",
    job_that_is_done(),
    "RO-AD-11",
    Level::Should
)]
#[case(
    "roma/*/scenario/refused-101-tasks-starts-no-job",
    refused_and_started(),
    "HT-04",
    Level::Should
)]
#[case(
    "smh/*/scenario/task-is-not-shown-by-other-space",
    task_by_library(),
    "HT-03",
    Level::Should
)]
#[case(
    "smh/*/scenario/task-is-not-shown-by-other-library",
    task_by_space(),
    "HT-03",
    Level::Should
)]
#[case(
    "metastudio/*/scenario/thousand-asked-for",
    summary_of_two_hundred(),
    "MS-AS-12",
    Level::Should
)]
#[case(
    "metastudio/*/scenario/refused-user-changes-nothing",
    refused_for_the_user_and_done(),
    "HT-04",
    Level::Should
)]
#[case(
    "smh/*/scenario/refused-without-flag-deletes-nothing",
    refused_without_the_flag_and_done(),
    "HT-04",
    Level::Should
)]
#[tokio::test(flavor = "multi_thread")]
async fn each_defect_has_a_case_that_shows_it(
    #[case] glob: &str,
    #[case] defect: Defect,
    #[case] requirement: &str,
    #[case] level: Level,
) {
    let cases = play(glob, defect, &Options::default()).await;
    let [case] = cases.as_slice() else {
        panic!("{cases:#?}")
    };
    assert!(missed(case).contains(&(requirement, level)), "{case:#?}");
}

/// A correct server that starts its jobs with 202.
fn jobs_with_202() -> Defect {
    Box::new(|engine, request| {
        let mut response = engine.respond(request);
        if is_to(request, "/assets/delete") && response.status == 200 {
            response.status = 202;
        }
        response
    })
}

/// A batch with an id that does not exist is refused as a whole.
fn unknown_ids_refused() -> Defect {
    Box::new(|engine, request| {
        if is_to(request, "/batch-action") && body(&request.body).to_string().contains("no-such") {
            return json_answer(
                400,
                &json!({"error_code": "MSS.00000011", "error_msg": "no"}),
            );
        }
        engine.respond(request)
    })
}

/// DELETE takes what does not exist for done.
fn unknown_ids_deleted() -> Defect {
    Box::new(|engine, request| {
        let response = engine.respond(request);
        if body(&request.body)["action"] != "DELETE" {
            return response;
        }
        changed(response, |body| {
            for result in body["results"].as_array_mut().into_iter().flatten() {
                if result["error_info"]["error_msg"]
                    .to_string()
                    .contains("not found")
                {
                    result["ret_status"] = json!("SUCCESS");
                    result
                        .as_object_mut()
                        .expect("an object")
                        .remove("error_info");
                }
            }
        })
    })
}

fn batches_fail() -> Defect {
    Box::new(|engine, request| {
        if is_to(request, "/batch-action") {
            return json_answer(
                500,
                &json!({"error_code": "MSS.00000004", "error_msg": "no"}),
            );
        }
        engine.respond(request)
    })
}

fn tasks_are_not_told() -> Defect {
    Box::new(|engine, request| {
        let response = engine.respond(request);
        if request.path().contains("/task/") {
            return json_answer(200, &json!([]));
        }
        response
    })
}

#[rstest]
#[case::job_with_another_2xx("roma/*/scenario/*job*", jobs_with_202(), &["HT-04", "RO-AD-06"])]
#[case::unknown_ids_refused("metastudio/*/scenario/share-of-*", unknown_ids_refused(), &["MS-BA-22"])]
#[case::unknown_ids_deleted("metastudio/batch-action/documented/200", unknown_ids_deleted(), &["MS-BA-23"])]
#[case::unknown_ids_deleted_at_random("metastudio/*/scenario/history-*", unknown_ids_deleted(), &["MS-BA-23"])]
#[case::no_results_at_all("metastudio/*/scenario/*", batches_fail(), &["MS-BA-14"])]
#[case::no_tasks("smh/*/scenario/two-tasks-in-one-query", tasks_are_not_told(), &["SM-BD-09"])]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_or_not_spoken_of_is_not_accused(
    #[case] glob: &str,
    #[case] server: Defect,
    #[case] requirements: &[&str],
) {
    let cases = play(glob, server, &Options::default()).await;
    for case in &cases {
        let accused = missed(case)
            .into_iter()
            .any(|(id, _)| requirements.contains(&id));
        assert!(!accused, "{case:#?}");
    }
}

/// Nothing that a command does is shown, and commands do nothing.
fn tells_no_states() -> Defect {
    Box::new(|engine, request| {
        let mut asked = body(&request.body);
        if asked["action"].is_string() {
            asked["action"] = json!("SHARE");
            return engine.respond(&with(request, &asked));
        }
        let response = engine.respond(request);
        if !is_to(request, "/summarys") || response.status != 200 {
            return response;
        }
        changed(response, |body| {
            for asset in body["asset_list"].as_array_mut().into_iter().flatten() {
                asset
                    .as_object_mut()
                    .expect("an object")
                    .remove("asset_state");
            }
        })
    })
}

/// Nothing is ever listed.
fn lists_nothing() -> Defect {
    Box::new(|engine, request| {
        let response = engine.respond(request);
        if !is_to(request, "/summarys") || response.status != 200 {
            return response;
        }
        changed(response, |body| body["asset_list"] = json!([]))
    })
}

#[rstest]
#[case(tells_no_states(), &["MS-AS-05", "MS-BA-19", "MS-BA-21", "HT-04"])]
#[case(lists_nothing(), &["MS-AS-05", "MS-BA-19", "MS-BA-21", "HT-04"])]
#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_shows_is_not_called_kept(
    #[case] server: Defect,
    #[case] requirements: &[&str],
) {
    let cases = play("metastudio/**", server, &Options::default()).await;
    for case in cases.iter().filter(|case| case.counted) {
        let judged = matches!(case.verdict, Verdict::Pass | Verdict::Warning);
        let kept = case
            .exercised
            .iter()
            .any(|id| requirements.contains(&id.as_str()));
        assert!(!(judged && kept), "{case:#?}");
    }
}

#[rstest]
#[case(
    "roma/*/scenario/job-ends",
    "the job has ended within the time of the case"
)]
#[case(
    "smh/*/scenario/history-later",
    "still under way when the time of the case was over"
)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_bounds_how_long_it_takes(#[case] glob: &str, #[case] reason: &str) {
    let uri = defective(|engine, request| {
        let response = changed_job(engine.respond(request), |status| *status = json!("RUNNING"));
        if !request.path().contains("/task/") {
            return response;
        }
        changed(response, |body| {
            for task in body.as_array_mut().into_iter().flatten() {
                *task = json!({"taskId": task["taskId"], "status": 202});
            }
        })
    })
    .await;
    let mut target = target(&uri);
    target.timeout = Duration::from_millis(500);
    let options = Options {
        case_limit: Duration::from_millis(1100),
        ..Options::default()
    };
    let run = try_run(&plan_of("2022-12", &[glob]), &target, &options).await;
    let case = &run.expect("a run").cases[0];
    assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
    assert!(
        case.reason.as_deref().unwrap_or_default().contains(reason),
        "{case:#?}"
    );
}
