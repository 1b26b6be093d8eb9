//! The oracle against the embedded lives: what it accepts from servers that differ in all that the
//! documents leave free, and what it accuses.

use std::sync::LazyLock;

use contract::Contract;
use rstest::rstest;
use serde_json::json;

use super::*;

static METASTUDIO: LazyLock<Life> = LazyLock::new(|| life("metastudio", "2025-12"));
static SMH: LazyLock<Life> = LazyLock::new(|| life("smh", "2026-01"));

fn life(api: &str, revision: &str) -> Life {
    let contract = Contract::embedded_one(api, revision).expect("a sound contract");
    contract.life.expect("it has a life")
}

/// One thing that happens to the only asset: an action with the label that it is answered by, or a
/// look at what is shown.
enum Event {
    Did(&'static str, &'static str),
    Shown(&'static str),
}

/// Reads `DELETE=SUCCESS` as an action with its answer, anything else as what is shown: a state,
/// `missing` or `stateless`.
fn events(text: &'static str) -> impl Iterator<Item = Event> {
    text.split(' ').map(|word| match word.split_once('=') {
        Some((action, label)) => Event::Did(action, label),
        None => Event::Shown(word),
    })
}

fn told(name: &str, value: Value) -> Arguments {
    Arguments::from_iter([(name.to_owned(), value)])
}

fn label(life: &Life, name: &str) -> Became {
    let mut labels = life.results.labels.iter();
    match labels.position(|label| label.name == name) {
        Some(label) => Became::Answered {
            label,
            result: name.to_owned(),
        },
        None if name == "refused" => Became::Refused,
        None => Became::Unknown { times: 1 },
    }
}

/// What is said of an asset of this kind through all of these events.
fn said(kind: &str, history: &'static str) -> Vec<(String, Level)> {
    played(kind, history).0
}

/// The same, and the requirements that were put to the test.
fn played(kind: &str, history: &'static str) -> (Vec<(String, Level)>, BTreeSet<String>) {
    let (oracle, said) = lived(&METASTUDIO, kind, history);
    let said = said.into_iter();
    let said = said.map(|said| (said.promise.requirement, said.promise.level));
    (said.collect(), oracle.tested)
}

/// An oracle of one asset of this kind that has lived through all of these events, and what it said.
fn lived<'l>(life: &'l Life, kind: &str, history: &'static str) -> (Oracle<'l>, Vec<Said>) {
    let mut oracle = Oracle::new(life);
    let kind = life.kinds.iter().find(|known| known.name == kind);
    oracle.add("a".to_owned(), kind.expect("a kind").begins);
    let none = Arguments::new();
    let mut said = Vec::new();
    for event in events(history) {
        let found = match event {
            Event::Did(action, came) => {
                let batch = told("action", json!(action));
                let situation = Situation {
                    settings: &none,
                    batch: &batch,
                    item: &none,
                };
                oracle.became(0, 1, situation, &label(life, came))
            }
            Event::Shown("missing") => oracle.observed(0, 1, &Seen::Missing),
            Event::Shown("stateless") => oracle.observed(0, 1, &Seen::Stateless),
            Event::Shown(state) => oracle.observed(0, 1, &Seen::State(state.to_owned())),
        };
        said.extend(found);
    }
    (oracle, said)
}

