//! The catalogue of mutants: each can be made, and breaks a promise that there is. Whether the
//! conformance suite finds them is asked by `cargo xtask mutants`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contract::{Contract, Level};
use fake_server::Engine;
use fake_server::mutants::Catalogue;
use validator::{Request, Response};

fn catalogue() -> Catalogue {
    Catalogue::embedded().unwrap_or_else(|error| panic!("{error}"))
}

/// The levels of all requirements, by API.
fn levels() -> BTreeMap<(String, String), Level> {
    let contracts = Contract::embedded().expect("the embedded contracts are sound");
    let levels = contracts.iter().flat_map(|contract| {
        let requirements = contract.requirements.iter();
        requirements.map(|(id, one)| ((contract.api.clone(), id.clone()), one.level))
    });
    levels.collect()
}

#[test]
fn each_mutant_can_be_made_in_each_of_its_revisions() {
    for mutant in &catalogue().mutants {
        assert!(
            !mutant.revisions.is_empty(),
            "{} has no revision",
            mutant.id
        );
        for revision in &mutant.revisions {
            let builder = Engine::builder().revision(mutant.api.name(), revision);
            if let Err(error) = builder.mutant(Arc::clone(mutant)).build() {
                panic!(
                    "{} in {revision}: {error}: {:?}",
                    mutant.id,
                    std::error::Error::source(&error)
                );
            }
        }
    }
}

#[test]
fn each_mutant_breaks_a_promise_that_there_is() {
    let levels = levels();
    let catalogue = catalogue();
    let named = catalogue
        .mutants
        .iter()
        .map(|mutant| (mutant.api, &mutant.breaks));
    let exempt = catalogue
        .exempt
        .iter()
        .map(|(api, exempt)| (*api, &exempt.requirement));
    for (api, requirement) in named.chain(exempt) {
        let level = levels.get(&(api.name().to_owned(), requirement.clone()));
        assert!(
            level.is_some_and(|level| *level > Level::May),
            "{api} {requirement} is {level:?}"
        );
    }
}

#[test]
fn there_are_as_many_as_are_asked_for() {
    let catalogue = catalogue();
    assert!(
        catalogue.mutants.len() >= 200,
        "{}",
        catalogue.mutants.len()
    );
    let mut count: BTreeMap<(String, String), usize> = BTreeMap::new();
    for mutant in catalogue
        .mutants
        .iter()
        .filter(|one| one.equivalent.is_none())
    {
        let key = (mutant.api.name().to_owned(), mutant.breaks.clone());
        *count.entry(key).or_default() += 1;
    }
    let exempt: BTreeSet<(String, String)> = catalogue
        .exempt
        .iter()
        .map(|(api, exempt)| (api.name().to_owned(), exempt.requirement.clone()))
        .collect();
    for (key, level) in levels() {
        let asked = match level {
            Level::Must => 2,
            Level::Should => 1,
            Level::May => 0,
        };
        let there = count.get(&key).copied().unwrap_or_default();
        assert!(
            there >= asked || exempt.contains(&key),
            "{key:?}: {there} of {asked}"
        );
    }
}

#[test]
fn a_mutant_is_wrong_in_its_api_alone() {
    let text = |file: &str| {
        let text = r#"
            [[mutant]]
            id = "garbled"
            breaks = "HT-01"
            does = "Writes every answer twice."
            by.answers = [{ raw = "twice" }]
        "#;
        (file == "roma.toml").then(|| text.to_owned())
    };
    let catalogue = Catalogue::read(text).expect("a catalogue");
    let engine = Engine::builder().mutant(Arc::clone(&catalogue.mutants[0]));
    let engine = engine.build().expect("an engine");
    let ask = |target: &str| -> Response {
        engine.respond(&Request {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: "{}".into(),
        })
    };
    let json =
        |response: &Response| serde_json::from_slice::<serde_json::Value>(&response.body).is_ok();
    assert!(!json(&ask("/v2/p/instances/i/assets/delete")));
    assert!(json(&ask("/v1/p/digital-assets/batch-action")));
}

#[test]
fn a_catalogue_that_is_not_sound_names_file_and_place() {
    let read =
        |text: &'static str| Catalogue::read(|file| (file == "smh.toml").then(|| text.to_owned()));
    let told = |text| match read(text) {
        Ok(_) => panic!("it was taken"),
        Err(error) => error.to_string(),
    };
    let misspelt = told("[[mutant]]\nid = \"a\"\nbreaks = \"SM-BD-05\"\ndos = \"x\"\n");
    assert!(
        misspelt.contains("smh.toml") && misspelt.contains("line 4"),
        "{misspelt}"
    );
    let entry = "[[mutant]]\nid = \"a\"\nbreaks = \"SM-BD-05\"\ndoes = \"x\"\nby.answers = [{ raw = \"twice\" }]\n";
    let twice: &'static str = Box::leak(format!("{entry}{entry}").into_boxed_str());
    assert!(told(twice).contains("the mutant \"a\" is there twice"));
    let without = "[[mutant]]\nid = \"a\"\nbreaks = \"SM-BD-05\"\ndoes = \"x\"\nby = {}\n";
    assert!(told(without).contains("has no defect"));
}

#[test]
fn a_passage_that_is_not_in_the_contract_is_no_misreading() {
    let text = "[[mutant]]\nid = \"a\"\nbreaks = \"SM-BD-05\"\ndoes = \"x\"\n\
                by.reads = [{ file = \"openapi.yaml\", says = \"no such words\", as = \"\" }]\n";
    let catalogue = Catalogue::read(|file| (file == "smh.toml").then(|| text.to_owned()));
    let catalogue = catalogue.expect("a catalogue");
    let built = Engine::builder()
        .mutant(Arc::clone(&catalogue.mutants[0]))
        .build();
    let error = built.expect_err("nothing to misread").to_string();
    assert!(
        error.contains(
            "\"no such words\", which stands 0 times in schemas/smh/2026-01/openapi.yaml"
        ),
        "{error}"
    );
}
