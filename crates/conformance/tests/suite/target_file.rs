//! The target file: what it says, what it refuses, and that its JSON Schema says the same.

use std::path::Path;
use std::time::Duration;

use conformance::{Credentials, TargetEntry, TargetFile};
use rstest::rstest;

use crate::toml_json;

const WHOLE: &str = r#"
[targets.acme]
base_url  = "http://127.0.0.1:8080/gateway"
apis      = ["metastudio", "roma", "smh"]
revisions = { roma = "2022-12" }
state_url = "http://127.0.0.1:8080/_states"
timeout   = "1500ms"

[targets.acme.credentials]
token        = { env = "ACME_TOKEN" }
access_key   = { env = "ACME_AK" }
secret_key   = { env = "ACME_SK" }
access_token = { env = "ACME_SMH_TOKEN" }

[targets.acme.tenant]
project_id = "6a6a1f83"
LibraryId  = "smh1"

[[targets.acme.known]]
state   = "asset exists"
params  = { asset_state = "ACTIVED", size = 3, deep = { list = [1.5, true, "x"] } }
returns = { asset_id = "a-1" }
reuse   = true

[[targets.acme.known]]
state = "no deletion job running"

[[targets.acme.lacks]]
operation = "smh/task"
reason    = "it deletes at once"

[[targets.acme.lacks]]
requirement = "MS-BA-20"
reason      = "nothing is deleted for good"

[[targets.acme.lacks]]
state  = "recycle bin"
reason = "there is none"

[[targets.acme.lacks]]
case   = "metastudio/**/negative/**"
reason = "the gateway comes first"

[targets.other]
base_url = "https://other.example"
"#;

fn parse(text: &str) -> Result<TargetFile, String> {
    TargetFile::parse(text, Path::new("assetproof.toml")).map_err(|error| error.to_string())
}

fn acme(text: &str) -> TargetEntry {
    let file = parse(text).expect("a sound file");
    file.entry("acme").expect("it is there").clone()
}

fn no_credentials() -> Credentials {
    Credentials::default()
}

#[test]
fn a_target_is_what_its_file_says() {
    let entry = acme(WHOLE);
    let target = &entry.target;
    assert_eq!(target.name, "acme");
    assert_eq!(target.base_url.as_str(), "http://127.0.0.1:8080/gateway");
    let state_url = target.state_url.as_ref().map(reqwest::Url::as_str);
    assert_eq!(state_url, Some("http://127.0.0.1:8080/_states"));
    assert_eq!(target.timeout, Duration::from_millis(1500));
    // By one spelling, so that a flag can override either.
    assert_eq!(target.tenant["library_id"], "smh1");
    assert_eq!(target.tenant["project_id"], "6a6a1f83");
    let apis: Vec<&str> = entry.apis.iter().map(|api| api.name.as_str()).collect();
    assert_eq!(apis, ["metastudio", "roma", "smh"]);
    assert_eq!(entry.revisions["roma"].name, "2022-12");
    assert_eq!((target.known.len(), target.lacks.len()), (2, 4));
}

#[test]
fn what_the_file_leaves_out_has_its_default() {
    let entry = acme("targets.acme.base_url = \"http://127.0.0.1:8080\"");
    assert_eq!(entry.target.timeout, conformance::Target::TIMEOUT);
    assert!(entry.target.state_url.is_none() && entry.apis.is_empty());
    let credentials = entry
        .credentials(no_credentials(), |_| Some("never asked for".to_owned()))
        .expect("nothing is needed");
    assert_eq!(credentials, no_credentials());
}

#[test]
fn a_secret_comes_from_the_variable_that_the_file_names() {
    let credentials = acme(WHOLE)
        .credentials(no_credentials(), |name| Some(format!("value of {name}")))
        .expect("all are set");
    let revealed: Vec<(&str, &str)> = credentials
        .named()
        .map(|(name, secret)| (name, secret.reveal()))
        .collect();
    let expected = [
        ("ASSETPROOF_TOKEN", "value of ACME_TOKEN"),
        ("ASSETPROOF_ACCESS_KEY", "value of ACME_AK"),
        ("ASSETPROOF_SECRET_KEY", "value of ACME_SK"),
        ("ASSETPROOF_ACCESS_TOKEN", "value of ACME_SMH_TOKEN"),
    ];
    assert_eq!(revealed, expected);
}

