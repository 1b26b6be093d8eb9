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
// replays
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
