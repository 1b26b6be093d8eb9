//! Joining the files of a partitioned run: the run that they are parts of, as if it had been made
//! in one process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{CaseRecord, Counts, Footer, Header, MergeError, PartitionRecord, ReadError, Run};

/// More missing parts than these are only counted.
const NAMED: usize = 8;

/// Reads the files and joins them: each part exactly once, all of one run.
///
/// The joined run has taken as long as its longest part, since parts run side by side. Its target's
/// base URL is that of the parts, or all of them where each part had a server of its own.
///
/// # Errors
/// [`MergeError`] names the file that cannot be a part of it, or the part that is not there.
pub fn merge(paths: &[PathBuf]) -> Result<Run, MergeError> {
    merged(paths.iter().map(|path| (&**path, Run::read(path))))
}

/// As [`merge`], of runs that are read already; their paths are for errors.
///
/// # Errors
/// As [`merge`].
pub fn merge_runs(runs: Vec<(PathBuf, Run)>) -> Result<Run, MergeError> {
    let (paths, runs): (Vec<PathBuf>, Vec<Run>) = runs.into_iter().unzip();
    merged(
        paths
            .iter()
            .map(PathBuf::as_path)
            .zip(runs.into_iter().map(Ok)),
    )
}

fn merged<'p>(
    files: impl Iterator<Item = (&'p Path, Result<Run, ReadError>)>,
) -> Result<Run, MergeError> {
    let mut parts: BTreeMap<usize, Part<'_>> = BTreeMap::new();
    let mut first: Option<(&Path, Header)> = None;
    for (path, run) in files {
        let part = Part::of(path, run?)?;
        let header = common(&part.run.header);
        match &first {
            None => first = Some((path, header)),
            Some((known, expected)) => same(known, expected, path, &header)?,
        }
        if let Some(known) = parts.get(&part.partition.part) {
            return Err(MergeError::Doubled {
                partition: notation(&part.partition),
                first: known.path.to_owned(),
                second: path.to_owned(),
            });
        }
        parts.insert(part.partition.part, part);
    }
    let Some((_, header)) = first else {
        return Err(MergeError::Nothing);
    };
    complete(&parts, header.seed)?;
    distinct(&parts)?;
    Ok(joined(header, parts.into_values().map(|part| part.run)))
}

/// One file.
struct Part<'p> {
    path: &'p Path,
    run: Run,
    partition: PartitionRecord,
}

impl<'p> Part<'p> {
    fn of(path: &'p Path, run: Run) -> Result<Self, MergeError> {
        let Some(partition) = run.header.partition.clone() else {
            return Err(MergeError::Whole {
                path: path.to_owned(),
            });
        };
        if partition.part == 0 || partition.part > partition.of {
            return Err(MergeError::NoPart {
                path: path.to_owned(),
                partition: notation(&partition),
            });
        }
        // A part that stopped at a failure has told what it is about.
        let stopped = run
            .footer
            .as_ref()
            .is_some_and(|footer| footer.stopped.is_some() && !footer.interrupted);
        let more = run.cases.len() > partition.cases;
        match run.cut_short() {
            Some(said) if !stopped => Err(MergeError::CutShort {
                path: path.to_owned(),
                said,
                partition: notation(&partition),
            }),
            None if more => Err(MergeError::TooMany {
                path: path.to_owned(),
                cases: run.cases.len(),
                expected: partition.cases,
            }),
            _ => Ok(Self {
                path,
                run,
                partition,
            }),
        }
    }
}

/// `slice:2/3`.
fn notation(partition: &PartitionRecord) -> String {
    format!("{}:{}/{}", partition.scheme, partition.part, partition.of)
}

/// What the headers of all parts have in common; the base URL is compared by nobody.
fn common(header: &Header) -> Header {
    let mut header = header.clone();
    if let Some(partition) = &mut header.partition {
        partition.part = 0;
        partition.cases = 0;
    }
    header
}