#[test]
fn the_environment_weighs_more_than_the_file_and_spares_its_variable() {
    let environment = Credentials::from_lookup(|name| match name {
        "ASSETPROOF_TOKEN" => Some("from the environment".to_owned()),
        _ => None,
    });
    let lookup = |name: &str| (name != "ACME_TOKEN").then(|| "x".to_owned());
    let credentials = acme(WHOLE)
        .credentials(environment, lookup)
        .expect("ACME_TOKEN is not needed");
    let token = credentials.token.expect("a token");
    assert_eq!(token.reveal(), "from the environment");
}

#[rstest]
#[case(None, "not set")]
#[case(Some(""), "empty")]
fn a_variable_without_a_value_is_told_with_target_and_name(
    #[case] value: Option<&str>,
    #[case] state: &str,
) {
    let error = acme(WHOLE)
        .credentials(no_credentials(), |_| value.map(ToOwned::to_owned))
        .expect_err("it is needed")
        .to_string();
    assert_eq!(
        error,
        format!(
            "assetproof.toml:10: the target acme takes its token from the environment variable \
             ACME_TOKEN, which is {state}: set it, or ASSETPROOF_TOKEN, or take token out of \
             [targets.acme.credentials]"
        )
    );
}

#[test]
fn a_name_that_is_not_there_lists_those_that_are() {
    let file = parse(WHOLE).expect("a sound file");
    let said = |name: &str| file.entry(name).expect_err("not there").to_string();
    let way_out = "(what is no name is a URL, and begins with http:// or https://)";
    assert_eq!(
        said("staging"),
        format!("assetproof.toml has no target \"staging\": there are acme, other {way_out}")
    );
    assert_eq!(
        said("akme"),
        format!("assetproof.toml has no target \"akme\": did you mean acme? {way_out}")
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = TargetFile::read(Path::new("/nonexistent/targets.toml")).expect_err("not there");
    let error = error.to_string();
    assert!(
        error.starts_with("failed to read /nonexistent/targets.toml: "),
        "{error}"
    );
}

/// What stands where a secret may stand, and must not come back in any message.
const SECRET: &str = "hunter2";

/// The beginning of a sound target, five lines long.
fn target(rest: &str) -> String {
    format!("\n[targets.acme]\nbase_url = \"http://127.0.0.1:8080\"\n{rest}\n")
}

fn assert_refused(text: &str, says: &str) {
    let said = parse(text).expect_err("refused");
    assert_eq!(said, format!("assetproof.toml:{says}"));
    assert!(!said.contains(SECRET), "{said}");
}

fn assert_refused_by_the_schema(text: &str) {
    let schema = toml_json::schema("target");
    assert!(!schema.is_valid(&toml_json::value(text)), "{text}");
}

#[test]
fn the_schema_takes_what_is_sound() {
    let schema = toml_json::schema("target");
    for text in [WHOLE, &target(""), "targets.a.base_url = \"http://a\""] {
        parse(text).expect("sound");
        let value = toml_json::value(text);
        let errors: Vec<String> = schema.iter_errors(&value).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[rstest]
#[case("[targets.acme", "1: unclosed table, expected `]`")]
#[case(
    "targets.acme.base_url = \"hunter2",
    "1: invalid basic string, expected `\"`"
)]
#[case(
    "targets.acme.base_url = hunter2",
    "1: string values must be quoted, expected literal string"
)]
#[case("[targets.a]\nx=1\nx=2", "3: duplicate key")]
fn what_is_no_toml_is_refused_without_repeating_it(#[case] text: &str, #[case] says: &str) {
    assert_refused(text, says);
}

