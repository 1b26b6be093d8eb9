//! One known failure.

use globset::GlobMatcher;

use crate::FileError;
use crate::case::glob;
use crate::toml_file::{Place, Table};

/// A known failure, as `[[known]]` lists it.
#[derive(Debug)]
pub(super) struct Entry {
    cases: GlobMatcher,
    /// Only findings of this requirement are known.
    pub(super) requirement: Option<String>,
    /// Only this target fails.
    target: Option<String>,
    pub(super) reason: String,
    pub(super) place: Place,
}

impl Entry {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, FileError> {
        table.only(&["case", "requirement", "target", "reason"])?;
        let (case, reason) = ("\"smh/batch-delete/**\"", "\"why it fails\"");
        let pattern = table.required("case", case)?;
        let text = |key: &str, example: &str| -> Result<Option<String>, FileError> {
            let value = table.get(key).map(|value| value.string(example));
            Ok(value.transpose()?.map(ToOwned::to_owned))
        };
        Ok(Self {
            cases: glob(pattern.string(case)?)
                .map_err(|error| pattern.error(format!("is no pattern: {error}")))?,
            requirement: text("requirement", "\"MS-BA-18\"")?,
            target: text("target", "\"acme\"")?,
            reason: table.required("reason", reason)?.string(reason)?.to_owned(),
            place: table.place(),
        })
    }

    /// Whether it is about the target of that name.
    pub(super) fn is_about(&self, target: &str) -> bool {
        self.target.as_deref().is_none_or(|name| name == target)
    }

    /// Whether it is about the case of that id.
    pub(super) fn matches(&self, case: &str) -> bool {
        self.cases.is_match(case)
    }

    /// Whether a finding of this requirement is known.
    pub(super) fn explains(&self, requirement: Option<&str>) -> bool {
        self.requirement.is_none() || self.requirement.as_deref() == requirement
    }

    /// The pattern as it is written.
    pub(super) fn pattern(&self) -> &str {
        self.cases.glob().glob()
    }
}
