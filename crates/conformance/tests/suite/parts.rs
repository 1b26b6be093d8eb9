//! The order of the cases and the parts of a run: whatever they are, the run amounts to the same.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::LazyLock;

use axum::response::Response;
use conformance::run::{Run, RunWriter, Summary, merge};
use conformance::{Event, Options, Partition, Plan, Target};
use rstest::rstest;
use serde_json::{Value, json};

use crate::servers::{Seen, http, json_answer, text_answer};
use crate::{plan, result_file, run_with, target, try_run};

/// A server without a memory: its answers depend on the request alone. Some of them are wrong.
async fn forgetful() -> Target {
    let uri = http(|seen| answer(&seen)).await;
    let mut target = target(&uri);
    let states = format!("{uri}/states-by-params");
    target.state_url = Some(Target::parse_url(&states).expect("a URL"));
    target
}

fn answer(seen: &Seen) -> Response {
    let path = seen.target.as_str();
    if path == "/states-by-params" {
        let id = format!("of {}", seen.body["params"]);
        let ids = json!({ "asset_id": id, "app_id": id, "task_id": id, "job_id": id });
        return json_answer(200, &ids);
    }
    let refused = json!({ "error_code": "MSS.00000001", "error_msg": "no" });
    if path.contains("/batch-action") && seen.token.is_none() {
        return json_answer(400, &refused);
    }
    if path.starts_with("/api/v1/batch") {
        let results = [json!({ "status": "200", "path": ["foo"] })];
        return json_answer(200, &json!({ "result": results }));
    }
    if path.contains("/assets/delete") {
        return text_answer(200, "application/json", "");
    }
    if path.contains("/batch-action") {
        let ids = &seen.body["asset_ids"];
        let result = json!({ "ret_status": "SUCESS", "asset_ids": ids });
        return json_answer(200, &json!({ "results": [result] }));
    }
    json_answer(404, &refused)
}

/// The documented cases: enough of them, and no more in years to come.
fn documented() -> Plan {
    static PLAN: LazyLock<Plan> = LazyLock::new(|| plan(&["**/documented/**"]));
    PLAN.clone()
}

/// The run without what tells the time.
fn timeless(mut run: Run) -> Run {
    for case in &mut run.cases {
        case.duration_us = 0;
        for step in &mut case.steps {
            step.duration_us = 0;
            if let Some(response) = &mut step.response {
                response.headers.retain(|(name, _)| name != "date");
            }
        }
    }
    if let Some(footer) = &mut run.footer {
        footer.duration_us = 0;
    }
    run
}

/// Runs one part and returns its file.
async fn part_file(partition: &str, target: &Target, options: &Options) -> PathBuf {
    let partition: Partition = partition.parse().expect("a part");
    let plan = documented().partition(&partition);
    let path = result_file();
    let mut out = RunWriter::create(&path).expect("a file");
    let never = std::future::pending();
    conformance::run(&plan, target, options, &mut out, |_| {}, never)
        .await
        .expect("a run");
    path
}

