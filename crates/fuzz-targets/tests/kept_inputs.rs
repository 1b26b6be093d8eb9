//! Every input that was kept, through the target that it belongs to: the seeds, and what once made a
//! target fail. It needs no fuzzer.

use std::any::Any;
use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz_targets::TARGETS;
use rstest::rstest;

/// The kept inputs that reach new places, and those that once made a target fail.
const KEPT: [&str; 2] = ["corpus", "regressions"];

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The names in a folder without what follows a dot; none where there is no such folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let stems = entries.map(|entry| {
        let path = entry.expect("the folder can be read").path();
        let stem = path.file_stem().expect("a name");
        stem.to_string_lossy().into_owned()
    });
    stems.collect()
}

fn targets() -> BTreeSet<String> {
    TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect()
}

#[test]
fn every_kept_input_passes() {
    let mut failed = Vec::new();
    for target in TARGETS {
        for folder in KEPT.map(|kept| fuzz().join(kept).join(target.name)) {
            for entry in fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.expect("the folder can be read").path();
                let input = fs::read(&path).expect("the input can be read");
                if let Err(panic) = catch_unwind(|| (target.run)(&input)) {
                    failed.push(format!("{}: {}", path.display(), said(&*panic)));
                }
            }
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

fn said(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or_default()
}

#[test]
fn every_target_is_built_and_has_seeds() {
    assert_eq!(names(&fuzz().join("fuzz_targets")), targets());
    assert_eq!(names(&fuzz().join("corpus")), targets());
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("it can be read");
    for target in TARGETS {
        assert!(manifest.contains(&format!("\nname = \"{}\"\n", target.name)));
        assert!(!names(&fuzz().join("corpus").join(target.name)).is_empty());
    }
}

#[rstest]
#[case("regressions")]
#[case("dictionaries")]
fn nothing_is_kept_for_a_target_that_is_not(#[case] folder: &str) {
    let strays: Vec<String> = names(&fuzz().join(folder))
        .difference(&targets())
        .cloned()
        .collect();
    assert!(strays.is_empty(), "{strays:?}");
}
