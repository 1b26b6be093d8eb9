//! Targets by name, with what their file says, and known failures.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use rstest::rstest;
use serde_json::Value;

use crate::program::{Ended, Serving, assetproof, folder, run};
use crate::wrong_server::{self, Fault};

/// The secrets of these tests; none may stand in anything that is written or printed.
const SECRETS: [&str; 2] = ["assetproof-token", "assetproof-access"];

const CREDENTIALS: &str = "credentials = { token = { env = \"ACME_TOKEN\" }, access_token = { env = \
                           \"ACME_SMH\" } }";

/// Runs `conformance` in a folder with this target file.
fn conformance(folder: &Path, targets: &str, args: &[&str]) -> Command {
    std::fs::write(folder.join("assetproof.toml"), targets).expect("the folder is there");
    let mut command = assetproof(&["conformance"]);
    command
        .args(args)
        .args(["--report-dir", "out"])
        .current_dir(folder)
        .env("ACME_TOKEN", SECRETS[0])
        .env("ACME_SMH", SECRETS[1]);
    command
}

/// A target that is described in full.
fn described(name: &str, serving: &Serving, rest: &str) -> String {
    let base = &serving.base;
    let mut text = String::new();
    let _infallible = writeln!(
        text,
        "[targets.{name}]\nbase_url = {base:?}\nstate_url = \"{base}/_states\"\n{CREDENTIALS}\n{rest}"
    );
    text
}

fn ran(command: &mut Command) -> Ended {
    let ended = run(command);
    for secret in SECRETS {
        let said = ended.out.contains(secret) || ended.err.contains(secret);
        assert!(!said, "a secret: {}{}", ended.out, ended.err);
    }
    ended
}

fn lines(run: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(run).expect("there is a run file");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// `api/revision` of each contract that the run was judged by.
fn judged_by(run: &Path) -> Vec<String> {
    let header = lines(run).swap_remove(0);
    let contracts = header["contracts"].as_array().expect("a list");
    let text = |contract: &Value, member: &str| contract[member].as_str().expect("text").to_owned();
    contracts
        .iter()
        .map(|contract| format!("{}/{}", text(contract, "api"), text(contract, "revision")))
        .collect()
}

#[test]
fn a_target_is_judged_by_its_name_and_no_secret_is_told() {
    let serving = Serving::start(&[]);
    let folder = folder("named");
    let file = described("acme", &serving, "");
    let args = ["--target", "acme", "--case", "**/documented/*"];
    let ended = ran(&mut conformance(&folder, &file, &args));
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("judging acme by"), "{}", ended.out);
    let out = folder.join("out");
    assert_eq!(lines(&out.join("run.ndjson"))[0]["target"]["name"], "acme");
    for entry in std::fs::read_dir(&out).expect("the reports") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("text");
        for secret in SECRETS {
            assert!(!text.contains(secret));
        }
    }
}

#[test]
fn each_target_is_judged_by_the_apis_and_revisions_that_it_serves() {
    let newer = Serving::start(&["--revision", "roma=2025-10"]);
    let older = Serving::start(&[]);
    let folder = folder("several-plans");
    let mut file = described("newer", &newer, "revisions = { roma = \"2025-10\" }");
    file += &described("older", &older, "apis = [\"roma\", \"smh\"]");
    let args = [
        "--target",
        "newer",
        "--target",
        "older",
        "--case",
        "**/documented/*",
    ];
    let ended = ran(&mut conformance(&folder, &file, &args));
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert_eq!(
        judged_by(&folder.join("out/1-newer/run.ndjson")),
        ["metastudio/2025-12", "roma/2025-10", "smh/2026-01"]
    );
    assert_eq!(
        judged_by(&folder.join("out/2-older/run.ndjson")),
        ["roma/2022-12", "smh/2026-01"]
    );
}