#[rstest]
#[case("slice")]
#[case("hash")]
#[tokio::test(flavor = "multi_thread")]
async fn the_merged_parts_equal_the_run_that_was_not_split(#[case] scheme: &str) {
    let target = forgetful().await;
    let options = Options::default();
    let whole = try_run(&documented(), &target, &options)
        .await
        .expect("a run");
    let summary = Summary::of(&whole);
    assert_eq!(summary.exit_code, 1, "the server is wrong in something");
    assert!(summary.counts.pass > 0, "and right in something");
    let whole = timeless(whole);
    for of in 1..=7 {
        let mut files = Vec::new();
        for part in 1..=of {
            files.push(part_file(&format!("{scheme}:{part}/{of}"), &target, &options).await);
        }
        files.rotate_left(of / 2);
        let merged = merge(&files).expect("the parts of one run");
        assert_eq!(timeless(merged), whole, "{scheme} of {of}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_a_run_of_its_own_cases() {
    let target = forgetful().await;
    let path = part_file("slice:2/3", &target, &Options::default()).await;
    let run = Run::read(&path).expect("a run file");
    let partition = run.header.partition.clone().expect("it is a part");
    assert_eq!(
        (partition.scheme.as_str(), partition.part, partition.of),
        ("slice", 2, 3)
    );
    assert_eq!(partition.cases, run.cases.len());
    assert_eq!(run.header.selected, documented().cases.len());
    assert!(run.cases.len() < run.header.selected);
    assert_eq!(run.cut_short(), None, "all of its own cases have ended");
    // What other parts are about is not judged here, and is named all the same.
    assert_eq!(run.header.contracts.len(), documented().contracts.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_without_any_case_tests_nothing_and_can_be_merged() {
    let target = forgetful().await;
    let options = Options::default();
    let of = documented().cases.len() + 1;
    let empty = part_file(&format!("slice:{of}/{of}"), &target, &options).await;
    let run = Run::read(&empty).expect("a run file");
    assert_eq!((run.cases.len(), run.cut_short()), (0, None));
    let summary = Summary::of(&run);
    assert_eq!(summary.exit_code, 2);
    let shown = conformance::report::terminal::render(&run, &summary);
    assert!(shown.contains("more parts than cases"), "{shown}");
    let mut files = vec![empty];
    for part in 1..of {
        files.push(part_file(&format!("slice:{part}/{of}"), &target, &options).await);
    }
    let merged = merge(&files).expect("the parts of one run");
    assert_eq!(merged.cases.len(), of - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_other_selections_are_told_apart() {
    let target = forgetful().await;
    let options = Options::default();
    let one = part_file("slice:1/2", &target, &options).await;
    let partition: Partition = "slice:2/2".parse().expect("a part");
    let plan = plan(&["smh/*/documented/*"]).partition(&partition);
    let other = result_file();
    let mut out = RunWriter::create(&other).expect("a file");
    let never = std::future::pending();
    conformance::run(&plan, &target, &options, &mut out, |_| {}, never)
        .await
        .expect("a run");
    let said = merge(&[one, other]).expect_err("two runs").to_string();
    assert!(said.contains("run all parts with"), "{said}");
}

/// The ids in the order in which the cases were started.
async fn started(options: &Options, target: &Target) -> (Vec<String>, Run) {
    let ids = RefCell::new(Vec::new());
    let plan = documented();
    let run = run_with(&plan, target, options, |event| {
        if let Event::CaseStarted { id } = event {
            ids.borrow_mut().push(id.to_owned());
        }
    });
    let run = run.await.expect("a run");
    (ids.into_inner(), timeless(run))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seed_draws_the_order_and_the_run_stays_the_same() {
    let target = forgetful().await;
    let of = |seed: u64, shuffle: bool| Options {
        seed,
        shuffle,
        ..Options::default()
    };
    let (plan_order, plain) = started(&of(7, false), &target).await;
    let mut ids: Vec<String> = documented()
        .cases
        .iter()
        .map(|planned| planned.case.id.clone())
        .collect();
    // The last one waits for a task to end, and is begun before the others.
    ids.rotate_right(1);
    assert_eq!(plan_order, ids);
    let (order, shuffled) = started(&of(7, true), &target).await;
    assert_ne!(order, ids);
    assert_eq!(shuffled, plain);
    let (again, _) = started(&of(7, true), &target).await;
    assert_eq!(again, order, "the same seed, the same order");
    let (other, _) = started(&of(8, true), &target).await;
    assert_ne!(other, order, "another seed, another order");
    let sorted = |mut order: Vec<String>| {
        order.sort();
        order
    };
    assert_eq!(sorted(order), sorted(ids), "each case once");
}

/// A body of more than 256 KiB is judged elsewhere, and by the same rules.
#[rstest]
#[case("SUCCESS", 0)]
#[case("SUCESS", 1)]
#[tokio::test]
async fn a_large_body_is_judged_as_a_small_one(#[case] status: &'static str, #[case] exit: u8) {
    let uri = http(move |seen| {
        let ids: Vec<Value> = seen.body["asset_ids"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let (done, failed) = ids.split_at(ids.len() / 2);
        let error = json!({ "error_code": "MSS.00000099", "error_msg": "not found" });
        let body = json!({ "results": [
            { "ret_status": status, "asset_ids": done },
            { "ret_status": "FAILED", "asset_ids": failed, "error_info": error },
        ] });
        let padded = format!("{}{body}", " ".repeat(300 * 1024));
        text_answer(200, "application/json", padded)
    });
    let target = target(&uri.await);
    let plan = plan(&["metastudio/batch-action/documented/200"]);
    let run = try_run(&plan, &target, &Options::default())
        .await
        .expect("a run");
    assert_eq!(Summary::of(&run).exit_code, exit, "{:#?}", run.cases);
}
