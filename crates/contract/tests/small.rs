//! A small contract from disk: what its files say is what the types hold.

use std::collections::BTreeMap;
use std::path::Path;

use contract::{Contract, ExampleBody, Level, ParameterLocation, RelationKind, Volatile};
use serde_json::json;

fn small() -> Contract {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/schemas/pets/2026-01");
    Contract::from_dir(&root).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn an_operation_is_as_it_is_written() {
    let contract = small();
    assert_eq!(
        (contract.name().as_str(), contract.title.as_str()),
        ("pets/2026-01", "Pets")
    );
    let wash = contract.operation("wash").unwrap();
    assert_eq!(
        (wash.method.as_str(), wash.path.as_str()),
        ("POST", "/v1/{house}/pets/wash")
    );
    assert_eq!(wash.security, [["token"]]);
    assert_eq!(wash.status_errata[&401], "PE-E01");
    assert_eq!(wash.rules.operation.as_deref(), Some("PE-01"));
    let malformed = wash.refusals.malformed.as_ref().unwrap();
    assert_eq!(
        (malformed.status, malformed.status_level),
        (Some(400), Level::Must)
    );
    assert!(contract.operation("water").unwrap().companion);
}

#[test]
fn parameters_behind_a_reference_point_to_where_they_stand() {
    let contract = small();
    let wash = contract.operation("wash").unwrap();
    let [house, dry] = wash.parameters.as_slice() else {
        panic!("{:?}", wash.parameters)
    };
    assert!(house.tenant && house.required && house.location == ParameterLocation::Path);
    assert_eq!(house.schema.pointer, "/components/parameters/house/schema");
    assert!(dry.flag && !dry.required && !dry.tenant);
    assert_eq!(wash.tenant_parameters().count(), 1);
}

#[test]
fn a_body_schema_is_the_place_in_the_document_and_can_be_followed() {
    let contract = small();
    let body = contract
        .operation("wash")
        .unwrap()
        .request
        .as_ref()
        .unwrap();
    assert!(
        body.schema
            .pointer
            .ends_with("/requestBody/content/application~1json/schema")
    );
    assert_eq!(
        contract.schemas.resolve(&body.schema),
        Some(&json!({"$ref": "wash.schema.json"}))
    );
    let target = contract
        .schemas
        .follow(&body.schema, "wash.schema.json")
        .unwrap();
    assert_eq!(
        target.to_string(),
        "assetproof:///schemas/pets/2026-01/wash.schema.json#"
    );
    let place = contract.schemas.place(&target).unwrap();
    assert!(
        place.to_string().ends_with("wash.schema.json:1:1"),
        "{place}"
    );
}

#[test]
fn responses_headers_relations_and_replays_are_read() {
    let contract = small();
    let wash = contract.operation("wash").unwrap();
    let response = wash.response(200).unwrap();
    assert_eq!(response.headers[0].presence, Level::Should);
    assert_eq!(response.headers[0].volatile, Some(Volatile::Id));
    assert_eq!(response.links["water"].operation, "water");
    let [relation] = wash.relations.as_slice() else {
        panic!("{:?}", wash.relations)
    };
    assert_eq!(
        (relation.kind, relation.level),
        (RelationKind::CoversOnce, Level::Should)
    );
    let example = &response.body.as_ref().unwrap().examples[0];
    assert!(
        matches!(&example.body, ExampleBody::Constructed { why, .. } if why.contains("PE-E01"))
    );
    let replay = example.replay.as_ref().unwrap();
    assert!(replay.authenticate);
    assert_eq!(replay.corrections[0].value, json!("$states.first.pet"));
    let water = contract.operation("water").unwrap().response(200).unwrap();
    let left = &water.body.as_ref().unwrap().examples[0];
    assert_eq!(
        left.replay
            .as_ref()
            .unwrap()
            .follows
            .as_ref()
            .unwrap()
            .example,
        "printed"
    );
}

#[test]
fn a_folder_without_a_contract_says_what_one_is() {
    let error = Contract::from_dir(Path::new("no-such-folder"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("no-such-folder/openapi.yaml: cannot be read"),
        "{error}"
    );
    assert!(
        error.contains("requirements.yaml and errata.yaml"),
        "{error}"
    );
}

/// The files of the small contract by path, as they are named from the root of the contracts.
fn files() -> BTreeMap<String, Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small");
    let mut files = BTreeMap::new();
    for folder in ["schemas/pets/2026-01", "fixtures/pets/2026-01"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            files.insert(
                format!("{folder}/{name}"),
                std::fs::read(&path).expect("a file"),
            );
        }
    }
    files
}

#[test]
fn files_in_memory_are_the_same_contract_as_on_disk() {
    let given = Contract::from_files("schemas/pets/2026-01", files()).unwrap();
    assert_eq!(given.checksum, small().checksum);
    assert_eq!(given.name(), "pets/2026-01");
}

#[test]
fn files_in_memory_are_all_there_is() {
    let refused = |base: &str, without: &str| {
        let mut files = files();
        files.remove(without);
        let error = Contract::from_files(base, files).expect_err("a file is missing");
        error.to_string()
    };
    let base = "schemas/pets/2026-01";
    for name in ["openapi.yaml", "requirements.yaml", "wash.schema.json"] {
        let said = refused(base, &format!("{base}/{name}"));
        assert!(said.starts_with(base) && said.contains(name), "{said}");
    }
    let said = refused("schemas/pets/2027-01", "");
    assert!(
        said.starts_with("schemas/pets/2027-01/openapi.yaml: "),
        "{said}"
    );
}

#[test]
fn files_in_memory_call_themselves_what_their_folder_is_called() {
    let moved = |path: String| path.replace("/2026-01/", "/2027-01/");
    let files = files()
        .into_iter()
        .map(|(path, bytes)| (moved(path), bytes));
    let error = Contract::from_files("schemas/pets/2027-01", files.collect());
    let said = error.expect_err("it is another revision").to_string();
    assert!(
        said.contains("this calls itself pets/2026-01, but lies in schemas/pets/2027-01"),
        "{said}"
    );
}
