//! `assetproof conformance` as a user runs it.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use rstest::rstest;
use serde_json::Value;

use crate::program::{Serving, assetproof, folder, run, signal};

/// The lines of a run file.
fn lines(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("run.ndjson")).expect("there is a run file");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// Verdicts by case.
fn verdicts(folder: &Path) -> BTreeMap<String, String> {
    lines(folder)
        .iter()
        .filter(|line| line["type"] == "case")
        .map(|case| {
            let text = |member: &str| case[member].as_str().expect("a text").to_owned();
            (text("id"), text("verdict"))
        })
        .collect()
}

#[test]
fn without_a_target_the_fake_is_judged_and_every_report_is_written() {
    let folder = folder("fake");
    let dir = folder.to_str().expect("UTF-8");
    let ended = run(&mut assetproof(&["conformance", "--report-dir", dir]));
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    for file in ["run.ndjson", "report.html", "junit.xml", "summary.md"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let lines = lines(&folder);
    assert_eq!(lines.first().expect("a header")["type"], "header");
    assert_eq!(lines.last().expect("a footer")["type"], "footer");
    assert!(verdicts(&folder).values().all(|verdict| verdict == "pass"));
    assert!(ended.out.contains("Conformant"), "{}", ended.out);
    assert!(
        !ended.out.contains('\u{1b}'),
        "no colour in a pipe: {}",
        ended.out
    );
}

#[test]
fn a_fake_in_another_process_gets_the_same_verdicts() {
    let serving = Serving::start(&[]);
    let (here, there) = (folder("here"), folder("there"));
    let args = |folder: &'_ Path| {
        vec![
            "conformance".to_owned(),
            "--report-dir".to_owned(),
            folder.display().to_string(),
        ]
    };
    let here_args = args(&here);
    let ended = run(&mut assetproof(
        &here_args.iter().map(String::as_str).collect::<Vec<_>>(),
    ));
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    let mut there_args = args(&there);
    there_args.extend([
        "--target".to_owned(),
        serving.base.clone(),
        "--state-url".to_owned(),
        format!("{}/_states", serving.base),
    ]);
    let mut command = assetproof(&there_args.iter().map(String::as_str).collect::<Vec<_>>());
    command
        .env("ASSETPROOF_TOKEN", "assetproof-token")
        .env("ASSETPROOF_ACCESS_KEY", "ASSETPROOFAK")
        .env("ASSETPROOF_SECRET_KEY", "assetproof-secret")
        .env("ASSETPROOF_ACCESS_TOKEN", "assetproof-access");
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert_eq!(verdicts(&here), verdicts(&there));
    for file in ["run.ndjson", "report.html", "junit.xml", "summary.md"] {
        let text = std::fs::read_to_string(there.join(file)).expect("the report");
        assert!(!text.contains("assetproof-token"), "a secret in {file}");
        assert!(!text.contains("assetproof-access"), "a secret in {file}");
    }
}

#[test]
fn another_revision_is_served_and_judged() {
    let folder = folder("revision");
    let dir = folder.to_str().expect("UTF-8");
    let args = [
        "conformance",
        "--revision",
        "roma=2025-10",
        "--api",
        "roma",
        "--report-dir",
        dir,
    ];
    let ended = run(&mut assetproof(&args));
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert_eq!(lines(&folder)[0]["contracts"][0]["revision"], "2025-10");
}

#[test]
fn without_credentials_and_states_nothing_is_judged_and_that_is_no_success() {
    let serving = Serving::start(&[]);
    let folder = folder("nothing");
    let dir = folder.to_str().expect("UTF-8");
    let args = [
        "conformance",
        "--target",
        &serving.base,
        "--api",
        "roma",
        "--report-dir",
        dir,
    ];
    let ended = run(&mut assetproof(&args));
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    let verdicts = verdicts(&folder);
    for (id, verdict) in &verdicts {
        // What is refused for want of credentials can be asked without any.
        let needs_none = id.contains("/negative/credentials/");
        let expected = if needs_none { "pass" } else { "skipped" };
        assert!(
            verdict == expected || verdict == "skipped",
            "{id}: {verdict}"
        );
    }
    assert_eq!(verdicts["roma/assets-delete/documented/200"], "skipped");
    assert!(ended.out.contains("--state-url"), "{}", ended.out);
}