#[rstest]
#[case("", "1: there is no target in the file: begin one with [targets.NAME]")]
#[case("target = 1", "1: the file has no \"target\": did you mean targets?")]
#[case(
    "targets = [\"http://a\"]",
    "1: targets is an array, where a table is expected: write targets = { NAME = { base_url = \
     \"http://127.0.0.1:8080\" } }"
)]
#[case(
    "[targets]\nacme = \"http://a\"",
    "2: targets.acme is a string, where a table is expected: write acme = { base_url = \
     \"http://127.0.0.1:8080\" }"
)]
#[case(
    "[targets.acme]\napis = [\"smh\"]",
    "1: targets.acme has no base_url: write base_url = \"http://127.0.0.1:8080\""
)]
#[case(
    "[targets.\"http://a\"]\nbase_url = \"http://a\"",
    "1: \"http://a\" cannot be the name of a target: take a plain word"
)]
#[case(
    "[targets.acme]\nbase_url = 8080",
    "2: targets.acme.base_url is a number, where a string is expected: write base_url = \
     \"http://127.0.0.1:8080\""
)]
#[case(
    "[targets.acme]\nbase_url = \"\"",
    "2: targets.acme.base_url is empty: write base_url = \"http://127.0.0.1:8080\""
)]
#[case(
    "[targets.acme]\nbase_url = \"http://user:hunter2@a\"",
    "2: targets.acme.base_url cannot be used: the URL of \"a\" holds credentials, which would end \
     up in reports: leave them out of it and set ASSETPROOF_TOKEN or ASSETPROOF_ACCESS_TOKEN in \
     the environment"
)]
fn a_file_without_a_sound_target_is_refused(#[case] text: &str, #[case] says: &str) {
    assert_refused(text, says);
    assert_refused_by_the_schema(text);
}

#[rstest]
#[case(
    "base_ulr = 1",
    "4: targets.acme has no \"base_ulr\": did you mean base_url?"
)]
#[case(
    "colour = 1",
    "4: targets.acme has no \"colour\": there are base_url, apis, revisions, state_url, timeout, \
     credentials, tenant, known, lacks"
)]
#[case(
    "apis = \"smh\"",
    "4: targets.acme.apis is a string, where an array of strings is expected: write apis = \
     [\"metastudio\", \"smh\"]"
)]
#[case(
    "apis = [1]",
    "4: targets.acme.apis is a number, where a string is expected: write apis = [\"metastudio\", \
     \"smh\"]"
)]
#[case(
    "apis = []",
    "4: targets.acme.apis is empty: write apis = [\"metastudio\", \"smh\"], or leave it out for \
     all of them"
)]
#[case(
    "revisions = [\"2022-12\"]",
    "4: targets.acme.revisions is an array, where a table is expected: write revisions = { roma = \
     \"2022-12\" }"
)]
#[case(
    "revisions = { roma = 2022-12-01 }",
    "4: targets.acme.revisions.roma is a date or a time, where a string is expected: write roma = \
     \"2022-12\""
)]
#[case(
    "state_url = \"127.0.0.1:8080/_states\"",
    "4: targets.acme.state_url cannot be used: \"127.0.0.1:8080/_states\" is no URL: relative URL \
     without a base (expected for instance http://127.0.0.1:8080)"
)]
#[case(
    "timeout = 10",
    "4: targets.acme.timeout is a number, where a string is expected: write timeout = \"10s\""
)]
#[case(
    "timeout = \" 10s\"",
    "4: targets.acme.timeout is no length of time: write for instance \"500ms\" or \"10s\""
)]
#[case(
    "timeout = \"soon\"",
    "4: targets.acme.timeout is no length of time: write for instance \"500ms\" or \"10s\""
)]
#[case(
    "tenant = { project_id = 1 }",
    "4: targets.acme.tenant.project_id is a number, where a string is expected: write project_id = \
     \"6a6a1f83\""
)]
fn what_a_target_says_wrongly_is_refused(#[case] rest: &str, #[case] says: &str) {
    assert_refused(&target(rest), says);
    assert_refused_by_the_schema(&target(rest));
}

#[rstest]
#[case(
    "timeout = \"0s\"",
    "4: targets.acme.timeout is no length of time: write for instance \"500ms\" or \"10s\""
)]
#[case(
    "[targets.acme.tenant]\nLibraryId = \"a\"\nlibrary_id = \"b\"",
    "6: library_id is given in two spellings: keep one"
)]
#[case(
    "lacks = [{ case = \"a{\", reason = \"r\" }]",
    "4: targets.acme.lacks.case is no pattern: error parsing glob 'a{': unclosed alternate group; \
     missing '}' (maybe escape '{' with '[{]'?)"
)]
#[case(
    "[[targets.acme.known]]\nstate = \"s\"\nparams = { at = 2022-12-01 }",
    "6: targets.acme.known.params.at is a date or a time, which JSON cannot say: quote it"
)]
fn what_no_schema_can_say_is_refused_all_the_same(#[case] rest: &str, #[case] says: &str) {
    assert_refused(&target(rest), says);
}

