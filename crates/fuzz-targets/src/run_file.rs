//! Run files: read, written again, merged, and every report rendered. An input is one file, or the
//! parts of one run.

use std::path::{Path, PathBuf};

use conformance::run::{Line, Run, merge_runs};

use crate::{parts, reports};

/// Reads the files, and does everything with them that is done with run files.
pub fn run(input: &[u8]) {
    let mut runs = Vec::new();
    for (index, part) in parts::of(input).enumerate() {
        let path = PathBuf::from(format!("part-{index}.ndjson"));
        // The line feed that ends a file went with the line between two.
        let whole = [part, b"\n"].concat();
        let read = Run::parse(part, &path).or_else(|_| Run::parse(&whole, &path));
        match read {
            Ok(run) => {
                comes_back(&run, &path);
                reports::render(&run);
                runs.push((path, run));
            }
            Err(error) => assert!(error.to_string().starts_with("part-"), "{error}"),
        }
    }
    match merge_runs(runs) {
        Ok(run) => reports::render(&run),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A run that is written is read as the same.
fn comes_back(run: &Run, path: &Path) {
    let header = Line::Header(Box::new(run.header.clone()));
    let cases = run
        .cases
        .iter()
        .map(|case| Line::Case(Box::new(case.clone())));
    let footer = run.footer.clone().map(Line::Footer);
    let mut written = Vec::new();
    for line in [header].into_iter().chain(cases).chain(footer) {
        serde_json::to_writer(&mut written, &line).expect("it can be written");
        written.push(b'\n');
    }
    let again = Run::parse(&written, path).expect("it can be read");
    assert_eq!(again, *run);
}