#[rstest]
#[case::to_the_bin("ACTIVED", "DELETE=SUCCESS DELETING DELETING DELETED missing")]
#[case::straight_to_deleted("ACTIVED", "DELETE=SUCCESS DELETED DELETE=FAILED missing")]
#[case::straight_away("UNACTIVED", "DELETE=SUCCESS missing missing")]
#[case::unlisted_and_restored("ACTIVED", "DELETE=SUCCESS missing RESTORE=SUCCESS UNACTIVED")]
#[case::restored("ACTIVED", "DELETE=SUCCESS DELETING RESTORE=SUCCESS ACTIVED")]
#[case::too_late("ACTIVED", "DELETE=SUCCESS DELETING RESTORE=FAILED DELETED")]
#[case::deleted_twice("ACTIVED", "DELETE=SUCCESS DELETING DELETE=SUCCESS missing")]
#[case::nothing_to_do("ACTIVED", "ACTIVE=FAILED ACTIVED ACTIVE=SUCCESS ACTIVED")]
#[case::restored_from_use("ACTIVED", "RESTORE=SUCCESS ACTIVED RESTORE=FAILED ACTIVED")]
#[case::forced("ACTIVED", "DELETE_FORCE=SUCCESS missing RESTORE=FAILED DELETED")]
#[case::forced_twice("ACTIVED", "DELETE_FORCE=SUCCESS DELETED DELETE_FORCE=SUCCESS missing")]
#[case::shared("UNACTIVED", "SHARE=FAILED UNACTIVED SHARE=SUCCESS UNACTIVED")]
#[case::without_states("ACTIVED", "UNACTIVE=SUCCESS stateless DELETE=SUCCESS stateless")]
#[case::no_result("ACTIVED", "DELETE=? ACTIVED DELETE=? DELETING RESTORE=? ACTIVED")]
#[case::refused("ACTIVED", "DELETE=refused ACTIVED")]
#[case::frozen("BLOCK", "missing BLOCK ACTIVE=FAILED missing DELETE=SUCCESS DELETING")]
#[case::uploaded("CREATING", "CREATING UNACTIVED")]
#[case::an_upload_that_failed("CREATING", "DELETE=FAILED FAILED missing")]
#[case::announced("WAITING_DELETE", "WAITING_DELETE missing RESTORE=SUCCESS UNACTIVED")]
#[case::unknown("unknown", "DELETE=FAILED missing RESTORE=FAILED missing")]
#[case::idempotent("unknown", "DELETE=SUCCESS missing DELETE_FORCE=SUCCESS missing")]
#[case::a_state_that_no_document_has("ACTIVED", "DELETE=SUCCESS GONE DELETING")]
fn what_the_documents_leave_free_is_accused_of_nothing(
    #[case] kind: &str,
    #[case] history: &'static str,
) {
    let said = said(kind, history);
    let counted: Vec<_> = said
        .iter()
        .filter(|(_, level)| *level > Level::May)
        .collect();
    assert_eq!(counted, Vec::<&(String, Level)>::new());
}

#[rstest]
#[case::nothing_done("ACTIVED", "DELETE=SUCCESS ACTIVED", "MS-BA-19", Level::Must)]
#[case::not_restored(
    "ACTIVED",
    "DELETE=SUCCESS DELETING RESTORE=SUCCESS DELETING",
    "MS-BA-19",
    Level::Must
)]
// It is DELETING afterwards, and so it was when RESTORE failed.
#[case::restore_refused(
    "ACTIVED",
    "DELETE=SUCCESS DELETING RESTORE=FAILED DELETING",
    "MS-BA-19",
    Level::Must
)]
#[case::restored_to_nothing(
    "ACTIVED",
    "DELETE=SUCCESS missing RESTORE=SUCCESS missing",
    "MS-AS-12",
    Level::Should
)]
#[case::not_at_once("ACTIVED", "DELETE_FORCE=SUCCESS DELETING", "MS-BA-20", Level::Must)]
#[case::restored_after_force(
    "ACTIVED",
    "DELETE_FORCE=SUCCESS missing RESTORE=SUCCESS",
    "MS-BA-20",
    Level::Must
)]
#[case::back_after_force(
    "ACTIVED",
    "DELETE_FORCE=SUCCESS RESTORE=FAILED ACTIVED",
    "MS-BA-20",
    Level::Must
)]
#[case::restored_though_deleted("DELETED", "DELETED RESTORE=SUCCESS", "MS-BA-23", Level::Should)]
#[case::not_deactivated("ACTIVED", "UNACTIVE=SUCCESS ACTIVED", "MS-BA-21", Level::Must)]
#[case::not_activated("UNACTIVED", "ACTIVE=SUCCESS UNACTIVED", "MS-BA-21", Level::Must)]
#[case::delete_fails("ACTIVED", "DELETE=FAILED", "MS-BA-24", Level::Should)]
#[case::force_fails("UNACTIVED", "DELETE_FORCE=FAILED", "MS-BA-24", Level::Should)]
#[case::active_fails("UNACTIVED", "ACTIVE=FAILED", "MS-BA-24", Level::Should)]
#[case::failed_and_done(
    "ACTIVED",
    "UNACTIVE=SUCCESS UNACTIVED UNACTIVE=FAILED ACTIVED",
    "HT-04",
    Level::Should
)]
#[case::refused_and_done("ACTIVED", "DELETE=refused DELETING", "HT-04", Level::Should)]
#[case::sharing_activates("UNACTIVED", "SHARE=SUCCESS ACTIVED", "MS-BA-22", Level::Should)]
#[case::not_listed("ACTIVED", "UNACTIVE=SUCCESS missing", "MS-AS-12", Level::Should)]
#[case::gone_by_itself("ACTIVED", "missing", "MS-AS-12", Level::Should)]
// That it stays as it is once it was seen so is implied.
#[case::changed_later(
    "UNACTIVED",
    "ACTIVE=SUCCESS ACTIVED UNACTIVED",
    "MS-BA-21",
    Level::Should
)]
fn a_broken_promise_is_told_once_at_its_level(
    #[case] kind: &str,
    #[case] history: &'static str,
    #[case] requirement: &str,
    #[case] level: Level,
) {
    assert_eq!(said(kind, history), [(requirement.to_owned(), level)]);
}