#[test]
fn a_wrong_credential_is_told_as_such_and_is_no_success() {
    let serving = Serving::start(&[]);
    let folder = folder("wrong-credential");
    let dir = folder.to_str().expect("UTF-8");
    let state_url = format!("{}/_states", serving.base);
    for api in ["metastudio", "roma", "smh"] {
        let mut command = assetproof(&[
            "conformance",
            "--target",
            &serving.base,
            "--state-url",
            &state_url,
            "--api",
            api,
            "--report-dir",
            dir,
        ]);
        command
            .env("ASSETPROOF_TOKEN", "wrong")
            .env("ASSETPROOF_ACCESS_TOKEN", "wrong");
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(2), "{api}: {}", ended.out);
        assert!(
            ended.out.contains("are the credentials"),
            "{api}: {}",
            ended.out
        );
        let junit = std::fs::read_to_string(folder.join("junit.xml")).expect("the report");
        let (head, _) = junit.split_once("<testsuite ").expect("a suite");
        assert!(
            !(head.contains("failures=\"0\"") && head.contains("errors=\"0\"")),
            "a build server sees it: {head}"
        );
    }
}

#[test]
fn a_port_where_nobody_listens_is_told_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", free.local_addr().expect("it is bound"));
    drop(free);
    let folder = folder("dead");
    let dir = folder.to_str().expect("UTF-8");
    for stale in ["run.ndjson", "report.html", "junit.xml", "summary.md"] {
        std::fs::write(folder.join(stale), "of an earlier run").expect("the folder is there");
    }
    let ended = run(&mut assetproof(&[
        "conformance",
        "--target",
        &base,
        "--report-dir",
        dir,
    ]));
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("failed to reach") && ended.err.contains("refused"),
        "{}",
        ended.err
    );
    let left = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(
        left, 0,
        "no report of an earlier run is left to be taken for this one"
    );
}

#[rstest]
#[case(&["--case", "nothing/**"], "nothing/**")]
#[case(&["--requirement", "XX-01"], "XX-01")]
#[case(&["--api", "nope"], "there are metastudio, roma, smh")]
#[case(&["--revision", "roma=1"], "2022-12, 2025-10")]
#[case(&["--tenant", "projectid=1"], "project_id")]
#[case(&["--target", "ftp://x"], "scheme")]
#[case(&["--target", "http://a:b@x/"], "ASSETPROOF_TOKEN")]
#[case(&["--target", "http://a", "--target", "http://b", "--state-url", "http://a/_states"], "one by one")]
#[case(&["--contract", "/nonexistent"], "openapi.yaml")]
#[case(&["--timeout", "soon"], "--timeout")]
#[case(&["--jobs", "0"], "--jobs")]
fn what_cannot_be_done_is_exit_2_with_the_way_out(#[case] args: &[&str], #[case] says: &str) {
    let ended = run(&mut assetproof(&[&["conformance"], args].concat()));
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains(says), "{}", ended.err);
}

#[test]
fn the_list_runs_nothing_and_a_pattern_narrows_it() {
    let all = run(&mut assetproof(&["conformance", "--list"]));
    assert_eq!(all.code, Some(0));
    assert!(
        all.out
            .contains("metastudio/batch-action/documented/200-verbatim"),
        "{}",
        all.out
    );
    let some = run(&mut assetproof(&[
        "conformance",
        "--list",
        "--case",
        "smh/**",
    ]));
    assert!(
        some.out.lines().all(|line| line.starts_with("smh/")),
        "{}",
        some.out
    );
    let of_kind = |kind| some.out.lines().filter(move |line| line.contains(kind));
    assert_eq!(of_kind("/documented/").count(), 3);
    assert!(of_kind("/negative/").count() > 50, "{}", some.out);
}

#[test]
fn each_requirement_is_shown_with_its_source_and_cases() {
    let shown = run(&mut assetproof(&[
        "conformance",
        "--requirements",
        "--api",
        "metastudio",
    ]));
    assert_eq!(shown.code, Some(0));
    let of = |id: &str| {
        let start = shown
            .out
            .find(&format!("  {id} "))
            .expect("the requirement is listed");
        let rest = &shown.out[start..];
        rest[..rest[2..].find("\n  M").map_or(rest.len(), |end| end + 2)].to_owned()
    };
    let covered = of("MS-BA-10");
    assert!(
        covered.contains("MUST") && covered.contains("Table 6 AssetActionResult"),
        "{covered}"
    );
    assert!(
        covered.contains("metastudio/batch-action/documented/200"),
        "{covered}"
    );
    let lived = of("MS-BA-19");
    assert!(
        lived.contains("/scenario/restore-of-deleting-asset"),
        "{lived}"
    );
    assert!(!shown.out.contains("no case covers it"), "{}", shown.out);
}