#[test]
fn a_flag_weighs_more_than_the_environment_and_that_more_than_the_file() {
    let serving = Serving::start(&["--revision", "roma=2025-10"]);
    let states = format!("{}/_states", serving.base);
    let folder = folder("precedence");
    // A state URL where nobody is, a revision that is not served, and a token that is wrong.
    let dead = "http://127.0.0.1:1/_states";
    let file = format!(
        "[targets.acme]\nbase_url = {:?}\nstate_url = {dead:?}\nrevisions = {{ roma = \"2022-12\" \
         }}\ncredentials = {{ token = {{ env = \"ACME_OLD\" }} }}",
        serving.base
    );
    let case = [
        "--target",
        "acme",
        "--case",
        "roma/assets-delete/documented/200",
    ];
    let flag = ["--revision", "roma=2025-10"];
    let told = |more: &[&str], state_url: Option<&str>, token: Option<&str>| {
        let mut command = conformance(&folder, &file, &[&case[..], &flag, more].concat());
        command.env("ACME_OLD", "wrong");
        if let Some(url) = state_url {
            command.env("ASSETPROOF_STATE_URL", url);
        }
        if let Some(token) = token {
            command.env("ASSETPROOF_TOKEN", token);
        }
        let ended = ran(&mut command);
        (ended.code, ended.out + &ended.err)
    };
    let (code, out) = told(&[], None, Some(SECRETS[0]));
    assert_eq!(code, Some(2), "the file's state URL: {out}");
    let (code, out) = told(&[], Some(&states), None);
    assert!(
        out.contains("are the credentials"),
        "the file's token: {code:?} {out}"
    );
    let (code, out) = told(&[], Some(&states), Some(SECRETS[0]));
    assert_eq!(code, Some(0), "the environment's: {out}");
    let (code, out) = told(&["--state-url", &states], Some(dead), Some(SECRETS[0]));
    assert_eq!(code, Some(0), "the flag's: {out}");
}

#[rstest]
#[case(&["--target", "staging"], "assetproof.toml has no target \"staging\": there are acme, bare")]
#[case(&["--target", "acme", "--targets", "nowhere.toml"], "failed to read nowhere.toml")]
#[case(&["--targets", "assetproof.toml"], "--target")]
#[case(&["--target", "acme"], "ACME_NOT_SET, which is not set")]
#[case(&["--target", "bare", "--target", "acme"], "ACME_NOT_SET, which is not set")]
#[case(&["--target", "bare", "--api", "roma"], "bare does not serve the API \"roma\"")]
#[case(&["--target", "bare", "--baseline", "nowhere.toml"], "failed to read nowhere.toml")]
fn a_mistake_is_told_before_anything_is_sent(#[case] args: &[&str], #[case] says: &str) {
    let folder = folder(&format!(
        "mistake-{}",
        args.join("-").replace(['.', '/'], "-")
    ));
    let file = "[targets.acme]\nbase_url = \"http://127.0.0.1:1\"\ncredentials = { token = { env = \
                \"ACME_NOT_SET\" } }\n[targets.bare]\nbase_url = \"http://127.0.0.1:1\"\napis = \
                [\"smh\"]";
    let ended = ran(&mut conformance(&folder, file, args));
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains(says), "{}", ended.err);
    assert!(!folder.join("out").exists(), "nothing was run");
}

#[rstest]
#[case(
    "apis = [\"smh\", \"rome\"]",
    "assetproof.toml:3: no contract is of the API \"rome\""
)]
#[case(
    "revisions = { roma = \"1999\" }",
    "assetproof.toml:3: roma has no revision \"1999\""
)]
#[case(
    "tenant = { projectid = \"p\" }",
    "assetproof.toml:3: no path parameter \"projectid\""
)]
#[case(
    "lacks = [{ state = \"x\", reason = \"r\" }]",
    "assetproof.toml:3: no case has to do with"
)]
#[case(
    "known = [{ state = \"x\" }]",
    "assetproof.toml:3: no case asks for the state \"x\""
)]
fn what_the_file_says_has_to_be_there(#[case] line: &str, #[case] says: &str) {
    let folder = folder(&format!("names-{}", &line[..4]));
    let file = format!("[targets.acme]\nbase_url = \"http://127.0.0.1:1\"\n{line}");
    // Also of what is not selected.
    let args = ["--target", "acme", "--api", "metastudio", "--list"];
    let args = if line.starts_with("apis") {
        &args[..2]
    } else {
        &args[..]
    };
    let ended = ran(&mut conformance(&folder, &file, args));
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains(says), "{}", ended.err);
}

#[test]
fn a_name_without_a_file_says_how_to_write_one_and_how_a_url_begins() {
    let folder = folder("no-file");
    let mut command = assetproof(&["conformance", "--target", "localhost:8080"]);
    let ended = run(command.current_dir(&folder));
    assert_eq!(ended.code, Some(2));
    for says in ["assetproof.toml", "--targets", "http://"] {
        assert!(ended.err.contains(says), "{}", ended.err);
    }
}