#[rstest]
#[case::never_told(
    "ACTIVED",
    "UNACTIVE=SUCCESS stateless DELETE=SUCCESS stateless",
    "MS-BA-21",
    false
)]
#[case::told("ACTIVED", "UNACTIVE=SUCCESS UNACTIVED", "MS-BA-21", true)]
#[case::deleted_and_told_nothing("ACTIVED", "DELETE=SUCCESS stateless", "MS-BA-19", false)]
#[case::gone_from_the_list("ACTIVED", "ACTIVED DELETE=SUCCESS missing", "MS-BA-19", true)]
#[case::never_listed("ACTIVED", "DELETE=SUCCESS missing", "MS-BA-19", false)]
#[case::refused_in_the_dark("ACTIVED", "DELETE=refused stateless", "HT-04", false)]
#[case::refused("ACTIVED", "DELETE=refused ACTIVED", "HT-04", true)]
// It may be DELETED by now: either answer is right.
#[case::restored_or_too_late(
    "ACTIVED",
    "DELETE=SUCCESS stateless RESTORE=SUCCESS",
    "MS-BA-19",
    false
)]
#[case::restored_after_force("ACTIVED", "DELETE_FORCE=SUCCESS RESTORE=FAILED", "MS-BA-20", true)]
fn only_what_could_have_shown_otherwise_is_put_to_the_test(
    #[case] kind: &str,
    #[case] history: &'static str,
    #[case] requirement: &str,
    #[case] tested: bool,
) {
    let (said, known) = played(kind, history);
    assert!(
        said.iter().all(|(_, level)| *level == Level::May),
        "{said:?}"
    );
    assert_eq!(known.contains(requirement), tested, "{known:?}");
}

#[test]
fn nothing_more_is_said_of_what_nobody_promised() {
    // Set up as ACTIVED, shown as something else: the set-up is no promise of the documents.
    let said = said("ACTIVED", "UNACTIVED BLOCK ACTIVED");
    assert!(
        said.iter().all(|(_, level)| *level == Level::May),
        "{said:?}"
    );
}

/// What is said of a path of this kind that is deleted again and again.
fn deleted(kind: &str, bin: &str, history: &[(Value, &str)]) -> Vec<(String, Level)> {
    let life = &*SMH;
    let mut oracle = Oracle::new(life);
    let kind = life.kinds.iter().find(|known| known.name == kind);
    oracle.add("a".to_owned(), kind.expect("a kind").begins);
    let (settings, batch) = (told("bin", json!(bin)), Arguments::new());
    let mut said = Vec::new();
    for (permanent, came) in history {
        let item = told("permanent", permanent.clone());
        let situation = Situation {
            settings: &settings,
            batch: &batch,
            item: &item,
        };
        let found = oracle.became(0, 1, situation, &label(life, came));
        said.extend(found.map(|said| (said.promise.requirement, said.promise.level)));
    }
    said
}

#[rstest]
#[case("file", "enabled", &[(json!(null), "recycled"), (json!(true), "missing")], &[])]
#[case("directory", "enabled", &[(json!(true), "deleted"), (json!(false), "missing")], &[])]
#[case("file", "disabled", &[(json!(null), "deleted"), (json!(null), "missing")], &[])]
#[case("unknown", "enabled", &[(json!(null), "missing")], &[])]
#[case::left_to_the_server("file", "disabled", &[(json!(null), "unclear"), (json!(null), "missing")],
    &[("SM-BD-08", Level::May)])]
#[case::idempotent("unknown", "enabled", &[(json!(null), "deleted")], &[("SM-BD-13", Level::May)])]
#[case::bin_ignored("file", "enabled", &[(json!(null), "deleted")], &[("SM-BD-08", Level::Should)])]
#[case::permanent_ignored("file", "enabled", &[(json!(true), "recycled")],
    &[("SM-BD-08", Level::Should)])]
#[case::no_id("file", "enabled", &[(json!(false), "unclear")], &[("SM-BD-08", Level::Should)])]
#[case::not_found("file", "enabled", &[(json!(false), "missing")], &[("SM-BD-08", Level::Should)])]
#[case::deleted_again("file", "enabled", &[(json!(null), "recycled"), (json!(null), "recycled")],
    &[("SM-BD-13", Level::Should)])]