#[test]
fn one_seed_makes_the_same_requests_again() {
    let requests = |name: &str, seed: &str| {
        let folder = folder(name);
        let dir = folder.to_str().expect("UTF-8");
        let args = [
            "conformance",
            "--seed",
            seed,
            "--api",
            "smh",
            "--report-dir",
            dir,
        ];
        assert_eq!(run(&mut assetproof(&args)).code, Some(0));
        let mut urls: Vec<String> = lines(&folder)
            .iter()
            .flat_map(|line| line["steps"].as_array().cloned().unwrap_or_default())
            .map(|step| {
                let url = step["request"]["url"].as_str().expect("a URL").to_owned();
                url.split_once("/api/")
                    .expect("the API's path")
                    .1
                    .to_owned()
            })
            .collect();
        urls.sort();
        urls
    };
    assert_eq!(requests("seed-1", "7"), requests("seed-2", "7"));
    assert_ne!(requests("seed-3", "7"), requests("seed-4", "8"));
}

#[test]
fn ctrl_c_ends_a_run_with_130_and_a_footer_that_says_so() {
    // A port that accepts and never answers keeps the run waiting until the signal comes.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", silent.local_addr().expect("it is bound"));
    let folder = folder("interrupted");
    let dir = folder.to_str().expect("UTF-8");
    let child = assetproof(&[
        "conformance",
        "--target",
        &base,
        "--api",
        "metastudio",
        "--timeout",
        "60s",
        "--report-dir",
        dir,
    ])
    .env("ASSETPROOF_TOKEN", "secret-token")
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the program starts");
    // The probe and the first request have arrived: the run is under way.
    let _probe = silent.accept().expect("the probe");
    let _request = silent.accept().expect("the first case");
    signal(&child, "INT");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130));
    let lines = lines(&folder);
    assert_eq!(lines.last().expect("a footer")["interrupted"], true);
}

#[test]
fn several_targets_have_a_report_folder_each() {
    let (one, other) = (Serving::start(&[]), Serving::start(&[]));
    let folder = folder("several");
    let dir = folder.to_str().expect("UTF-8");
    let args = [
        "conformance",
        "--target",
        &one.base,
        "--target",
        &other.base,
        "--api",
        "smh",
        "--report-dir",
        dir,
    ];
    let ended = run(&mut assetproof(&args));
    assert_eq!(ended.code, Some(2), "nothing could be set up");
    let folders: Vec<_> = std::fs::read_dir(&folder).expect("the folder").collect();
    assert_eq!(folders.len(), 2);
}

#[test]
fn a_snapshot_is_accepted_once_and_a_drift_from_it_is_shown_and_no_success() {
    let folder = folder("kept");
    let kept = folder.join("snapshots");
    let judged = |flags: &[&str]| {
        let mut args = vec!["conformance", "--case", "smh/*/documented/done-at-once"];
        args.extend(["--report-dir", folder.to_str().expect("UTF-8")]);
        args.extend(["--snapshots", kept.to_str().expect("UTF-8")]);
        args.extend(flags);
        run(&mut assetproof(&args))
    };
    assert_eq!(judged(&[]).code, Some(1), "nothing is kept yet");
    assert_eq!(judged(&["--accept"]).code, Some(0));
    let same = judged(&["--seed", "7"]);
    assert_eq!(same.code, Some(0), "{}", same.out);
    let file = std::fs::read_dir(kept.join("smh").join("2026-01"))
        .expect("a folder for the contract")
        .map(|entry| entry.expect("a file").path())
        .find(|path| path.extension().is_some_and(|end| end == "snap"))
        .expect("a snapshot");
    let text = std::fs::read_to_string(&file).expect("text");
    std::fs::write(&file, text.replace("HTTP 200", "HTTP 207")).expect("it can be written");
    let drifted = judged(&[]);
    assert_eq!(drifted.code, Some(1), "{}", drifted.out);
    assert!(drifted.out.contains("-HTTP 207"), "{}", drifted.out);
    assert!(drifted.out.contains("+HTTP 200"), "{}", drifted.out);
}
