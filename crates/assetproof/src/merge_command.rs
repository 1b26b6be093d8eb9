//! `assetproof merge`: from the files of a partitioned run to one run, its reports and exit code.

use std::fs;
use std::path::{Path, PathBuf};

use conformance::run::{RunWriter, merge};

use crate::cli::MergeArgs;
use crate::{Error, Result, reports};

pub(crate) fn run(args: &MergeArgs) -> Result<u8> {
    let folder = &args.report_dir;
    let path = folder.join(reports::RUN_FILE);
    if let Some(part) = args.part.iter().find(|part| same_file(part, &path)) {
        return Err(Error::MergeOverPart { path: part.clone() });
    }
    let run = merge(&args.part)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::ReportDir { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    reports::remove_stale(folder)?;
    RunWriter::create(&path)
        .and_then(|mut out| out.run(&run))
        .map_err(failed(&path))?;
    reports::publish(&run, None, folder)
}

/// Whether both are there and one.
fn same_file(one: &PathBuf, other: &PathBuf) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