#[rstest]
#[case(
    "credentials = { token = \"hunter2\" }",
    "4: targets.acme.credentials.token is written out, and a file is no place for a secret: write \
     token = { env = \"NAME\" }, and put it into the environment variable NAME"
)]
#[case(
    "[targets.acme.credentials]\nsecret_key = '''\nhunter2'''",
    "5: targets.acme.credentials.secret_key is written out, and a file is no place for a secret: \
     write secret_key = { env = \"NAME\" }, and put it into the environment variable NAME"
)]
#[case(
    "credentials = { token = { env = \"hunter2-and-more\" } }",
    "4: targets.acme.credentials.token.env is no name of an environment variable (letters, digits \
     and _): name the variable that holds the secret, not the secret"
)]
#[case(
    "credentials = { token = 7 }",
    "4: targets.acme.credentials.token is a number, where a table is expected: write token = { env \
     = \"NAME\" }"
)]
#[case(
    "credentials = { token = { file = \"x\" } }",
    "4: targets.acme.credentials.token has no \"file\": there are env"
)]
#[case(
    "credentials = { token = {} }",
    "4: targets.acme.credentials.token has no env: write env = \"NAME\""
)]
#[case(
    "credentials = \"hunter2\"",
    "4: targets.acme.credentials is a string, where a table is expected: write credentials = { \
     token = { env = \"NAME\" } }"
)]
#[case(
    "credentials = { tokn = { env = \"A\" } }",
    "4: targets.acme.credentials has no \"tokn\": did you mean token?"
)]
fn a_secret_in_the_file_is_refused_and_never_repeated(#[case] rest: &str, #[case] says: &str) {
    assert_refused(&target(rest), says);
    assert_refused_by_the_schema(&target(rest));
}

#[rstest]
#[case(
    "known = { state = \"s\" }",
    "4: targets.acme.known is a table, where an array of tables is expected: write known = { … }, \
     or better, each entry under a header [[targets.acme.known]]"
)]
#[case(
    "[[targets.acme.known]]\nparams = {}",
    "4: targets.acme.known has no state: write state = \"asset exists\""
)]
#[case(
    "[[targets.acme.known]]\nstate = \"s\"\nparam = {}",
    "6: targets.acme.known has no \"param\": did you mean params?"
)]
#[case(
    "[[targets.acme.known]]\nstate = \"s\"\nreuse = \"yes\"",
    "6: targets.acme.known.reuse is a string, where a boolean is expected: write reuse = true"
)]
#[case(
    "[[targets.acme.known]]\nstate = \"s\"\nreturns = \"a\"",
    "6: targets.acme.known.returns is a string, where a table is expected: write returns = { \
     asset_id = \"…\" }"
)]
#[case(
    "[[targets.acme.lacks]]\noperation = \"smh/task\"",
    "4: targets.acme.lacks has no reason: write reason = \"why\""
)]
#[case(
    "[[targets.acme.lacks]]\nreason = \"r\"",
    "4: the entry names nothing: write operation, requirement, state or case"
)]
#[case(
    "[[targets.acme.lacks]]\noperation = \"task\"\nreason = \"r\"",
    "5: targets.acme.lacks.operation names no operation of an API: write operation = \"smh/task\""
)]
#[case(
    "[[targets.acme.lacks]]\noperation = \"roma/asset/job\"\nreason = \"r\"",
    "5: targets.acme.lacks.operation names no operation of an API: write operation = \"smh/task\""
)]
#[case(
    "[[targets.acme.lacks]]\noperation = \"smh/task\"\nstate = \"s\"\nreason = \"r\"",
    "6: the entry says more than one of operation, requirement, state and case: make an entry of \
     each"
)]
fn an_entry_that_says_nothing_sound_is_refused(#[case] rest: &str, #[case] says: &str) {
    assert_refused(&target(rest), says);
    assert_refused_by_the_schema(&target(rest));
}