#[case::gone_and_found("file", "enabled", &[(json!(true), "deleted"), (json!(true), "deleted")],
    &[("SM-BD-13", Level::Should)])]
// What is only observed ends nothing, and what is promised ends with the first that breaks it.
#[case::observed_and_broken("file", "disabled",
    &[(json!(null), "unclear"), (json!(true), "deleted"), (json!(true), "deleted")],
    &[("SM-BD-08", Level::May), ("SM-BD-13", Level::Should)])]
#[case::broken_and_broken("file", "enabled",
    &[(json!(null), "recycled"), (json!(null), "recycled"), (json!(null), "deleted")],
    &[("SM-BD-13", Level::Should)])]
// After an outcome that nobody knows, anything may be.
#[case("file", "enabled", &[(json!(null), "?"), (json!(null), "recycled")], &[])]
#[case("file", "enabled", &[(json!(null), "?"), (json!(null), "missing")], &[])]
fn deleting_is_promised_by_bin_and_permanent(
    #[case] kind: &str,
    #[case] bin: &str,
    #[case] history: &[(Value, &str)],
    #[case] expected: &[(&str, Level)],
) {
    let said = deleted(kind, bin, history);
    let said: Vec<_> = said
        .iter()
        .map(|(id, level)| (id.as_str(), *level))
        .collect();
    assert_eq!(said, expected);
}

#[test]
fn a_sentence_names_the_item_what_was_done_and_what_is_promised() {
    let life = &*METASTUDIO;
    let mut oracle = Oracle::new(life);
    let none = Arguments::new();
    let active = life.kinds[0].begins;
    for id in ["a", "b"] {
        oracle.add(id.to_owned(), active);
    }
    let did = |oracle: &mut Oracle<'_>, item, action: &str, came| {
        let batch = told("action", json!(action));
        let situation = Situation {
            settings: &none,
            batch: &batch,
            item: &none,
        };
        oracle.became(item, item + 1, situation, &label(life, came))
    };
    let failed = did(&mut oracle, 0, "DELETE", "FAILED").expect("it is promised");
    assert_eq!(
        failed.expected,
        "asset 1 of the batch, ACTIVED before, with action DELETE: SUCCESS"
    );
    assert_eq!(did(&mut oracle, 1, "DELETE", "SUCCESS"), None);
    let shown = oracle.observed(1, 2, &Seen::State("ACTIVED".to_owned()));
    let shown = shown.expect("it is promised");
    assert_eq!(
        shown.expected,
        "asset 2 of the request, after action DELETE was answered SUCCESS: DELETING, DELETED or \
         not listed"
    );
    assert_eq!(shown.actual, "ACTIVED");
    assert!(oracle.tested.contains("MS-BA-24") && oracle.tested.contains("MS-BA-19"));
}

#[test]
fn what_changed_by_itself_is_told_as_such() {
    let life = &*METASTUDIO;
    let mut oracle = Oracle::new(life);
    oracle.add("a".to_owned(), life.kinds[0].begins);
    let said = oracle.observed(0, 1, &Seen::Missing).expect("it is listed");
    assert!(
        said.expected.contains("with nothing done to it since"),
        "{}",
        said.expected
    );
}

#[test]
fn items_that_fare_alike_are_told_of_once() {
    let life = &*METASTUDIO;
    let mut oracle = Oracle::new(life);
    let (none, batch) = (Arguments::new(), told("action", json!("DELETE")));
    let situation = Situation {
        settings: &none,
        batch: &batch,
        item: &none,
    };
    for item in 0..50 {
        oracle.add(item.to_string(), life.kinds[0].begins);
        let said = oracle.became(item, item + 1, situation, &label(life, "FAILED"));
        assert_eq!(said.is_some(), item == 0);
    }
}

#[test]
fn a_batch_has_to_be_taken_when_it_may_have_something_to_do() {
    let life = &*METASTUDIO;
    let mut oracle = Oracle::new(life);
    let none = Arguments::new();
    for kind in ["ACTIVED", "unknown"] {
        let kind = life.kinds.iter().find(|known| known.name == kind);
        oracle.add(String::new(), kind.expect("a kind").begins);
    }
    let share = told("action", json!("SHARE"));
    let situation = Situation {
        settings: &none,
        batch: &share,
        item: &none,
    };
    assert!(oracle.may_be_done(0, situation) && !oracle.may_be_done(1, situation));
    assert!(oracle.is_there(0) && !oracle.is_there(1));
    let promised = |among: &[usize]| {
        let promise = oracle.accepted(situation, among).expect("it is promised");
        (promise.requirement.as_str(), promise.level)
    };
    assert_eq!(promised(&[0]), ("MS-BA-22", Level::Must));
    // Nothing is said of an id that does not exist: it may be why the batch is refused.
    assert_eq!(promised(&[0, 1]), ("MS-BA-23", Level::Should));
}