/// Proves that two parts are of one run.
fn same(known: &Path, expected: &Header, path: &Path, header: &Header) -> Result<(), MergeError> {
    let differs = |what: &'static str, first: String, second: String| {
        Err(MergeError::Foreign {
            path: path.to_owned(),
            other: known.to_owned(),
            what,
            first,
            second,
        })
    };
    let tool = |header: &Header| format!("{} {}", header.tool.name, header.tool.version);
    if expected.tool != header.tool {
        return differs("the program", tool(expected), tool(header));
    }
    if expected.seed != header.seed {
        return differs("--seed", expected.seed.to_string(), header.seed.to_string());
    }
    if expected.strict != header.strict {
        return differs(
            "--strict",
            expected.strict.to_string(),
            header.strict.to_string(),
        );
    }
    if expected.contracts != header.contracts {
        let (first, second) = contracts(expected, header);
        return differs("the list of contracts", first, second);
    }
    if let (Some(first), Some(second)) = (&expected.partition, &header.partition) {
        let parts = |of: &PartitionRecord| format!("{}:…/{}", of.scheme, of.of);
        if (&first.scheme, first.of) != (&second.scheme, second.of) {
            return differs("--partition", parts(first), parts(second));
        }
        let cases = |header: &Header, of: &PartitionRecord| {
            let digest: String = of.plan.chars().take(12).collect();
            format!("{} cases with the checksum {digest}", header.selected)
        };
        if first.plan != second.plan || expected.selected != header.selected {
            let (first, second) = (cases(expected, first), cases(header, second));
            return differs("the selection", first, second);
        }
    }
    // Each part may have a server of its own, at a port of its own; its name is what counts.
    let mut target = header.target.clone();
    target.base_url.clone_from(&expected.target.base_url);
    if expected.target != target {
        let told = |header: &Header| {
            let with = if header.target.state_url {
                "with"
            } else {
                "without"
            };
            format!("{} {with} a state URL", header.target.name)
        };
        return differs("the target", told(expected), told(header));
    }
    Ok(())
}

/// The contracts of both by name, or by checksum where the names are the same.
fn contracts(first: &Header, second: &Header) -> (String, String) {
    let told = |header: &Header, checksums: bool| {
        let told: Vec<String> = header
            .contracts
            .iter()
            .map(|contract| {
                let checksum: String = contract.checksum.chars().take(12).collect();
                let name = format!("{}/{}", contract.api, contract.revision);
                if checksums {
                    format!("{name} with the checksum {checksum}")
                } else {
                    name
                }
            })
            .collect();
        told.join(", ")
    };
    let names = (told(first, false), told(second, false));
    if names.0 == names.1 {
        (told(first, true), told(second, true))
    } else {
        names
    }
}

/// Proves that every part is there.
fn complete(parts: &BTreeMap<usize, Part<'_>>, seed: u64) -> Result<(), MergeError> {
    let Some(one) = parts.values().next().map(|part| &part.partition) else {
        return Err(MergeError::Nothing);
    };
    let missing = one.of - parts.len();
    if missing == 0 {
        return Ok(());
    }
    let named: Vec<String> = (1..=one.of)
        .filter(|part| !parts.contains_key(part))
        .take(NAMED)
        .map(|part| format!("{}:{part}/{}", one.scheme, one.of))
        .collect();
    let mut told = named.join(", ");
    if missing > named.len() {
        told = format!("{told} and {} more", missing - named.len());
    }
    Err(MergeError::Missing {
        parts: told,
        seed,
        there: parts.len(),
        of: one.of,
    })
}

/// Proves that no two parts have a case in common, and that together they have all.
fn distinct(parts: &BTreeMap<usize, Part<'_>>) -> Result<(), MergeError> {
    let mut seen: BTreeMap<(&str, &str, &str), &Path> = BTreeMap::new();
    for part in parts.values() {
        for case in &part.run.cases {
            if let Some(known) = seen.insert(key(case), part.path) {
                return Err(MergeError::Shared {
                    case: case.id.clone(),
                    first: known.to_owned(),
                    second: part.path.to_owned(),
                });
            }
        }
    }
    let Some(one) = parts.values().next() else {
        return Err(MergeError::Nothing);
    };
    let selected = one.run.header.selected;
    let held: usize = parts
        .values()
        .map(|part| part.partition.cases)
        .fold(0, usize::saturating_add);
    if held != selected {
        return Err(MergeError::Sum { held, selected });
    }
    Ok(())
}

fn key(case: &CaseRecord) -> (&str, &str, &str) {
    (&case.api, &case.revision, &case.id)
}

