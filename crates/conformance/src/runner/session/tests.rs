//! What is made of a case that others may have been in the way of.

use contract::{Contract, Level};
use rstest::rstest;
use validator::Validator;

use super::*;
use crate::run::{CaseFinding, fixture};
use crate::runner::tests::context;
use crate::{Options, Selection, Target};

/// A plan of roma, which has states that a correct server may tie to other tenants; or of one whose
/// cases have none of those.
fn plan(shares: bool) -> Plan {
    let mut contract = Contract::embedded_one("roma", "2022-12").expect("a sound contract");
    assert!(!contract.shared_states.is_empty());
    if !shares {
        contract.shared_states = vec!["a state of nobody".to_owned()];
    }
    let validator = Validator::new(Arc::new(contract)).expect("it compiles");
    Plan::new(vec![Arc::new(validator)], &Selection::default()).expect("a plan")
}

/// Whether others may have been in the way of a case with a state that is shared, or is not, in a
/// run like this, when it ended so.
fn in_the_way(options: Options, shares: bool, outcome: &Outcome) -> bool {
    let target = Target::new("http://127.0.0.1:1").expect("a base URL");
    let mut context = context(&target);
    context.options = options;
    let plan = plan(shares);
    let found = plan.cases.iter().position(|planned| {
        let contract = planned.validator.contract();
        let states: Vec<&str> = needs::state_names(&planned.case, contract).collect();
        let is_shared = |state: &&str| contract.shared_states.iter().any(|shared| shared == state);
        !states.is_empty() && states.iter().any(is_shared) == shares
    });
    let lanes = Lanes::new(1, context).expect("a lane");
    let schedule = Schedule::new(Vec::new(), 1, false, true);
    let mut out = RunWriter::nowhere();
    let session = Session::new(&plan, lanes, schedule, &mut out, |_| {});
    session.others_were_in_the_way(found.expect("there is one"), outcome)
}

fn options(jobs: usize, retry: bool) -> Options {
    Options {
        jobs,
        retry,
        ..Options::default()
    }
}

/// How a case ended at one request that was answered with this status, and found wrong.
fn ended(judged: Verdict, status: u16, found: Check, level: Level) -> Outcome {
    let mut run = fixture::crowded(1, 1);
    let mut record = run.cases.remove(0);
    record.steps[0]
        .response
        .as_mut()
        .expect("it was answered")
        .status = status;
    let CaseFinding { finding, .. } = &mut record.findings[0];
    (finding.check, finding.level) = (found, level);
    Outcome {
        record,
        judged,
        snapshot: None,
        unreachable: None,
    }
}

const STATUS: Check = Check::StatusCodeConformance;
const BODY: Check = Check::ResponseSchemaConformance;

#[rstest]
#[case::refused(Verdict::Fail, 409, STATUS, true)]
#[case::refused_in_any_way(Verdict::Fail, 400, BODY, true)]
#[case::warned_of(Verdict::Warning, 499, STATUS, true)]
#[case::accepted(Verdict::Fail, 202, STATUS, true)]
#[case::accepted_with_a_wrong_body(Verdict::Fail, 202, BODY, false)]
#[case::failed(Verdict::Fail, 500, STATUS, false)]
#[case::skipped(Verdict::Skipped, 500, BODY, true)]
#[case::passed(Verdict::Pass, 409, STATUS, false)]
#[case::an_error(Verdict::Error, 409, STATUS, false)]
#[tokio::test]
async fn a_refusal_may_be_due_to_others(
    #[case] judged: Verdict,
    #[case] status: u16,
    #[case] found: Check,
    #[case] expected: bool,
) {
    let outcome = ended(judged, status, found, Level::Must);
    assert_eq!(in_the_way(options(16, true), true, &outcome), expected);
}

#[rstest]
#[case::alone(1, true, true)]
#[case::never_run_again(16, false, true)]
#[case::without_such_a_state(16, true, false)]
#[tokio::test]
async fn nobody_is_in_the_way_of_a_case_that_is(
    #[case] jobs: usize,
    #[case] retry: bool,
    #[case] shares: bool,
) {
    let outcome = ended(Verdict::Fail, 409, STATUS, Level::Must);
    assert!(!in_the_way(options(jobs, retry), shares, &outcome));
}

#[tokio::test]
async fn what_is_only_observed_does_not_count() {
    let outcome = ended(Verdict::Fail, 202, BODY, Level::May);
    assert!(in_the_way(options(2, true), true, &outcome));
}

#[tokio::test]
async fn second_runs_end_when_they_have_taken_the_time_of_a_case() {
    let target = Target::new("http://127.0.0.1:1").expect("a base URL");
    let context = context(&target);
    let limit = context.case_limit();
    let plan = plan(true);
    let lanes = Lanes::new(1, context).expect("a lane");
    let mut schedule = Schedule::new(Vec::new(), 1, false, true);
    for index in 0..3 {
        schedule.hold(index);
    }
    let mut out = RunWriter::nowhere();
    let mut session = Session::new(&plan, lanes, schedule, &mut out, |_| {});
    let outcome = ended(Verdict::Fail, 500, STATUS, Level::Must);
    session.held.insert(2, outcome);
    session.took_again(limit).expect("it can be written");
    assert!(session.schedule.next(0).is_some());
    assert!(session.done.cases.is_empty());
    session
        .took_again(Duration::from_millis(1))
        .expect("it can be written");
    assert_eq!(session.schedule.next(0), None);
    assert_eq!(session.done.cases.len(), 1);
}

#[tokio::test]
async fn the_first_failure_is_the_one_that_is_told() {
    let target = Target::new("http://127.0.0.1:1").expect("a base URL");
    let plan = plan(true);
    let lanes = Lanes::new(1, context(&target)).expect("a lane");
    let schedule = Schedule::new(Vec::new(), 1, false, true);
    let mut out = RunWriter::nowhere();
    let mut session = Session::new(&plan, lanes, schedule, &mut out, |_| {});
    let mut write = |id: &str, verdict| {
        let mut outcome = ended(verdict, 500, STATUS, Level::Must);
        outcome.record.id = id.to_owned();
        outcome.record.verdict = verdict;
        session.write(outcome).expect("it can be written");
        session.done.failed.clone()
    };
    assert_eq!(write("passes", Verdict::Pass), None);
    assert_eq!(write("first", Verdict::Fail).as_deref(), Some("first"));
    assert_eq!(write("second", Verdict::Fail).as_deref(), Some("first"));
}
