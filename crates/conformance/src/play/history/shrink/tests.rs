//! What is looked for in a smaller history, and how it is told.

use contract::Level;
use rstest::rstest;
use std::sync::Arc;

use super::*;
use crate::Planned;
use crate::client::{FailureKind, TransportFailure};
use crate::judge;
use crate::play::Context;
use crate::play::stage::tests::shared;

fn finding(stage: &Stage<'_>, check: Check, level: Level, requirement: &str) -> Finding {
    let failure = TransportFailure {
        kind: FailureKind::Closed,
        text: "hung up".to_owned(),
    };
    Finding {
        check,
        level,
        requirement: Some(requirement.to_owned()),
        ..judge::no_response(stage.validator(), stage.operation(0), &failure)
    }
}

/// A stage on which these were found, each in a step of its own.
fn stage<'c>(
    (context, planned): &'c (Context, Arc<Planned>),
    found: &[(Check, Level, &str)],
) -> Stage<'c> {
    let mut stage = Stage::new(context, planned, false, Instant::now());
    for (step, (check, level, requirement)) in found.iter().enumerate() {
        let finding = finding(&stage, *check, *level, requirement);
        stage.found_at(step, finding);
    }
    stage
}

/// Check and requirement of the worst finding, and its round, where step and round have one number
/// up to the third.
fn worst_of(found: &[(Check, Level, &str)]) -> Option<(Check, String, usize)> {
    let shared = shared();
    let played = Played {
        round: 9,
        rounds: vec![0, 1, 2],
        ..Played::default()
    };
    let (finding, round) = worst(&stage(&shared, found), &played)?;
    Some((
        finding.check,
        finding.requirement.unwrap_or_default(),
        round,
    ))
}

const STATUS: Check = Check::StatusCodeConformance;
const ORACLE: Check = Check::CaseExpectation;

#[test]
fn the_worst_is_what_a_verdict_counts_most_and_of_equal_ones_the_oracles() {
    let should = (STATUS, Level::Should, "A");
    let must = (STATUS, Level::Must, "B");
    let alike = (STATUS, Level::Must, "C");
    let oracle = (ORACLE, Level::Must, "D");
    let may = (ORACLE, Level::May, "E");
    let unanswered = (Check::ResponseReceived, Level::Must, "F");
    let of = |check, id: &str, round| Some((check, id.to_owned(), round));
    assert_eq!(worst_of(&[]), None);
    assert_eq!(worst_of(&[may, unanswered]), None);
    assert_eq!(worst_of(&[should]), of(STATUS, "A", 0));
    assert_eq!(worst_of(&[should, must]), of(STATUS, "B", 1));
    assert_eq!(worst_of(&[must, should]), of(STATUS, "B", 0));
    assert_eq!(worst_of(&[must, alike]), of(STATUS, "B", 0));
    assert_eq!(worst_of(&[must, alike, oracle]), of(ORACLE, "D", 2));
    assert_eq!(worst_of(&[oracle, must]), of(ORACLE, "D", 0));
    // A step of which the round was not noted is one of the last.
    assert_eq!(
        worst_of(&[may, may, may, unanswered, must]),
        of(STATUS, "B", 9)
    );
}

#[test]
fn the_others_are_told_once_each_and_in_order() {
    let shared = shared();
    let stage = stage(
        &shared,
        &[
            (STATUS, Level::Must, "C"),
            (ORACLE, Level::Must, "B"),
            (STATUS, Level::Should, "A"),
            (STATUS, Level::Must, "A"),
            (STATUS, Level::May, "D"),
        ],
    );
    let wanted = finding(&stage, ORACLE, Level::Must, "B");
    assert_eq!(others(&stage, &wanted), ["A", "C"]);
}

#[rstest]
#[case(ORACLE, Level::Must, "B", true)]
#[case(STATUS, Level::Must, "B", false)]
#[case(ORACLE, Level::Should, "B", false)]
#[case(ORACLE, Level::Must, "A", false)]
fn only_the_same_promise_broken_as_surely_is_the_same(
    #[case] check: Check,
    #[case] level: Level,
    #[case] requirement: &str,
    #[case] same: bool,
) {
    let shared = shared();
    let stage = stage(&shared, &[(ORACLE, Level::Must, "B")]);
    let wanted = finding(&stage, check, level, requirement);
    assert_eq!(Wanted(&wanted).is_in(&stage), same);
}