/// An oracle of one active asset to which these things have happened.
fn after(history: &'static str) -> Oracle<'static> {
    lived(&METASTUDIO, "ACTIVED", history).0
}

#[rstest]
#[case::nothing_done("ACTIVED", false)]
#[case::done("DELETE=SUCCESS", true)]
#[case::refused("DELETE=refused", true)]
#[case::looked_at("DELETE=SUCCESS DELETING", false)]
#[case::done_again("DELETE=SUCCESS DELETING RESTORE=SUCCESS", true)]
#[case::lost("DELETE=SUCCESS ACTIVED DELETE=SUCCESS", false)]
fn what_was_done_to_an_asset_is_pending_until_it_is_looked_at(
    #[case] history: &'static str,
    #[case] pending: bool,
) {
    assert_eq!(after(history).is_pending(0), pending);
}

#[test]
fn what_would_be_found_is_told_and_not_taken_in() {
    let mut oracle = after("DELETE=SUCCESS");
    let (active, deleting) = ("ACTIVED".to_owned(), "DELETING".to_owned());
    for _ in 0..2 {
        assert!(oracle.would_find(0, &Seen::State(active.clone())));
        assert!(!oracle.would_find(0, &Seen::State(deleting.clone())));
    }
    assert!(
        oracle
            .observed(0, 1, &Seen::State(active.clone()))
            .is_some()
    );
    // Of an asset of which nothing is known any more, nothing is found.
    assert!(!oracle.would_find(0, &Seen::State(deleting)));
}

#[test]
fn all_assets_are_counted() {
    let mut oracle = Oracle::new(&METASTUDIO);
    assert_eq!(oracle.len(), 0);
    for id in ["a", "b"] {
        oracle.add(id.to_owned(), 0);
    }
    assert_eq!((oracle.len(), oracle.id(1)), (2, "b"));
}

#[test]
fn an_asset_of_which_nothing_is_known_may_be_in_any_state() {
    let mut belief = Belief::new(&METASTUDIO, 0);
    belief.refused(&METASTUDIO, "DELETE");
    assert!(belief.is_pending());
    belief.forget(&METASTUDIO);
    assert!(!belief.is_pending());
    assert_eq!(belief.possible(), StateSet::first(METASTUDIO.states.len()));
}

#[test]
fn a_value_that_was_met_before_is_told_with_its_step() {
    let mut oracle = Oracle::new(&SMH);
    assert_eq!(oracle.met(0, &json!(7), 1), None);
    assert_eq!(oracle.met(0, &json!(8), 2), None);
    assert_eq!(oracle.met(0, &json!(7), 3), Some(1));
    let requirement = &SMH.results.distinct[0].promise.requirement;
    assert!(oracle.tested.contains(requirement));
}

#[test]
fn what_is_only_permitted_is_not_put_to_the_test() {
    let mut life = life("metastudio", "2025-12");
    for outcome in &mut life.outcomes {
        outcome.promise.level = Level::May;
    }
    for effect in &mut life.effects {
        effect.promise.level = Level::May;
    }
    let listed = life.states.iter().filter_map(|state| state.listed.as_ref());
    let listed: BTreeSet<String> = listed.map(|promise| promise.requirement.clone()).collect();
    let (oracle, _) = lived(&life, "ACTIVED", "DELETE=SUCCESS DELETING");
    assert!(oracle.tested.is_subset(&listed), "{:?}", oracle.tested);
}

#[test]
fn what_was_shown_is_why_an_asset_is_in_no_other_state() {
    let mut oracle = after("DELETE=? ACTIVED");
    let said = oracle.observed(0, 1, &Seen::State("DELETING".to_owned()));
    let said = said.expect("nothing was done to it in between");
    assert!(
        said.expected.contains("since it was shown as ACTIVED"),
        "{}",
        said.expected
    );
}

#[test]
fn where_any_result_is_as_good_nothing_is_put_to_the_test() {
    let mut life = life("metastudio", "2025-12");
    let all: Vec<usize> = (0..life.results.labels.len()).collect();
    let mut tested = Vec::new();
    for any in [false, true] {
        if any {
            for outcome in &mut life.outcomes {
                outcome.labels.clone_from(&all);
            }
        }
        let (oracle, _) = lived(&life, "ACTIVED", "DELETE=SUCCESS");
        tested.push(oracle.tested.contains("MS-BA-24"));
    }
    assert_eq!(tested, [true, false]);
}
