//! What can go wrong with the headers of a message.

use serde::Deserialize;

/// One header that is other than it should be.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct HeaderDefect {
    /// Its name, in any case.
    name: String,
    /// What it holds instead; none takes it away.
    value: Option<String>,
    /// The name that it has instead.
    renamed: Option<String>,
    /// Whether it comes beside what is there already.
    #[serde(default)]
    beside: bool,
}

impl HeaderDefect {
    /// Makes the defect.
    pub(super) fn make(&self, headers: &mut Vec<(String, Vec<u8>)>) {
        if let Some(renamed) = &self.renamed {
            for (name, _) in headers.iter_mut() {
                if name.eq_ignore_ascii_case(&self.name) {
                    name.clone_from(renamed);
                }
            }
            return;
        }
        if !self.beside {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case(&self.name));
        }
        if let Some(value) = &self.value {
            headers.push((self.name.clone(), value.clone().into_bytes()));
        }
    }
}
