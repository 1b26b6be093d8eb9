//! What a person reads who has broken a contract: a small good one is spoilt by one edit each.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its files has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use contract::Contract;
use rstest::{Context, rstest};

/// Copies the small contract to a folder of its own, with the first `from` in `file` made `to`.
fn spoilt(name: &str, file: &str, from: &str, to: &str) -> PathBuf {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small");
    let bad = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("broken")
        .join(name);
    for folder in ["schemas/pets/2026-01", "fixtures/pets/2026-01"] {
        fs::create_dir_all(bad.join(folder)).unwrap();
        for entry in fs::read_dir(good.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            let text = if entry.file_name() == file {
                assert!(text.contains(from), "{file} has no {from:?} to be replaced");
                text.replacen(from, to, 1)
            } else {
                text
            };
            fs::write(bad.join(folder).join(entry.file_name()), text).unwrap();
        }
    }
    bad
}

#[rstest]
// files and syntax
#[case::yaml_syntax("openapi.yaml", "    post:\n", "    post: [\n")]
#[case::duplicate_key(
    "openapi.yaml",
    "      summary: Washes pets\n",
    "      summary: a\n      summary: b\n"
)]
#[case::json_syntax("wash.schema.json", "\"type\": \"object\",", "\"type\": \"object\"")]
#[case::not_a_boolean("openapi.yaml", "x-companion: true", "x-companion: 1")]
#[case::requirement_without_level("requirements.yaml", "    level: MUST\n", "")]
// references
#[case::missing_ref("openapi.yaml", "wash.schema.json", "./wsah.schema.json")]
#[case::missing_ref_far("openapi.yaml", "wash.schema.json", "./dogs.schema.json")]
#[case::missing_pointer("openapi.yaml", "#/$defs/answer", "#/$defs/answers")]
#[case::missing_local_ref("wash.schema.json", "#/$defs/pet", "#/definitions/pet")]
#[case::missing_parameter(
    "openapi.yaml",
    "'#/components/parameters/house'",
    "'#/components/parameters/hause'"
)]
#[case::ref_to_the_network("openapi.yaml", "wash.schema.json", "https://example.com/wash.json")]
#[case::ref_out_of_the_root("openapi.yaml", "wash.schema.json", "../../../../wash.schema.json")]
#[case::ref_in_a_circle(
    "wash.schema.json",
    "{\"$ref\": \"#/$defs/pet\"}",
    "{\"$ref\": \"#/properties/pets/items\"}"
)]
#[case::schema_with_id(
    "wash.schema.json",
    "\"type\": \"object\",",
    "\"$id\": \"https://example.com/wash\","
)]
#[case::revision_with_a_slash("openapi.yaml", "version: 2026-01", "version: 2026/01")]
#[case::revision_of_the_folder_above("openapi.yaml", "version: 2026-01", "version: ..")]
#[case::empty_revision("openapi.yaml", "version: 2026-01", "version: ''")]
#[case::missing_external_value(
    "openapi.yaml",
    "wash.request.printed.json",
    "wash.request.print.json"
)]
// ids
#[case::unknown_requirement("openapi.yaml", "requirement: PE-03", "requirement: PE-30")]
#[case::unknown_requirement_in_schema("wash.schema.json", "PE-01", "PE-10")]
#[case::unknown_erratum_in_slips("wash.schema.json", "\"Rex\": \"PE-E01\"", "\"Rex\": \"XX-1\"")]
#[case::unknown_requirement_of_an_unknown_value(
    "wash.schema.json",
    "\"x-slips\"",
    "\"x-unknown-value\": \"PE-30\", \"x-slips\""
)]
#[case::unknown_requirement_of_an_accepted_value(
    "wash.schema.json",
    "\"x-slips\"",
    "\"x-accepted\": {\"rex\": \"PE-30\"}, \"x-slips\""
)]
#[case::shared_limit_without_erratum(
    "wash.schema.json",
    "\"x-slips\"",
    "\"x-shared-limit\": {\"with\": \"/cats\"}, \"x-slips\""
)]
#[case::shared_limit_with_no_pointer(
    "wash.schema.json",
    "\"x-slips\"",
    "\"x-shared-limit\": {\"with\": \"cats\", \"erratum\": \"PE-E01\"}, \"x-slips\""
)]
#[case::unknown_erratum_of_status("openapi.yaml", "{401: PE-E01}", "{401: PE-E11}")]
#[case::unknown_erratum_of_requirement("requirements.yaml", "[PE-E01]", "[PE-E02]")]
#[case::unknown_erratum_of_correction("openapi.yaml", "{erratum: PE-E01", "{erratum: PE-E02")]
#[case::duplicate_requirement("requirements.yaml", "id: PE-02", "id: PE-01")]
// operations
#[case::duplicate_operation(
    "openapi.yaml",
    "operationId: water\n      x-companion",
    "operationId: wash\n      x-companion"
)]
#[case::operation_with_a_blank(
    "openapi.yaml",
    "operationId: water\n      x-companion",
    "operationId: wa ter\n      x-companion"
)]
#[case::parameter_of_a_path_twice(
    "openapi.yaml",
    "/v1/{house}/water:\n",
    "/v1/{house}/water:\n    parameters:\n      - {name: tap, in: query, schema: {}}\n      - {name: tap, in: query, schema: {}}\n"
)]
#[case::duplicate_route(
    "openapi.yaml",
    "/v1/{house}/water:\n    get:",
    "/v1/{home}/pets/wash:\n    post:"
)]
#[case::parameter_not_in_path("openapi.yaml", "/v1/{house}/water", "/v1/water")]
#[case::undeclared_path_parameter("openapi.yaml", "/v1/{house}/water", "/v1/{house}/{tap}")]
#[case::tenant_in_query("openapi.yaml", "x-flag: true", "x-tenant: true")]
#[case::status_range("openapi.yaml", "        200:", "        2XX:")]
#[case::unknown_scheme("openapi.yaml", "- token: []", "- tokn: []")]
// the vocabulary
#[case::misspelt_member("wash.schema.json", "\"x-requirement\"", "\"x-requirment\"")]
#[case::misplaced_member("openapi.yaml", "x-flag: true", "x-presence: SHOULD")]
#[case::foreign_member("openapi.yaml", "x-companion: true", "x-codeSamples: []")]
#[case::misspelt_member_of_replay("openapi.yaml", "provider-states", "provider-state")]
#[case::branch_without_title("wash.schema.json", "\"title\": \"table\", ", "")]
#[case::json_path("openapi.yaml", "$.pets[*]", "$..pets")]
#[case::relation_without_request("openapi.yaml", "          request: $.pets[*]\n", "")]
#[case::relation_of_the_response_with_a_request(
    "openapi.yaml",
    "relation: covers-once",
    "relation: one-type"
)]
// replays
#[case::example_with_a_blank("openapi.yaml", "              left:", "              le ft:")]
#[case::unknown_parameter_of_a_replay(
    "openapi.yaml",
    "request: printed\n",
    "request: printed\n                    parameters: {dyr: ''}\n"
)]
#[case::tenant_of_a_replay(
    "openapi.yaml",
    "request: printed\n",
    "request: printed\n                    parameters: {house: a}\n"
)]
#[case::unknown_request_example("openapi.yaml", "request: printed", "request: print")]
#[case::unknown_state("openapi.yaml", "as: first", "as: second")]
#[case::unknown_link("openapi.yaml", "link: water", "link: watre")]
#[case::unknown_example_to_follow("openapi.yaml", "example: printed, link", "example: other, link")]
#[case::unknown_linked_operation(
    "openapi.yaml",
    "operationId: water\n              param",
    "operationId: wine\n              param"
)]
#[case::unknown_explained_example("errata.yaml", "example: printed", "example: 200")]
// JSON Schema
#[case::invalid_type("wash.schema.json", "\"type\": \"string\"", "\"type\": \"text\"")]
#[case::invalid_pattern("wash.schema.json", "^[a-z]+$", "^[a-z")]
#[case::invalid_should("wash.schema.json", "\"maxLength\": 8", "\"maxLength\": \"8\"")]
#[case::invalid_id(
    "requirements.yaml",
    "id: PE-02\n    level: MUST\n    statement: Nothing",
    "id: PE-02\n    level: MUST\n    statement: \"\" #"
)]
fn says_where_and_what_to_do(
    #[context] context: Context,
    #[case] file: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let name = context.description.unwrap();
    let root = spoilt(name, file, from, to);
    let error = Contract::from_dir(&root.join("schemas/pets/2026-01"))
        .unwrap_err()
        .to_string();
    let error = error.replace(&format!("{}/", root.display()), "");
    insta::assert_snapshot!(name, error);
}

