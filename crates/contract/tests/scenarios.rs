//! Scenarios: what an Arazzo document says is what the types hold, and what a person reads who
//! has broken one.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its files has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use contract::arazzo::{Credentials, Expects, Template, Test, Then};
use contract::{Contract, Level};
use rstest::{Context, rstest};
use serde_json::json;

const FILE: &str = "wash.arazzo.yaml";

/// The small contract with the scenarios of `tests/scenario`, in a folder of its own, with the
/// first `from` in the scenarios, or else in openapi.yaml, made `to`.
fn with_scenarios(name: &str, from: &str, to: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("scenarios")
        .join(name);
    for folder in ["schemas/pets/2026-01", "fixtures/pets/2026-01"] {
        fs::create_dir_all(root.join(folder)).unwrap();
        for entry in fs::read_dir(tests.join("small").join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                fs::copy(entry.path(), root.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    let openapi = root.join("schemas/pets/2026-01/openapi.yaml");
    let named = format!("x-scenarios: [../../../fixtures/pets/2026-01/scenarios/{FILE}]\npaths:");
    let text = fs::read_to_string(&openapi).unwrap();
    let text = text.replacen("\npaths:", &format!("\n{named}"), 1);
    let scenario = fs::read_to_string(tests.join("scenario").join(FILE)).unwrap();
    assert!(
        text.contains(from) || scenario.contains(from),
        "nothing has {from:?} to be replaced"
    );
    let (openapi_text, scenario) = if scenario.contains(from) {
        (text, scenario.replacen(from, to, 1))
    } else {
        (text.replacen(from, to, 1), scenario)
    };
    fs::write(openapi, openapi_text).unwrap();
    let folder = root.join("fixtures/pets/2026-01/scenarios");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(FILE), scenario).unwrap();
    root.join("schemas/pets/2026-01")
}

/// The contract as it is; `name` is that of the test, which needs a folder of its own.
fn sound(name: &str) -> Contract {
    Contract::from_dir(&with_scenarios(name, "", "")).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_workflow_is_as_it_is_written() {
    let contract = sound("a_workflow_is_as_it_is_written");
    let [scenario] = contract.scenarios.as_slice() else {
        panic!("{:?}", contract.scenarios)
    };
    assert!(scenario.file.ends_with(FILE), "{}", scenario.file);
    let [wash, unwashed] = scenario.workflows.as_slice() else {
        panic!("{scenario:?}")
    };
    assert_eq!(contract.operations[wash.operation].id, "water");
    assert_eq!(contract.operations[unwashed.operation].id, "wash");
    assert_eq!(wash.requirements, ["PE-01", "PE-03"]);
    assert_eq!((wash.level, unwashed.level), (Level::Should, Level::Must));
    assert!(wash.counted && !unwashed.counted);
    assert_eq!(wash.tenants, ["other"]);
    assert_eq!(wash.defaults["kind"], "rex");
    assert_eq!(wash.provider_states[0].tenant, None);
    assert_eq!(wash.provider_states[1].tenant.as_deref(), Some("other"));
    assert_eq!(
        wash.provider_states[1].state.alias.as_deref(),
        Some("second")
    );
    assert_eq!(wash.outputs[0].1.to_string(), "$steps.wash.outputs.pet");
}

#[test]
fn a_step_holds_what_it_and_its_workflow_say() {
    let contract = sound("a_step_holds_what_it_and_its_workflow_say");
    let wash = &contract.scenarios[0].workflows[0].steps[0];
    assert_eq!(contract.operations[wash.operation].id, "wash");
    assert_eq!(wash.expects, Expects::Accepted);
    assert_eq!(wash.credentials, Credentials::Own);
    let names: Vec<&str> = wash.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["dry", "house"]);
    let body = wash.body.as_ref().unwrap();
    assert_eq!(
        body.content_type.as_deref(),
        Some("application/json; charset=utf-8")
    );
    let filled = body.payload.fill(&mut |expression| {
        Ok::<_, std::convert::Infallible>(json!({ "read": expression.to_string() }))
    });
    let pets = json!(["{\"read\":\"$inputs.kind\"}-1", {"read": "$inputs.first.pet"}]);
    assert_eq!(filled.unwrap()["pets"], pets);
    assert_eq!(body.replacements[0].target, "/pets/1");
    let [taken, once] = wash.success_criteria.as_slice() else {
        panic!("{wash:?}")
    };
    assert!(taken.promise.is_none() && taken.expected() == "it is washed");
    let promise = once.promise.as_ref().unwrap();
    assert_eq!(
        (promise.requirement.as_str(), promise.level),
        ("PE-01", Level::Should)
    );
    assert_eq!(promise.erratum.as_deref(), Some("PE-E01"));
    assert!(matches!(once.test, Test::JsonPath { .. }));
    // What the step says of `again` overrides what the workflow says of it.
    let [again] = wash.on_failure.as_slice() else {
        panic!("{wash:?}")
    };
    let after = Duration::from_millis(500);
    assert_eq!(again.then, Then::Retry { after, limit: 7 });
    assert_eq!(wash.on_success[0].then, Then::End);
}

#[test]
fn the_second_step_has_its_own_tenant_and_goes_back() {
    let contract = sound("the_second_step_has_its_own_tenant_and_goes_back");
    let look = &contract.scenarios[0].workflows[0].steps[1];
    let [house] = look.parameters.as_slice() else {
        panic!("{look:?}")
    };
    let Template::Expression(value) = &house.value else {
        panic!("{house:?}")
    };
    assert_eq!(value.to_string(), "$inputs.other.house");
    assert_eq!(look.on_success[0].then, Then::Goto(0));
    assert_eq!(look.on_failure[0].then, Then::End);
}

#[test]
fn a_step_that_is_to_be_refused_may_send_what_it_likes() {
    let contract = sound("a_step_that_is_to_be_refused_may_send_what_it_likes");
    let [nothing, foreign, nobody] = contract.scenarios[0].workflows[1].steps.as_slice() else {
        panic!("{contract:?}")
    };
    assert_eq!(nothing.expects, Expects::Refused);
    assert!(
        matches!(&foreign.credentials, Credentials::Given(given) if given[0].name == "X-Token")
    );
    assert_eq!(nobody.credentials, Credentials::Nothing);
}

#[test]
fn a_scenario_is_part_of_the_checksum() {
    let other = with_scenarios("checksum", "At length.", "At more length.");
    let other = Contract::from_dir(&other).unwrap();
    assert_ne!(
        other.checksum,
        sound("a_scenario_is_part_of_the_checksum").checksum
    );
}

#[rstest]
// the document
#[case::no_such_file("scenarios/wash.arazzo", "scenarios/wahs.arazzo")]
#[case::named_twice(
    "[../../../fixtures/pets/2026-01/scenarios/wash.arazzo.yaml]",
    "[../../../fixtures/pets/2026-01/scenarios/wash.arazzo.yaml, \
     ../../../fixtures/pets/2026-01/scenarios/wash.arazzo.yaml]"
)]
#[case::another_version("arazzo: 1.0.1", "arazzo: 2.0.0")]
#[case::another_source("pets/2026-01/openapi.yaml}", "dogs/2026-01/openapi.yaml}")]
#[case::two_sources(
    "sourceDescriptions:",
    "sourceDescriptions:\n  - {name: a, type: openapi, url: a}"
)]
#[case::source_of_another_type("type: openapi", "type: arazzo")]
#[case::misspelt_member_of_the_document("components:\n", "component:\n")]
// workflows
#[case::depends_on("description: At length.", "dependsOn: [unwashed]")]
#[case::duplicate_workflow("workflowId: unwashed", "workflowId: wash-twice")]
#[case::workflow_with_a_blank("workflowId: unwashed", "workflowId: un washed")]
#[case::no_requirement("x-requirements: [PE-02]", "x-requirements: []")]
#[case::unknown_requirement("x-requirements: [PE-02]", "x-requirements: [PE-20]")]
#[case::unknown_operation_of_the_case("x-operation: water", "x-operation: watre")]
#[case::misspelt_x_member("x-counted: false", "x-count: false")]
#[case::misplaced_x_member("x-counted: false", "x-says: nothing")]
#[case::unknown_tenant("tenant: other}", "tenant: another}")]
#[case::unknown_state("$states.first.pet", "$states.second.pet")]
#[case::misspelt_member_of_a_state("tenant: other}", "tennant: other}")]
#[case::state_with_a_blank("as: second", "as: sec ond")]
#[case::output_with_a_blank("{pet: $steps.wash.outputs.pet}", "{p et: $steps.wash.outputs.pet}")]
#[case::output_made_of_an_output("{pet: $steps.wash.outputs.pet}", "{pet: $outputs.pet}")]
#[case::one_name_for_two_inputs("as: second", "as: other")]
#[case::no_step(
    "x-counted: false\n    steps:",
    "x-counted: false\n    steps: []\n    outputs:"
)]
// steps
#[case::duplicate_step("stepId: look", "stepId: wash")]
#[case::operation_path("operationId: water", "operationPath: '#/paths'")]
#[case::workflow_as_a_step("operationId: water", "workflowId: unwashed")]
#[case::unknown_operation("operationId: water", "operationId: watre")]
#[case::unknown_source("$sourceDescriptions.pets.wash", "$sourceDescriptions.dogs.wash")]
#[case::unknown_expectation("x-expects: accepted", "x-expects: taken")]
#[case::without_what_it_never_had("x-expects: accepted", "x-without: [hose]")]
#[case::incomplete_and_accepted("x-expects: accepted", "x-without: [house]")]
#[case::misspelt_member_of_a_step("successCriteria:", "succesCriteria:")]
#[case::not_documented_how_it_is_refused(
    "        operationId: wash\n        x-authenticate: false",
    "        operationId: water\n        x-expects: refused"
)]
#[case::unauthenticated_and_counted("x-counted: false", "x-counted: true")]
#[case::credential_taken_away("x-expects: accepted", "x-authenticate: false")]
#[case::credential_in_a_body("soap: {kind: $inputs.kind}", "soap: {kind: $inputs.token}")]
#[case::another_credential("value: $inputs.token", "value: $inputs.access_token")]
#[case::no_body_where_one_is_needed(
    "operationId: water\n        parameters:",
    "operationId: wash\n        parameters:"
)]
#[case::body_where_none_is_taken(
    "operationId: water\n        parameters:",
    "operationId: water\n        requestBody: {payload: 1}\n        parameters:"
)]
#[case::another_content_type("application/json; charset=utf-8", "text/plain")]
#[case::target_that_is_no_pointer("target: /pets/1", "target: '$.pets[1]'")]
// parameters
#[case::unknown_parameter("name: dry", "name: dyr")]
#[case::parameter_elsewhere("name: dry, in: query", "name: dry, in: header")]
#[case::cookie("name: dry, in: query", "name: dry, in: cookie")]
#[case::parameter_twice(
    "{name: dry, in: query, value: ''}",
    "{name: dry, in: query, value: ''}\n          - {name: dry, in: query, value: ''}"
)]
#[case::parameter_that_is_an_array("value: ''", "value: [a]")]
#[case::unknown_component("$components.parameters.house", "$components.parameters.hause")]
#[case::value_of_an_action(
    "{reference: $components.failureActions.again}",
    "{reference: $components.failureActions.again, value: 1}"
)]
#[case::component_of_another_kind("$components.parameters.house", "$components.inputs.soap")]
#[case::unknown_inputs("#/components/inputs/soap", "#/components/inputs/soup")]
// expressions
#[case::unknown_input("$inputs.kind}-1", "$inputs.kidn}-1")]
#[case::tenant_without_a_parameter("$inputs.other.house", "$inputs.other")]
#[case::unknown_parameter_of_a_tenant("$inputs.other.house", "$inputs.other.hause")]
#[case::state_without_a_member("$inputs.first.pet]", "$inputs.first]")]
#[case::unknown_step("$steps.wash.outputs.pet}$", "$steps.wahs.outputs.pet}$")]
#[case::unknown_output("$steps.wash.outputs.pet}$", "$steps.wash.outputs.pets}$")]
#[case::answer_before_the_request("soap: {kind: $inputs.kind}", "soap: {kind: $statusCode}")]
#[case::answer_after_the_end("{pet: $steps.wash.outputs.pet}", "{pet: $response.body}")]
#[case::workflows_expression("$steps.wash.outputs.pet}", "$workflows.a.outputs.pet}")]
#[case::output_that_is_no_expression("$response.body#/washed/0/pet", "rex")]
// criteria
#[case::bad_condition("$statusCode == 200,", "$statusCode = 200,")]
#[case::bad_query(
    "[?@.pet == '{$inputs.first.pet}']",
    "[?@.pet = '{$inputs.first.pet}']"
)]
#[case::bad_pattern("'^{$steps.wash.outputs.pet}$'", "'^({$steps.wash.outputs.pet}$'")]
#[case::x_path("type: regex", "type: xpath")]
#[case::unknown_type("type: regex", "type: regexp")]
#[case::unknown_version("version: rfc9535", "version: draft-00")]
#[case::no_context("context: $response.header.X-Left, ", "")]
#[case::context_of_a_simple_condition(", type: regex}", "}")]
#[case::stronger_level(
    "x-requirement: PE-01\n            x-level: SHOULD",
    "x-requirement: PE-03\n            x-level: MUST"
)]
#[case::level_of_no_promise("x-requirement: PE-01\n", "x-says: nothing\n")]
#[case::unknown_erratum("x-erratum: PE-E01", "x-erratum: PE-E10")]
// actions
#[case::promise_of_an_action(
    "{condition: $response.body#/empty}",
    "{condition: $response.body#/empty, x-requirement: PE-01}"
)]
#[case::unknown_step_to_go_to("stepId: wash, criteria", "stepId: wahs, criteria")]
#[case::workflow_to_go_to("stepId: wash, criteria", "workflowId: unwashed, criteria")]
#[case::retry_of_a_success("type: goto, stepId: wash", "type: retry, stepId: wash")]
#[case::retry_of_another_step("retryAfter: 0.5,", "stepId: wash,")]
#[case::negative_wait("retryAfter: 0.5", "retryAfter: -0.5")]
#[case::unknown_action("type: end, criteria", "type: stop, criteria")]
#[case::step_of_an_end("type: end}", "type: end, stepId: wash}")]
fn says_where_and_what_to_do(#[context] context: Context, #[case] from: &str, #[case] to: &str) {
    let name = context.description.unwrap();
    let dir = with_scenarios(name, from, to);
    let error = Contract::from_dir(&dir).err().unwrap().to_string();
    let root = dir.ancestors().nth(3).unwrap().display().to_string();
    let error = error.replace(&format!("{root}/schemas/pets/2026-01/../../../"), "");
    let error = error.replace(&format!("{root}/"), "");
    insta::assert_snapshot!(name, error);
}

#[test]
fn a_parameter_of_the_components_may_be_given_another_value() {
    let from = "{reference: $components.parameters.house}";
    let to = "{reference: $components.parameters.house, value: $inputs.house}";
    let dir = with_scenarios("parameter_with_another_value", from, to);
    if let Err(error) = Contract::from_dir(&dir) {
        panic!("{error}");
    }
}

#[test]
fn a_step_sends_its_own_credentials_or_given_ones() {
    let from = "{name: dry, in: query, value: ''}";
    let dir = with_scenarios(
        "own_and_given",
        from,
        "{name: X-Other, in: header, value: abc}",
    );
    let openapi = dir.join("openapi.yaml");
    let text = fs::read_to_string(&openapi).unwrap();
    let scheme = "other: {type: apiKey, in: header, name: X-Other, x-credential: access_token}";
    let text = text
        .replace(
            "securitySchemes:\n",
            &format!("securitySchemes:\n    {scheme}\n"),
        )
        .replace("  - token: []\n", "  - token: []\n    other: []\n");
    fs::write(openapi, text).unwrap();
    let error = Contract::from_dir(&dir).err().unwrap().to_string();
    assert!(error.contains("send either"), "{error}");
}