#[test]
fn only_the_harness_and_the_target_as_a_whole_end_a_play() {
    assert!(is_over(&Err(Halt::Error("e".to_owned()))));
    assert!(is_over(&Err(Halt::Skipped("s".to_owned()))));
    assert!(!is_over(&Err(Halt::Found)));
    assert!(!is_over(&Ok(())));
}

#[rstest]
#[case((1, 1), "1 request on 1 item")]
#[case((9, 7), "9 requests on 7 items")]
#[case((0, 1), "0 requests on 1 item")]
fn a_size_is_told_in_words(#[case] of: (usize, usize), #[case] told: &str) {
    assert_eq!(size(of), told);
}

#[test]
fn the_item_that_a_finding_is_about_is_told_where_there_is_one() {
    let shared = shared();
    let stage = stage(&shared, &[]);
    let of = |id| finding(&stage, ORACLE, Level::Must, id);
    let played = Played {
        culprits: vec![(of("A"), 1), (of("B"), 2), (of("B"), 3)],
        ..Played::default()
    };
    assert_eq!(culprit(&played, &of("B")), Some(2));
    assert_eq!(culprit(&played, &of("C")), None);
}

/// A history against a target that offers no states, and what became of trying a smaller one.
async fn tried(
    change: impl FnOnce(&mut Shrinking<'_, '_, '_>, &mut Script),
) -> (bool, bool, usize, usize) {
    let shared = shared();
    let mut stage = stage(&shared, &[]);
    let wanted = finding(&stage, ORACLE, Level::Must, "B");
    let life = stage.validator().contract().life.as_ref().expect("a life");
    let mut rng = super::super::script::generator(1, "any");
    let script = Script::draw(life, &life.profiles[0], &mut rng);
    let mut shrinking = Shrinking {
        wanted: Wanted(&wanted),
        life,
        stage: &mut stage,
        best: script.clone(),
        scene: None,
        ended: Ok(()),
        attempts: 0,
        took: Duration::from_millis(1),
        over: false,
    };
    shrinking.keep().await;
    assert_eq!(shrinking.stage.attempt, 1);
    let mut smaller = script;
    smaller.rounds.truncate(1);
    change(&mut shrinking, &mut smaller);
    let held = shrinking.holds(smaller).await;
    let (over, attempts) = (shrinking.is_over(), shrinking.attempts);
    (held, over, attempts, stage.attempt)
}

#[tokio::test]
async fn a_smaller_history_is_played_in_a_tenant_of_its_own() {
    // A target that cannot be brought into a state ends all of it.
    assert_eq!(tried(|_, _| ()).await, (false, true, 1, 2));
}

#[tokio::test]
async fn what_is_no_smaller_history_is_not_played() {
    let not_played = (false, false, 0, 1);
    assert_eq!(tried(|_, script| script.rounds.clear()).await, not_played);
    assert_eq!(tried(|_, script| script.items.clear()).await, not_played);
    let same = |shrinking: &mut Shrinking<'_, '_, '_>, script: &mut Script| {
        script.clone_from(&shrinking.best);
    };
    assert_eq!(tried(same).await, not_played);
}

#[tokio::test]
async fn nothing_is_played_when_there_is_no_time_or_no_use() {
    let over = (false, true, 0, 1);
    assert_eq!(tried(|it, _| it.over = true).await, over);
    // Twice as long as the first attempt took, it could take.
    let limit = Duration::from_secs(30);
    let late = |it: &mut Shrinking<'_, '_, '_>, _: &mut Script| {
        it.stage.deadline = Instant::now() + limit;
        it.took = limit / 2;
    };
    assert_eq!(tried(late).await, over);
    let all = (false, true, ATTEMPTS, 1);
    assert_eq!(tried(|it, _| it.attempts = ATTEMPTS).await, all);
}
