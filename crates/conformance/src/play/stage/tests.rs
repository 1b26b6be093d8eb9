//! A stage without a play: what it makes, keeps, forgets and has time for.

use rstest::rstest;

use super::*;
use crate::run::fixture;
use crate::runner::tests::{context, plan};
use crate::{Planned, Target};

/// What the cases of a run share, and one of them.
pub(in crate::play) fn shared() -> (Context, std::sync::Arc<Planned>) {
    let mut target = Target::new("http://127.0.0.1:1").expect("a base URL");
    target.timeout = Duration::from_secs(7);
    let planned = plan().cases.remove(0);
    (context(&target), planned)
}

fn failure(kind: FailureKind) -> TransportFailure {
    TransportFailure {
        kind,
        text: "what came".to_owned(),
    }
}

#[test]
fn what_is_made_is_of_the_case_the_time_and_the_attempt() {
    let (context, planned) = shared();
    let made = |again, attempt| {
        let mut stage = Stage::new(&context, &planned, again, Instant::now());
        stage.attempt = attempt;
        stage.made("item")
    };
    let first = tenant::made(context.options.seed, &planned.case.name(), "item");
    assert_eq!(made(false, 0), first);
    let all = [
        made(false, 0),
        made(false, 1),
        made(false, 2),
        made(true, 0),
    ];
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "{all:?}");
}

#[rstest]
#[case(0, 0)]
#[case(FEW, 0)]
#[case(FEW + 1, 1)]
#[case(FEW + 90, 90)]
fn many_states_have_more_time(#[case] states: usize, #[case] seconds: u64) {
    assert_eq!(more_time(states), Duration::from_secs(seconds));
}

#[test]
fn a_pause_has_to_leave_the_time_of_one_request() {
    let (context, planned) = shared();
    let stage = Stage::new(&context, &planned, false, Instant::now());
    let last = stage.deadline - context.target.timeout;
    assert!(!stage.has_time(last));
    assert!(stage.has_time(last - Duration::from_millis(1)));
}

#[test]
fn a_case_has_at_least_twice_the_time_of_a_request() {
    let (mut context, _) = shared();
    context.options.case_limit = Duration::from_secs(20);
    assert_eq!(context.case_limit(), Duration::from_secs(20));
    context.target.timeout = Duration::from_secs(11);
    assert_eq!(context.case_limit(), Duration::from_secs(22));
}

#[test]
fn what_a_finding_is_about_is_not_forgotten() {
    let (context, planned) = shared();
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    stage.steps = (0..6)
        .map(|step| fixture::step(&step.to_string(), "", None))
        .collect();
    let finding = judge::no_response(
        stage.validator(),
        stage.operation(0),
        &failure(FailureKind::Closed),
    );
    for step in [2, 4, 5] {
        // Alike findings are kept once.
        let mut finding = finding.clone();
        finding.actual = step.to_string();
        stage.found_at(step, finding);
    }
    stage.forget(1..5);
    let left: Vec<&str> = stage.steps.iter().map(|step| &*step.operation).collect();
    assert_eq!(left, ["0", "2", "4", "5"]);
    let about: Vec<usize> = stage.findings.iter().map(|found| found.step).collect();
    assert_eq!(about, [1, 2, 3]);
}

#[rstest]
#[case(FailureKind::Unsendable, "what came")]
#[case(
    FailureKind::OutOfTime,
    "the time limit of the whole case was over: what came"
)]
fn what_is_not_the_targets_fault_is_an_error(#[case] kind: FailureKind, #[case] says: &str) {
    let (context, planned) = shared();
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    match stage.failed(0, &failure(kind)) {
        Halt::Error(problem) => assert_eq!(problem, says),
        other => panic!("{other:?}"),
    }
    assert!(stage.findings.is_empty());
}

#[rstest]
#[case(FailureKind::Connect, 1, true)]
#[case(FailureKind::Connect, 2, false)]
#[case(FailureKind::Closed, 1, false)]
fn a_target_is_not_reached_when_its_first_request_does_not_connect(
    #[case] kind: FailureKind,
    #[case] sent: usize,
    #[case] unreachable: bool,
) {
    let (context, planned) = shared();
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    stage.steps = (0..sent).map(|_| fixture::step("any", "", None)).collect();
    assert!(matches!(stage.failed(0, &failure(kind)), Halt::Found));
    assert_eq!(stage.unreachable.is_some(), unreachable);
    assert_eq!(stage.findings.len(), 1);
}

#[rstest]
#[case(FailureKind::Closed, true)]
#[case(FailureKind::Connect, false)]
fn who_hangs_up_on_a_request_that_is_to_be_refused_misses_how(
    #[case] kind: FailureKind,
    #[case] of_refusal: bool,
) {
    let (context, planned) = shared();
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    let refusals = &stage.operation(0).refusals;
    let mut refusal = refusals.malformed.clone().expect("it says how");
    refusal.requirement = "X-1".to_owned();
    refusal.status_level = contract::Level::May;
    stage.refusal = Some(refusal);
    stage.failed(0, &failure(kind));
    let found = &stage.findings[0].finding;
    let missed = found.requirement.as_deref() == Some("X-1");
    assert_eq!(missed, of_refusal, "{found:?}");
    assert_eq!(found.level == contract::Level::May, of_refusal, "{found:?}");
}

#[tokio::test]
async fn a_state_needs_a_way_and_many_need_time() {
    let (mut context, planned) = shared();
    let exists = ProviderState {
        state: "asset exists".to_owned(),
        params: serde_json::Map::new(),
        alias: None,
    };
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    assert!(stage.needs(&[]).is_ok());
    assert!(matches!(
        stage.needs(std::slice::from_ref(&exists)),
        Err(Halt::Skipped(_))
    ));
    let before = stage.deadline;
    let many = vec![exists.clone(); FEW + 2];
    assert!(matches!(
        stage.set_up(&many, 0).await,
        Err(Halt::Skipped(_))
    ));
    assert_eq!(stage.deadline, before + Duration::from_secs(2));
    drop(stage);
    let url = Target::parse_url("http://127.0.0.1:1/_states").expect("a URL");
    context.target.state_url = Some(url);
    let stage = Stage::new(&context, &planned, false, Instant::now());
    assert!(stage.needs(&[exists]).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_case_that_rests_leaves_its_place_and_waits_for_it_in_no_time_of_its_own() {
    // There is one place.
    let (context, planned) = shared();
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    stage.place = context.places.first().await;
    let (began, deadline) = (Instant::now(), stage.deadline);
    let rest = Duration::from_millis(10);
    let another = async {
        let place = context.places.first().await;
        assert_eq!(
            began.elapsed(),
            Duration::ZERO,
            "another case plays meanwhile"
        );
        // The clock stands still but for this: until the one that rests asks for a place, and on.
        tokio::time::advance(rest).await;
        tokio::task::yield_now().await;
        tokio::time::advance(Duration::from_millis(20)).await;
        drop(place);
    };
    tokio::join!(biased; stage.rest_until(began + rest), another);
    assert!(stage.place.is_some());
    let waited = Duration::from_millis(20);
    assert_eq!((stage.waited, stage.deadline), (waited, deadline + waited));
}

#[tokio::test]
async fn a_stage_without_a_place_rests_without_one() {
    let (context, planned) = shared();
    let mut stage = Stage::new(&context, &planned, false, Instant::now());
    let deadline = stage.deadline;
    stage.rest_until(Instant::now()).await;
    assert!(stage.place.is_none());
    assert_eq!(stage.deadline, deadline);
}