#[test]
fn a_broken_file_that_nobody_asked_for_is_in_nobodys_way() {
    let folder = folder("broken-file");
    let args = ["--target", "http://127.0.0.1:1", "--list"];
    let ended = ran(&mut conformance(&folder, "[targets", &args));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

#[test]
fn the_lists_are_those_of_the_target() {
    let folder = folder("list");
    let file = "[targets.old]\nbase_url = \"http://127.0.0.1:1\"\napis = [\"roma\"]\n\
                [targets.new]\nbase_url = \"http://127.0.0.1:1\"\napis = [\"roma\"]\n\
                revisions = { roma = \"2025-10\" }";
    let shown = |args: &[&str]| ran(&mut conformance(&folder, file, args)).out;
    let list = shown(&["--target", "old", "--list"]);
    assert!(list.lines().all(|line| line.starts_with("roma/")), "{list}");
    let requirements = shown(&["--target", "new", "--requirements"]);
    assert!(requirements.starts_with("roma/2025-10\n"), "{requirements}");
    let both = shown(&["--target", "old", "--target", "new", "--requirements"]);
    for says in ["old:\nroma/2022-12\n", "new:\nroma/2025-10\n"] {
        assert!(both.contains(says), "{both}");
    }
}

#[test]
fn what_a_target_lacks_is_told_as_not_judged() {
    let serving = Serving::start(&[]);
    let folder = folder("lacks");
    let lacks = "lacks = [{ operation = \"smh/task\", reason = \"it deletes at once\" }]";
    let file = described("acme", &serving, lacks);
    let args = ["--target", "acme", "--case", "smh/**/documented/*"];
    let ended = ran(&mut conformance(&folder, &file, &args));
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let reason = "the target does not implement the operation smh/task: it deletes at once";
    assert!(ended.out.contains(reason), "{}", ended.out);
    assert!(
        ended.out.contains("not judged for that reason"),
        "{}",
        ended.out
    );
}

/// The exit code with these known failures of a server that serves another revision of roma.
fn with_baseline(name: &str, known: &str, more: &[&str]) -> Ended {
    let serving = Serving::start(&["--revision", "roma=2025-10"]);
    let folder = folder(name);
    std::fs::write(folder.join("known.toml"), known).expect("the folder is there");
    let file = described("acme", &serving, "revisions = { roma = \"2022-12\" }");
    let args = [
        "--target",
        "acme",
        "--case",
        "**/documented/*",
        "--baseline",
        "known.toml",
    ];
    ran(&mut conformance(
        &folder,
        &file,
        &[&args[..], more].concat(),
    ))
}

const ROMA: &str =
    "[[known]]\ncase = \"roma/assets-delete/documented/200\"\nreason = \"ticket 9\"\n";

#[test]
fn an_entry_that_is_out_of_date_is_told_with_its_line() {
    let stale = format!("{ROMA}[[known]]\ncase = \"roma/gone/**\"\nreason = \"r\"");
    let ended = with_baseline("baseline-stale", &stale, &[]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .err
            .contains("known.toml:4: no case matches \"roma/gone/**\""),
        "{}",
        ended.err
    );
}

#[test]
fn an_entry_that_this_run_does_not_select_says_nothing() {
    let ended = with_baseline("baseline-unselected", ROMA, &["--api", "smh"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
}

#[test]
fn a_known_failure_fails_nothing_and_is_counted() {
    let base = wrong_server::start(Fault::Sucess);
    let folder = folder("baseline-known");
    let known = "[[known]]\ncase = \"metastudio/batch-action/documented/200\"\nrequirement = \
                 \"MS-BA-10\"\nreason = \"ticket 9\"";
    std::fs::write(folder.join("known.toml"), known).expect("the folder is there");
    let file = format!(
        "[targets.acme]\nbase_url = {base:?}\nstate_url = \"{base}/_states\"\n{CREDENTIALS}"
    );
    let case = "metastudio/batch-action/documented/200";
    let args = [
        "--target",
        "acme",
        "--case",
        case,
        "--baseline",
        "known.toml",
    ];
    let ended = ran(&mut conformance(&folder, &file, &args));
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let lines = lines(&folder.join("out/run.ndjson"));
    assert_eq!(lines[1]["known"], "ticket 9");
    assert_eq!(lines[2]["counts"]["known"], 1);
    let ended = ran(&mut conformance(&folder, &file, &args[..4]));
    assert_eq!(ended.code, Some(1), "without the baseline: {}", ended.out);
}

#[test]
fn a_known_failure_that_passes_fails_the_run() {
    let known =
        "[[known]]\ncase = \"smh/batch-delete/documented/done-at-once\"\nreason = \"ticket 9\"";
    let ended = with_baseline("baseline-passes", known, &["--api", "smh"]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    let says = "known to fail (ticket 9), and passes: take it out of known.toml:1";
    assert!(ended.out.contains(says), "{}", ended.out);
}
