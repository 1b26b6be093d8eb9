//! The life of items from disk: what its file says is what the types hold, and what a person reads
//! who has broken one by one edit.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its files has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use contract::{About, Arguments, Contract, Level, Life, Range, StateSet};
use rstest::{Context, rstest};
use serde_json::{Value, json};

/// A copy of the small contract with a life, in which `edit` is done to a file.
fn written(name: &str, edit: impl Fn(&str, String) -> String) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("lives")
        .join(name);
    for folder in ["schemas/pets/2026-01", "fixtures/pets/2026-01"] {
        let from = tests.join("small").join(folder);
        fs::create_dir_all(root.join(folder)).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let mut text = fs::read_to_string(entry.path()).unwrap();
            if entry.file_name() == "openapi.yaml" {
                text.push_str("x-life: life.yaml\n");
            }
            let file = entry.file_name().into_string().unwrap();
            fs::write(root.join(folder).join(&file), edit(&file, text)).unwrap();
        }
    }
    let life = fs::read_to_string(tests.join("life/life.yaml")).unwrap();
    let to = root.join("schemas/pets/2026-01/life.yaml");
    fs::write(to, edit("life.yaml", life)).unwrap();
    root
}

fn contract() -> Contract {
    // Written once: tests run side by side.
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| written("good", |_, text| text));
    Contract::from_dir(&ROOT.join("schemas/pets/2026-01")).unwrap_or_else(|error| panic!("{error}"))
}

fn states(life: &Life, names: &[&str]) -> StateSet {
    let index = |name: &&str| life.states.iter().position(|state| state.name == **name);
    names.iter().map(|name| index(name).unwrap()).collect()
}

#[test]
fn a_life_is_as_it_is_written() {
    let contract = contract();
    let life = contract.life.as_ref().unwrap();
    assert_eq!(life.noun, "pet");
    assert_eq!(contract.operations[life.command.operation].id, "wash");
    let stray = &life.kinds[0];
    assert_eq!((stray.name.as_str(), stray.begins), ("stray", 0));
    assert_eq!(stray.provider_states[0].state, "pet exists");
    // Drifts are followed to their end.
    assert_eq!(
        life.states[0].drifts,
        states(life, &["dirty", "muddy", "gone"])
    );
    assert_eq!(life.states[3].shown, [None]);
    assert!(matches!(&life.results.about, About::Ids(ids) if ids.to_string() == "$.pet"));
    let [outcome] = life.outcomes.as_slice() else {
        panic!("{:?}", life.outcomes)
    };
    assert_eq!(outcome.from, states(life, &["dirty", "muddy"]));
    assert_eq!(
        (outcome.labels.as_slice(), outcome.promise.level),
        (&[0][..], Level::Must)
    );
    let sun = Value::from("sun");
    assert!(
        outcome
            .when
            .holds(|name| (name == "weather").then_some(&sun))
    );
    assert!(!outcome.when.holds(|_| None));
    let [washed, other] = life.effects.as_slice() else {
        panic!("{:?}", life.effects)
    };
    assert_eq!(washed.to, Some(states(life, &["clean"])));
    assert_eq!(washed.promise.level, Level::Should);
    assert_eq!((other.to, other.labels.as_slice()), (None, &[0, 1][..]));
    assert_eq!(
        life.command.accepted[0].each,
        states(life, &["dirty", "muddy"])
    );
    let later = life.results.later.as_ref().unwrap();
    assert_eq!(later.running, Some(json!({"required": ["water"]})));
    assert_eq!(contract.operations[later.operation].id, "water");
}

#[test]
fn labels_are_told_by_what_a_result_has() {
    let contract = contract();
    let labels = &contract.life.as_ref().unwrap().results.labels;
    let fits = |result: &Value| -> Vec<bool> { labels.iter().map(|l| l.fits(result)).collect() };
    assert_eq!(fits(&json!({"ok": true})), [true, true]);
    assert_eq!(fits(&json!({"ok": false})), [false, true]);
    assert_eq!(fits(&json!({"ok": false, "why": 1})), [false, false]);
    assert_eq!(labels[1].means, "no success");
    assert!(labels[0].done && !labels[1].done);
}

