//! How a run goes, as a user asks for it: order, level, stopping early, parts and their merging.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rstest::rstest;
use serde_json::Value;

use crate::program::{Ended, assetproof, folder, run};
use crate::wrong_server::{Fault, start};

/// The documented cases: enough of them, and no more in years to come.
const DOCUMENTED: [&str; 2] = ["--case", "**/documented/**"];

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn conformance(args: &[&str], folder: &Path) -> Ended {
    let all = [&["conformance"], args, &["--report-dir", text(folder)]].concat();
    run(&mut assetproof(&all))
}

/// Judges a server with one fault; its states can be set up.
fn judged(fault: Fault, args: &[&str], folder: &Path) -> Ended {
    let base = start(fault);
    let states = format!("{base}/_states");
    let target = ["conformance", "--target", &base, "--state-url", &states];
    let all = [&target, args, &["--report-dir", text(folder)]].concat();
    let mut command = assetproof(&all);
    command
        .env("ASSETPROOF_TOKEN", "secret-token")
        .env("ASSETPROOF_ACCESS_TOKEN", "secret-access");
    run(&mut command)
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("there is a run file");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

fn run_file(folder: &Path) -> PathBuf {
    folder.join("run.ndjson")
}

/// Verdicts by case.
fn verdicts(folder: &Path) -> BTreeMap<String, Value> {
    lines(&run_file(folder))
        .into_iter()
        .filter(|line| line["type"] == "case")
        .map(|case| {
            let id = case["id"].as_str().expect("a text").to_owned();
            (id, case["verdict"].clone())
        })
        .collect()
}

#[test]
fn a_shuffled_run_amounts_to_the_same() {
    let (plain, shuffled) = (folder("plain"), folder("shuffled"));
    let args = |more: &[&'static str]| [&DOCUMENTED[..], &["--seed", "3"], more].concat();
    let ended = conformance(&args(&[]), &plain);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    let ended = conformance(&args(&["--shuffle", "--jobs", "1"]), &shuffled);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert_eq!(verdicts(&plain), verdicts(&shuffled));
    let ids = |folder: &Path| {
        let lines = lines(&run_file(folder)).into_iter();
        lines
            .filter_map(|line| line["id"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert!(
        !ids(&shuffled).is_sorted(),
        "the file has them as they ended"
    );
}

#[test]
fn a_level_leaves_the_cases_that_can_break_that_much() {
    let listed = |level: &[&str]| {
        let args = [&["conformance", "--list"], &DOCUMENTED[..], level].concat();
        let ended = run(&mut assetproof(&args));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        // The column of ids is as wide as its longest one.
        let words = ended.out.lines().map(str::split_whitespace);
        words
            .map(Iterator::collect::<Vec<_>>)
            .map(|words| words.join(" "))
            .collect::<Vec<_>>()
    };
    let (all, may) = (listed(&[]), listed(&["--level", "may"]));
    assert_eq!(all, may);
    let (should, must) = (listed(&["--level", "should"]), listed(&["--level", "must"]));
    assert!(!must.is_empty() && must.len() < should.len() && should.len() < all.len());
    assert!(must.iter().all(|line| should.contains(line)));
    assert!(!should.iter().any(|line| line.contains("observed only")));
}

#[rstest]
#[case(&["--level", "must", "--case", "**/*-verbatim"], "all selections")]
#[case(&["--level", "high"], "must")]
#[case(&["--requirement", "MS-BA-91"], "did you mean MS-BA-01")]
#[case(&["--requirement", "ms-ba-10"], "did you mean MS-BA-10")]
#[case(&["--partition", "slice:4/3"], "from 1 to 3")]
#[case(&["--partition", "slice:0/3"], "from 1 to 3")]
#[case(&["--partition", "third"], "slice:1/3")]
fn what_selects_nothing_is_exit_2_with_the_way_out(#[case] args: &[&str], #[case] says: &str) {
    let ended = conformance(args, &folder("selects-nothing"));
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains(says), "{}", ended.err);
}

#[test]
fn fail_fast_stops_at_the_first_failure_and_every_report_says_so() {
    let folder = folder("fail-fast");
    let args = ["--fail-fast", "--jobs", "1", "--api", "metastudio"];
    let ended = judged(
        Fault::EmptyBody,
        &[&args[..], &DOCUMENTED].concat(),
        &folder,
    );
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    let lines = lines(&run_file(&folder));
    let footer = lines.last().expect("a footer");
    let said = footer["stopped"].as_str().expect("a reason");
    assert!(said.contains("failed and --fail-fast"), "{said}");
    assert_eq!(footer["interrupted"], false);
    let failed = lines.iter().filter(|line| line["verdict"] == "fail");
    assert_eq!(failed.count(), 1);
    assert!(ended.out.contains("stopped early"), "{}", ended.out);
    for file in ["report.html", "junit.xml", "summary.md"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("the report");
        assert!(text.contains("stopped early"), "{file} does not say so");
    }
}

#[test]
fn a_pipe_shows_no_progress() {
    let folder = folder("no-progress");
    let ended = judged(Fault::EmptyBody, &DOCUMENTED, &folder);
    assert_eq!(ended.err, "");
}

/// Runs all parts of the built-in fake's documented cases and returns their files.
fn parts(scheme: &str, of: usize, name: &str) -> Vec<PathBuf> {
    (1..=of)
        .map(|part| {
            let folder = folder(&format!("{name}-{scheme}-{part}-of-{of}"));
            let partition = format!("{scheme}:{part}/{of}");
            let args = [&DOCUMENTED[..], &["--partition", &partition]].concat();
            let ended = conformance(&args, &folder);
            assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
            assert!(ended.out.contains("assetproof merge"), "{}", ended.out);
            run_file(&folder)
        })
        .collect()
}

fn merge(files: &[PathBuf], folder: &Path) -> Ended {
    let files: Vec<&str> = files.iter().map(|path| text(path)).collect();
    run(&mut assetproof(
        &[&["merge"], &files[..], &["--report-dir", text(folder)]].concat(),
    ))
}

#[rstest]
#[case("slice")]
#[case("hash")]
fn merged_parts_are_as_one_run(#[case] scheme: &str) {
    let whole = folder(&format!("whole-{scheme}"));
    let args = [&DOCUMENTED[..], &["--seed", "0"]].concat();
    let ended = conformance(&args, &whole);
    let merged = folder(&format!("merged-{scheme}"));
    let joined = merge(&parts(scheme, 3, "whole"), &merged);
    assert_eq!(
        (joined.code, ended.code),
        (Some(0), Some(0)),
        "{}",
        joined.err
    );
    assert_eq!(verdicts(&merged), verdicts(&whole));
    let header = &lines(&run_file(&merged))[0];
    assert_eq!(header.get("partition"), None);
    assert_eq!(
        header["seed"], 0,
        "parts agree on a seed without being told"
    );
    for file in ["report.html", "junit.xml", "summary.md"] {
        assert!(merged.join(file).is_file(), "{file}");
    }
    assert!(joined.out.contains("Conformant"), "{}", joined.out);
}

#[test]
fn what_cannot_be_merged_is_exit_2_and_names_the_file() {
    let files = parts("slice", 2, "refused");
    let out = folder("refused-merge");
    let refused = |files: &[PathBuf], folder: &Path, says: &str| {
        let ended = merge(files, folder);
        assert_eq!(ended.code, Some(2), "{}", ended.out);
        assert!(ended.err.contains(says), "{}", ended.err);
        assert!(!run_file(&out).exists(), "nothing is written");
    };
    refused(&files[..1], &out, "slice:2/2 is missing");
    let doubled = [files.clone(), vec![files[0].clone()]].concat();
    refused(&doubled, &out, "is in");
    let whole = folder("refused-whole");
    conformance(&DOCUMENTED, &whole);
    refused(&[run_file(&whole)], &out, "a whole run");
    refused(&[out.join("nothing.ndjson")], &out, "nothing.ndjson");
    let cut = out.join("cut.ndjson");
    let text = std::fs::read_to_string(&files[1]).expect("the file");
    let (all_but_the_footer, _) = text.trim_end().rsplit_once('\n').expect("lines");
    std::fs::write(&cut, format!("{all_but_the_footer}\n")).expect("the folder is there");
    refused(
        &[files[0].clone(), cut],
        &out,
        "run the part slice:2/2 again",
    );
    let in_place = files[0].parent().expect("a folder");
    refused(&files, in_place, "--report-dir");
    assert!(files[0].exists(), "the part is still there");
}
