//! Defects of reading: a contract in which something stands that the documentation does not say.

use std::collections::BTreeMap;

use contract::embedded;
use serde::Deserialize;

use super::Mutant;

/// A passage that was misread.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Misreading {
    /// A file in the contract's folder, e.g. `openapi.yaml`.
    file: String,
    /// What stands there, exactly once unless `all` is told.
    says: String,
    /// What was read.
    #[serde(rename = "as")]
    read_as: String,
    /// Whether it was misread wherever it stands.
    #[serde(default)]
    all: bool,
}

/// A passage that is not there, or not once.
#[derive(Debug, thiserror::Error)]
#[error(
    "the mutant {id} misreads {says:?}, which stands {count} times in {file}: it has to stand there \
     once, or the mutant has to misread all of them"
)]
pub struct NoSuchPassage {
    id: String,
    file: String,
    says: String,
    count: usize,
}

impl Mutant {
    /// Whether the contract was misread.
    pub(crate) fn misreads(&self) -> bool {
        !self.how.reads.is_empty()
    }

    /// The files of its API's contract that were misread, by path, as they were read.
    pub(crate) fn misread(
        &self,
        revision: &str,
    ) -> Result<BTreeMap<String, Vec<u8>>, NoSuchPassage> {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for misreading in &self.how.reads {
            let path = format!("schemas/{}/{revision}/{}", self.api, misreading.file);
            let bytes = files.get(&path).map(Vec::as_slice);
            let bytes = bytes.or_else(|| embedded::file(&path)).unwrap_or_default();
            let text = String::from_utf8_lossy(bytes);
            let count = text.matches(&misreading.says).count();
            if count == 0 || count > 1 && !misreading.all {
                return Err(NoSuchPassage {
                    id: self.id.clone(),
                    file: path,
                    says: misreading.says.clone(),
                    count,
                });
            }
            let text = text.replace(&misreading.says, &misreading.read_as);
            files.insert(path, text.into_bytes());
        }
        Ok(files)
    }
}