#[test]
fn a_body_is_made_for_a_batch() {
    let contract = contract();
    let body = &contract.life.as_ref().unwrap().command.body;
    let arguments = |value: Value| -> Arguments { serde_json::from_value(value).unwrap() };
    let filled = body.fill(
        &arguments(json!({"soap": null})),
        &[
            arguments(json!({"id": "rex", "dry": true})),
            arguments(json!({"id": "pip", "dry": null})),
        ],
    );
    assert_eq!(
        filled,
        json!({"pets": [{"name": "rex", "dry": true}, {"name": "pip"}]})
    );
}

#[test]
fn a_profile_is_drawn_by_weights() {
    let contract = contract();
    let profile = &contract.life.as_ref().unwrap().profiles[0];
    assert_eq!(profile.name, "washing-day");
    assert_eq!(profile.items, Range { min: 2, max: 3 });
    assert_eq!((profile.parallel, profile.repeated), (2, 10));
    assert_eq!(profile.kinds, [2, 0]);
    assert_eq!(profile.settings, [[0]]);
    assert_eq!(profile.arguments, [vec![1, 2, 0], vec![1, 1]]);
}

#[test]
fn the_file_is_part_of_the_checksum() {
    let other = written("checksum", |file, text| match file {
        "life.yaml" => text.replace("Pets are washed", "Pets get wet"),
        _ => text,
    });
    let other = Contract::from_dir(&other.join("schemas/pets/2026-01")).unwrap();
    assert_ne!(contract().checksum, other.checksum);
}

#[rstest]
#[case::no_such_file("openapi.yaml", "x-life: life.yaml", "x-life: live.yaml")]
#[case::misspelt_x_life("openapi.yaml", "x-life: life.yaml", "x-lief: life.yaml")]
#[case::syntax("life.yaml", "  noun: pet\n", "  noun: [\n")]
#[case::no_kinds("life.yaml", "  kinds:\n", "  kindz:\n")]
#[case::unknown_first_state("life.yaml", "begins: dirty", "begins: drity")]
#[case::same_id_for_all("life.yaml", "ghost-$name", "ghost")]
#[case::id_of_no_state("life.yaml", "$states.item.pet", "$states.pet.pet")]
#[case::misspelt_provider_state("life.yaml", "{state: it rains}", "{stat: it rains}")]
#[case::unknown_listing("life.yaml", "listed: PE-03", "listed: PE-30")]
#[case::unknown_drift("life.yaml", "drifts: [muddy]", "drifts: [mudy]")]
#[case::unknown_operation("life.yaml", "operation: wash", "operation: wsah")]
#[case::argument_of_nobody("life.yaml", "{of: item,", "{of: pet,")]
#[case::argument_named_as_a_setting("life.yaml", "    dry: {of", "    weather: {of")]
#[case::unknown_argument_in_the_body("life.yaml", "soap: $batch.soap", "soap: $batch.sope")]
#[case::item_outside_of_each("life.yaml", "soap: $batch.soap", "soap: $item.id")]
#[case::no_expression("life.yaml", "soap: $batch.soap", "soap: $soap")]
#[case::each_with_others("life.yaml", "{$each: {name", "{all: 1, $each: {name")]
#[case::unknown_condition("life.yaml", "when: {soap: [mild]}", "when: {sope: [mild]}")]
#[case::unknown_value("life.yaml", "when: {soap: [mild]}", "when: {soap: [mlid]}")]
#[case::unknown_choice("life.yaml", "when: {weather: [sun]}", "when: {weather: [son]}")]
#[case::unknown_requirement(
    "life.yaml",
    "refused: {requirement: PE-02}",
    "refused: {requirement: PE-20}"
)]
#[case::bad_query(
    "life.yaml",
    "items: $.washed[*]\n  about",
    "items: $..washed\n  about"
)]
#[case::bad_query_of_a_label("life.yaml", "where: {$.ok: [true]}", "where: {'$.ok[': [true]}")]
#[case::bad_condition("life.yaml", "$.why: absent", "$.why: missing")]
#[case::unknown_link("life.yaml", "link: water", "link: watre")]
#[case::unknown_label("life.yaml", "promised: [done]", "promised: [doen]")]
#[case::unknown_state("life.yaml", "to: [clean]", "to: [claen]")]
#[case::unknown_state_of_each("life.yaml", "each: [dirty, muddy]", "each: [dirty, mudy]")]
#[case::unknown_observation("life.yaml", "operation: water", "operation: watre")]
#[case::profile_with_a_blank("life.yaml", "  washing-day:", "  washing day:")]
#[case::unknown_kind("life.yaml", "kinds: {stray: 2}", "kinds: {stary: 2}")]
#[case::no_weight("life.yaml", "kinds: {stray: 2}", "kinds: {stray: 0}")]
#[case::range_the_wrong_way("life.yaml", "count: [1, 4]", "count: [4, 1]")]
#[case::more_batches_than_items("life.yaml", "parallel: 2", "parallel: 3")]
#[case::unknown_choice_of_a_profile(
    "life.yaml",
    "settings: {weather: [sun]}",
    "settings: {weather: [son]}"
)]
#[case::unknown_weight("life.yaml", "{absent: 1,", "{none: 1,")]
// what only the format says
#[case::misspelt_member("life.yaml", "repeated: 10", "repaeted: 10")]
#[case::until_is_no_schema(
    "life.yaml",
    "until: {required: [washed]}",
    "until: {required: washed}"
)]
#[case::running_is_no_schema(
    "life.yaml",
    "running: {required: [water]}",
    "running: {required: water}"
)]
fn says_where_and_what_to_do(
    #[context] context: Context,
    #[case] file: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let name = context.description.unwrap();
    let root = written(name, |known, text| {
        if known == file {
            assert!(text.contains(from), "{file} has no {from:?} to be replaced");
            text.replacen(from, to, 1)
        } else {
            text
        }
    });
    let error = Contract::from_dir(&root.join("schemas/pets/2026-01"))
        .unwrap_err()
        .to_string();
    let error = error.replace(&format!("{}/", root.display()), "");
    insta::assert_snapshot!(name, error);
}