#[rstest]
#[case::parameter_of_a_replay(
    "openapi.yaml",
    "request: printed\n",
    "request: printed\n                    parameters: {dry: ''}\n"
)]
#[case::its_own_address(
    "wash.schema.json",
    "{\n",
    "{\n  \"$id\": \"assetproof:///schemas/pets/2026-01/wash.schema.json\",\n"
)]
#[case::name_of_an_example("openapi.yaml", "              left:", "              left-1.a_b:")]
#[case::example_that_is_no_json("wash.request.printed.json", "]", "")]
#[case::reference_to_another_file(
    "openapi.yaml",
    "        - {name: dry,",
    "        - $ref: 'common.yaml#/tap'\n        - {name: dry,"
)]
#[case::reference_into_a_list(
    "openapi.yaml",
    "#/$defs/answer",
    "#/$defs/answer/properties/washed/items/anyOf/0"
)]
#[case::unknown_members_allowed(
    "wash.schema.json",
    "\"type\": \"object\",",
    "\"type\": \"object\", \"x-unknown-members\": \"allow\","
)]
fn says_nothing_where_all_is_well(
    #[context] context: Context,
    #[case] file: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let root = spoilt(context.description.unwrap(), file, from, to);
    if let Err(error) = Contract::from_dir(&root.join("schemas/pets/2026-01")) {
        panic!("{error}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_from_one_that_is_not_there() {
    let root = spoilt(
        "folder_as_a_file",
        "openapi.yaml",
        "fixtures/pets/2026-01/wash.request.printed.json",
        "fixtures/pets/2026-01",
    );
    let error = Contract::from_dir(&root.join("schemas/pets/2026-01"))
        .err()
        .unwrap();
    assert!(
        matches!(error, contract::Error::Unreadable { .. }),
        "{error}"
    );
}

/// The operation `wash` or `water` of the small contract with one edit.
fn edited(name: &str, operation: &str, from: &str, to: &str) -> contract::Operation {
    let root = spoilt(name, "openapi.yaml", from, to);
    let contract = Contract::from_dir(&root.join("schemas/pets/2026-01"))
        .unwrap_or_else(|error| panic!("{error}"));
    contract.operation(operation).unwrap().clone()
}

const DRY: &str = "{name: dry, in: query, x-flag: true,";

#[rstest]
#[case::the_header_of_a_scheme("{name: x-token, in: header,", true)]
#[case::its_name_elsewhere("{name: X-Token, in: query,", false)]
#[case::another_header("{name: X-Room, in: header,", false)]
fn a_parameter_that_a_security_scheme_names_is_secret(
    #[context] context: Context,
    #[case] parameter: &str,
    #[case] secret: bool,
) {
    let name = format!("secret-{}", context.description.unwrap());
    let wash = edited(&name, "wash", DRY, parameter);
    assert_eq!(wash.parameters[1].secret, secret);
}

#[rstest]
#[case::by_its_name("in: query, name: dry", true)]
#[case::by_another("in: query, name: wet", false)]
fn so_is_one_of_the_query(#[context] context: Context, #[case] scheme: &str, #[case] secret: bool) {
    let name = format!("secret-in-query-{}", context.description.unwrap());
    let wash = edited(&name, "wash", "in: header, name: X-Token", scheme);
    assert_eq!(wash.parameters[1].secret, secret);
}

#[test]
fn an_operation_overrides_the_parameters_of_its_path() {
    let shared = "/v1/{house}/water:\n    parameters:\n      \
                  - {name: house, in: path, required: true, schema: {type: integer}}\n      \
                  - {name: house, in: query, schema: {type: string}}\n";
    let water = edited("overridden", "water", "/v1/{house}/water:\n", shared);
    let parameters: Vec<_> = water
        .parameters
        .iter()
        .map(|parameter| {
            (
                parameter.name.as_str(),
                parameter.location,
                parameter.tenant,
            )
        })
        .collect();
    assert_eq!(
        parameters,
        [
            ("house", contract::ParameterLocation::Path, true),
            ("house", contract::ParameterLocation::Query, false)
        ]
    );
}

#[test]
fn a_required_response_header_must_be_there() {
    let wash = edited(
        "required_header",
        "wash",
        "{x-presence: SHOULD,",
        "{required: true,",
    );
    assert_eq!(wash.responses[0].headers[0].presence, contract::Level::Must);
}

#[test]
fn states_that_tenants_share_are_named() {
    let root = spoilt(
        "shared_states",
        "openapi.yaml",
        "paths:\n",
        "x-shared-states: [pet exists]\npaths:\n",
    );
    let contract = Contract::from_dir(&root.join("schemas/pets/2026-01")).unwrap();
    assert_eq!(contract.shared_states, ["pet exists"]);
}
