//! What a case amounts to, however it ended.

use bytes::Bytes;
use rstest::rstest;
use validator::{Exchange, Request, Response};

use super::*;
use crate::client::{FailureKind, TransportFailure};
use crate::request::Authentication;
use crate::run::CaseKind;
use crate::runner::tests::{context, plan, plan_of};

fn shared() -> (Context, Arc<Planned>) {
    let target = Target::new("http://127.0.0.1:1").expect("a base URL");
    let documented = |planned: &Arc<Planned>| planned.case.kind == CaseKind::Documented;
    let planned = plan().cases.into_iter().find(documented);
    (context(&target), planned.expect("a documented case"))
}

fn broken(stage: &mut Stage<'_>) {
    let failure = TransportFailure {
        kind: FailureKind::Closed,
        text: "hung up".to_owned(),
    };
    let finding = judge::no_response(stage.validator(), stage.operation(0), &failure);
    stage.found(finding);
}

#[rstest]
#[case::an_error(Some(Halt::Error("e".to_owned())), Ok(()), Verdict::Error, Some("e"))]
#[case::skipped(Some(Halt::Skipped("s".to_owned())), Ok(()), Verdict::Skipped, Some("s"))]
#[case::not_tidied(Some(Halt::Skipped("s".to_owned())), Err("t"), Verdict::Error, Some("t"))]
#[case::two_errors(Some(Halt::Error("e".to_owned())), Err("t"), Verdict::Error, Some("e; t"))]
fn a_case_without_findings_ends_as_what_ended_it(
    #[case] halted: Option<Halt>,
    #[case] tidied: Result<(), &str>,
    #[case] verdict: Verdict,
    #[case] reason: Option<&str>,
) {
    let (context, planned) = shared();
    let stage = Stage::new(&context, &planned, false, Instant::now());
    let tidied = tidied.map_err(str::to_owned);
    let record = outcome(stage, halted, tidied, Duration::ZERO).record;
    assert_eq!(
        (record.verdict, record.reason.as_deref()),
        (verdict, reason)
    );
}

#[rstest]
#[case::an_error(Some(Halt::Error("e".to_owned())), Ok(()))]
#[case::skipped(Some(Halt::Skipped("s".to_owned())), Ok(()))]
#[case::not_tidied(Some(Halt::Found), Err("t".to_owned()))]
fn a_finding_that_fails_outweighs_what_came_afterwards(
    #[case] halted: Option<Halt>,
    #[case] tidied: Result<(), String>,
) {
    let (context, planned) = shared();
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    broken(&mut stage);
    let outcome = outcome(stage, halted, tidied, Duration::ZERO);
    assert_eq!(
        (outcome.record.verdict, outcome.judged),
        (Verdict::Fail, Verdict::Fail)
    );
}

#[test]
fn the_last_response_is_kept_of_a_case_that_got_there() {
    let (context, planned) = shared();
    let operation = planned.case.steps().last().expect("it has steps").operation;
    let kept = |latest: usize, steps: usize| {
        let mut stage = Stage::new(&context, &planned, false, Instant::now());
        let response = Response {
            status: 200,
            headers: Vec::new(),
            body: Bytes::from_static(b"{}"),
        };
        stage.latest = Some((latest, response));
        stage.steps = (0..steps)
            .map(|_| crate::run::fixture::step("any", "", Some((200, "{}"))))
            .collect();
        last_response(&stage).is_some()
    };
    let all = planned.case.steps().len();
    let another = (0..planned.validator.contract().operations.len()).find(|it| *it != operation);
    assert!(kept(operation, all));
    assert!(!kept(operation, all - 1));
    assert!(!kept(another.expect("there are two operations"), all));
}

#[test]
fn the_status_that_a_case_is_about_is_that_of_its_last_step() {
    let (context, _) = shared();
    let about = |wanted: &dyn Fn(&Due) -> bool| {
        let cases = plan().cases;
        let found = cases.iter().find(|planned| {
            let last = planned.case.steps().last();
            last.is_some_and(|step| wanted(&step.expected.due))
        });
        let planned = found.expect("there is one");
        due(&Stage::new(&context, planned, false, Instant::now()))
    };
    assert_eq!(about(&|due| due.status() == Some(500)), Some(500));
    // Of what is to be accepted, it is the first documented 2xx.
    assert_eq!(about(&|due| matches!(due, Due::Accepted { .. })), Some(200));
    assert_eq!(about(&|due| matches!(due, Due::Anything { .. })), None);
}

#[test]
fn a_plan_names_its_contracts() {
    let plan = plan();
    let names: Vec<String> = plan.contracts().map(contract::Contract::name).collect();
    assert_eq!(names, ["metastudio/2025-12"]);
}

#[rstest]
#[case::led_on(r#"{"job_id":"j1"}"#, None)]
#[case::a_list(r#"[{"job_id":"j1"}]"#, Some("$response.body#/job_id"))]
#[case::no_json("job_id", Some("$response.body#/job_id"))]
fn an_answer_that_does_not_lead_on_is_no_fault_of_the_harness(
    #[case] body: &'static str,
    #[case] missing: Option<&str>,
) {
    let target = Target::new("http://127.0.0.1:1").expect("a base URL");
    let cases = plan_of("roma", "2022-12").cases;
    let linked = |planned: &&Arc<Planned>| {
        let last = planned.case.steps().last();
        last.is_some_and(|step| step.link.is_some())
    };
    let planned = cases.iter().find(linked).expect("a job is asked for");
    let context = context(&target);
    let mut stage = Stage::new(&context, planned, false, Instant::now());
    let step = planned.case.steps().last().expect("it has steps");
    stage.enter(step.operation);
    let before = Exchange {
        request: Request {
            method: "POST".to_owned(),
            target: "/v2/p/instances/i/assets/delete".to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        },
        response: Response {
            status: 200,
            headers: Vec::new(),
            body: Bytes::from_static(body.as_bytes()),
        },
    };
    let made = steps::request(&stage, step, &Authentication::new(), Some(&before));
    match (made, missing) {
        (Ok(request), None) => assert!(request.target.contains("j1"), "{}", request.target),
        (Err(Halt::Skipped(reason)), Some(missing)) => {
            let told = format!("the answer before does not lead on: {missing}");
            assert!(reason.starts_with(&told), "{reason}");
        }
        (made, _) => panic!("{made:?}"),
    }
}