fn joined(mut header: Header, parts: impl Iterator<Item = Run>) -> Run {
    let mut urls: Vec<String> = Vec::new();
    let mut cases: Vec<CaseRecord> = Vec::new();
    let mut footer = Footer {
        counts: Counts::default(),
        interrupted: false,
        stopped: None,
        duration_us: 0,
    };
    for part in parts {
        if !urls.contains(&part.header.target.base_url) {
            urls.push(part.header.target.base_url);
        }
        cases.extend(part.cases);
        if let Some(of_part) = part.footer {
            footer.stopped = footer.stopped.or(of_part.stopped);
            footer.duration_us = footer.duration_us.max(of_part.duration_us);
        }
    }
    cases.sort_by(|a, b| key(a).cmp(&key(b)));
    for case in &cases {
        footer.counts.add(case);
    }
    header.partition = None;
    header.target.base_url = urls.join(", ");
    Run {
        header,
        cases,
        footer: Some(footer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{RunWriter, Verdict, fixture};

    fn counts(run: &Run) -> Counts {
        let mut counts = Counts::default();
        run.cases.iter().for_each(|case| counts.add(case));
        counts
    }

    /// The fixture's run in so many slices.
    fn parts(of: usize) -> Vec<Run> {
        let whole = fixture::run();
        (1..=of)
            .map(|part| {
                let mut run = whole.clone();
                let mut index = 0;
                run.cases.retain(|_| {
                    index += 1;
                    (index - 1) % of + 1 == part
                });
                run.footer.as_mut().unwrap().counts = counts(&run);
                run.header.partition = Some(PartitionRecord {
                    scheme: "slice".to_owned(),
                    part,
                    of,
                    cases: run.cases.len(),
                    plan: "ab".repeat(32),
                });
                run
            })
            .collect()
    }

    /// Files of one test, gone when it ends.
    struct Files(PathBuf, Vec<PathBuf>);

    impl Files {
        fn of(name: &str, runs: &[Run]) -> Self {
            let folder = std::env::temp_dir()
                .join(format!("assetproof-merge-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let paths = runs.iter().enumerate().map(|(index, run)| {
                let path = folder.join(format!("part-{index}.ndjson"));
                RunWriter::create(&path).unwrap().run(run).unwrap();
                path
            });
            let paths = paths.collect();
            Self(folder, paths)
        }

        fn refused(&self) -> String {
            merge(&self.1).expect_err("refused").to_string()
        }
    }

    impl Drop for Files {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_parts_amount_to_the_whole_in_any_order() {
        for of in 1..=10 {
            let mut runs = parts(of);
            runs.reverse();
            let files = Files::of("whole", &runs);
            assert_eq!(merge(&files.1).unwrap(), fixture::run(), "{of} parts");
            let read = files.1.iter().cloned().zip(runs).collect();
            assert_eq!(merge_runs(read).unwrap(), fixture::run(), "{of} parts");
        }
    }

    #[test]
    fn a_server_for_each_part_is_told_by_each_address() {
        let mut runs = parts(2);
        runs[1].header.target.base_url = "http://127.0.0.1:8081".to_owned();
        let files = Files::of("servers", &runs);
        assert_eq!(
            merge(&files.1).unwrap().header.target.base_url,
            "http://127.0.0.1:8080, http://127.0.0.1:8081"
        );
    }

    #[test]
    fn a_part_that_stopped_at_a_failure_is_one() {
        let mut runs = parts(2);
        let failing = runs
            .iter_mut()
            .find(|run| run.cases.iter().any(|case| case.verdict == Verdict::Fail))
            .unwrap();
        failing.cases.retain(|case| case.verdict == Verdict::Fail);
        let counts = counts(failing);
        let footer = failing.footer.as_mut().unwrap();
        footer.counts = counts;
        footer.stopped = Some("a/b/c failed".to_owned());
        let merged = merge(&Files::of("stopped", &runs).1).unwrap();
        let said = merged.cut_short().unwrap();
        assert!(said.contains("because a/b/c failed"), "{said}");
    }

    #[test]
    fn of_many_missing_parts_the_first_are_named_and_the_rest_counted() {
        let mut runs = parts(10);
        runs.truncate(1);
        let said = Files::of("many", &runs).refused();
        assert!(said.contains("slice:9/10 and 1 more"), "{said}");
        let mut runs = parts(9);
        runs.truncate(1);
        let said = Files::of("few", &runs).refused();
        assert!(
            said.contains("slice:9/9") && !said.contains("more"),
            "{said}"
        );
    }

    #[test]
    fn nothing_is_no_run() {
        assert!(matches!(merge(&[]), Err(MergeError::Nothing)));
    }

    /// Spoils the parts of three.
    type Spoil = fn(&mut Vec<Run>);

    fn partition(run: &mut Run) -> &mut PartitionRecord {
        run.header.partition.as_mut().unwrap()
    }

    fn footer(run: &mut Run) -> &mut Footer {
        run.footer.as_mut().unwrap()
    }

    fn refused(name: &str, table: &[(Spoil, &str)]) {
        for (index, (spoil, says)) in table.iter().enumerate() {
            let mut runs = parts(3);
            spoil(&mut runs);
            let said = Files::of(&format!("{name}-{index}"), &runs).refused();
            assert!(said.contains(says), "{said:?} should say {says:?}");
        }
    }

    #[test]
    fn parts_of_another_run_are_refused_with_what_differs() {
        let table: &[(Spoil, &str)] = &[
            (
                |runs| runs[1].header.seed = 43,
                "part-1.ndjson: --seed is 43, but 42 in",
            ),
            (|runs| runs[1].header.strict = true, "--strict is true"),
            (
                |runs| runs[1].header.tool.version = "9".to_owned(),
                "the program is assetproof 9",
            ),
            (
                |runs| drop(runs[1].header.contracts.pop()),
                "the list of contracts is",
            ),
            (
                |runs| runs[1].header.contracts[0].checksum = "f00".to_owned(),
                "metastudio/2025-12 with the checksum f00",
            ),
            (
                |runs| runs[1].header.target.name = "other".to_owned(),
                "the target is other",
            ),
            (
                |runs| partition(&mut runs[1]).scheme = "hash".to_owned(),
                "--partition is hash:…/3",
            ),
            (
                |runs| partition(&mut runs[1]).of = 4,
                "--partition is slice:…/4",
            ),
            (
                |runs| partition(&mut runs[1]).plan = "cd".repeat(32),
                "the selection is",
            ),
            (|runs| runs[1].header.selected += 1, "the selection is"),
        ];
        refused("foreign", table);
    }

    #[test]
    fn what_is_not_every_part_once_is_refused_with_the_way_out() {
        let table: &[(Spoil, &str)] = &[
            (|runs| drop(runs.remove(1)), "slice:2/3 is missing"),
            (|runs| drop(runs.remove(1)), "--seed 42"),
            (
                |runs| runs[1] = runs[0].clone(),
                "part-1.ndjson: the part slice:1/3 is in",
            ),
            (
                |runs| runs[1].header.partition = None,
                "part-1.ndjson: a whole run",
            ),
            (
                |runs| runs[2].footer = None,
                "part-2.ndjson: this run was cut short",
            ),
            (|runs| runs[2].footer = None, "run the part slice:3/3 again"),
            (
                |runs| footer(&mut runs[2]).interrupted = true,
                "part-2.ndjson: this run was interrupted",
            ),
            (
                |runs| {
                    runs[0].cases.pop();
                    footer(&mut runs[0]).counts = counts(&runs[0]);
                },
                "part-0.ndjson: this run is incomplete",
            ),
            (
                |runs| partition(&mut runs[1]).part = 4,
                "part-1.ndjson: there is no part slice:4/3",
            ),
            (
                |runs| {
                    let case = runs[0].cases[0].clone();
                    runs[1].cases[0] = case;
                    footer(&mut runs[1]).counts = counts(&runs[1]);
                },
                "is in ",
            ),
            (
                |runs| {
                    let mut case = runs[0].cases[0].clone();
                    case.id.push_str("-other");
                    runs[1].cases.push(case);
                    footer(&mut runs[1]).counts = counts(&runs[1]);
                },
                "part-1.ndjson: it holds 4 cases",
            ),
            (
                |runs| runs.iter_mut().for_each(|run| run.header.selected += 1),
                "have 10 cases together",
            ),
        ];
        refused("incomplete", table);
    }

    #[test]
    fn a_great_many_missing_parts_are_not_all_named() {
        let mut runs = parts(1);
        runs[0].header.partition.as_mut().unwrap().of = usize::MAX;
        let said = Files::of("many", &runs).refused();
        assert!(said.contains("slice:9/"), "{said}");
        assert!(said.len() < 1000, "{said}");
    }

    #[test]
    fn what_is_no_run_file_is_named() {
        let files = Files::of("broken", &parts(2));
        std::fs::write(&files.1[1], "<html>\n").unwrap();
        let said = files.refused();
        assert!(said.contains("part-1.ndjson:1: "), "{said}");
    }
}