#[rstest]
#[case::the_most(64, true)]
#[case::one_more(65, false)]
fn a_life_has_at_most_sixty_four_states(#[case] count: usize, #[case] fits: bool) {
    let more: Vec<String> = (5..count)
        .map(|index| format!("  s{index}: {{shown: [s{index}]}}\n"))
        .collect();
    let more = more.concat();
    let root = written(&format!("{count}-states"), |file, text| match file {
        "life.yaml" => text.replace("command:\n", &format!("{more}command:\n")),
        _ => text,
    });
    match Contract::from_dir(&root.join("schemas/pets/2026-01")) {
        Ok(contract) => assert!(fits && contract.life.unwrap().states.len() == count),
        Err(error) => {
            assert!(!fits, "{error}");
            assert!(error.to_string().contains("at most 64 states"), "{error}");
        }
    }
}

#[test]
fn a_set_of_states_holds_what_was_put_in() {
    let set: StateSet = [0, 3, 63, 64].into_iter().collect();
    assert_eq!(set.iter().collect::<Vec<_>>(), [0, 3, 63]);
    assert!(set.contains(3) && !set.contains(4) && !set.contains(64));
    assert_eq!(StateSet::first(3).iter().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(StateSet::first(63).iter().count(), 63);
    assert_eq!(StateSet::first(64).iter().count(), 64);
    assert!(StateSet::default().is_empty() && !set.is_empty());
    let two: StateSet = [0, 63].into_iter().collect();
    assert!(two.is_within(set) && !set.is_within(two) && set.is_within(set));
    assert_eq!(
        two.union(StateSet::first(2)).iter().collect::<Vec<_>>(),
        [0, 1, 63]
    );
}

#[test]
fn a_body_has_plain_texts_and_lists_besides() {
    let root = written("plain-body", |file, text| match file {
        "life.yaml" => text.replacen(
            "soap: $batch.soap}",
            "soap: $batch.soap, kind: plain, colours: [red, $batch.soap]}",
            1,
        ),
        _ => text,
    });
    let contract = Contract::from_dir(&root.join("schemas/pets/2026-01")).unwrap();
    let batch = [("soap".to_owned(), json!("mild"))].into_iter().collect();
    let filled = contract.life.unwrap().command.body.fill(&batch, &[]);
    assert_eq!(
        filled,
        json!({"pets": [], "soap": "mild", "kind": "plain", "colours": ["red", "mild"]})
    );
}
