//! The contracts that are compiled in load, and hold what the rest of the workspace relies on.

use contract::{Contract, Error, ExampleBody, embedded};

#[test]
fn every_embedded_contract_loads_and_passes_the_slow_checks() {
    assert!(!embedded::names().is_empty());
    for (api, revision) in embedded::names() {
        let contract = Contract::embedded_one(api, revision).unwrap_or_else(|e| panic!("{e}"));
        contract.check().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(contract.name(), format!("{api}/{revision}"));
        assert!(
            contract.requirements.contains_key("HT-01"),
            "the common promises are known"
        );
    }
}

#[test]
fn the_embedded_contracts_are_those_of_the_four_documents() {
    let contracts = Contract::embedded().unwrap();
    let operations: Vec<String> = contracts
        .iter()
        .flat_map(|contract| {
            contract.operations.iter().map(move |operation| {
                let companion = if operation.companion {
                    " (companion)"
                } else {
                    ""
                };
                format!("{} {}{companion}", contract.name(), operation.id)
            })
        })
        .collect();
    for expected in [
        "metastudio/2025-12 batch-action",
        "metastudio/2025-12 asset-summary",
        "roma/2022-12 assets-delete",
        "roma/2022-12 asset-job (companion)",
        "roma/2025-10 assets-delete",
        "roma/2025-10 asset-job (companion)",
        "smh/2026-01 batch-delete",
        "smh/2026-01 task (companion)",
    ] {
        assert!(
            operations.iter().any(|known| known == expected),
            "{expected}"
        );
    }
}

#[test]
fn verbatim_examples_are_the_bytes_of_their_files() {
    for contract in Contract::embedded().unwrap() {
        let bodies = contract.operations.iter().flat_map(|operation| {
            let answers = operation
                .responses
                .iter()
                .filter_map(|response| response.body.as_ref());
            operation.request.iter().chain(answers)
        });
        for example in bodies.flat_map(|body| &body.examples) {
            if let ExampleBody::Verbatim { file, bytes } = &example.body {
                assert!(file.starts_with("fixtures/"), "{file}");
                assert_eq!(embedded::file(file), Some(bytes.as_slice()));
            }
        }
    }
}

#[test]
fn every_schema_of_an_operation_is_there() {
    for contract in Contract::embedded().unwrap() {
        for root in contract.schemas.roots() {
            assert!(contract.schemas.resolve(root).is_some(), "{root}");
            let place = contract.schemas.place(root).expect("a root has a place");
            assert!(embedded::file(&place.file).is_some(), "{place}");
        }
    }
}

#[test]
fn an_embedded_folder_read_from_disk_is_the_same_contract() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    for contract in Contract::embedded().unwrap() {
        let read = Contract::from_dir(&root.join(contract.name())).unwrap();
        assert_eq!(read.name(), contract.name());
        assert_eq!(read.checksum, contract.checksum);
    }
}

#[test]
fn a_contract_that_is_not_built_in_is_answered_with_those_that_are() {
    let error = Contract::embedded_one("roma", "1999-01").unwrap_err();
    assert!(matches!(error, Error::NoSuchContract { .. }));
    assert!(
        error.to_string().contains("roma/2022-12, roma/2025-10"),
        "{error}"
    );
}

#[test]
fn a_server_reads_all_but_what_is_played() {
    for (api, revision) in embedded::names() {
        let whole = Contract::embedded_one(api, revision).expect("it is sound");
        let served = Contract::embedded_for_a_server(api, revision).expect("it is sound");
        assert!(served.scenarios.is_empty() && served.life.is_none());
        let ids = |contract: &Contract| -> Vec<String> {
            let operations = contract.operations.iter();
            operations.map(|operation| operation.id.clone()).collect()
        };
        assert_eq!(ids(&served), ids(&whole));
        assert_eq!(served.requirements, whole.requirements);
    }
}
