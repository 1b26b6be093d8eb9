//! The names of what can be linked to within the page, of characters that need no escaping.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::run::{CaseRecord, Run};

/// A link to a case or a requirement.
#[derive(Debug, Serialize)]
pub(super) struct Reference<'a> {
    pub(super) id: &'a str,
    pub(super) anchor: String,
}

/// The names of a run's cases: short, because a case is linked to from many places.
#[derive(Debug)]
pub(super) struct Anchors<'r> {
    cases: BTreeMap<(&'r str, &'r str, &'r str), usize>,
}

impl<'r> Anchors<'r> {
    pub(super) fn of(run: &'r Run) -> Self {
        let cases = run.cases.iter().enumerate();
        Self {
            cases: cases
                .map(|(index, case)| ((&*case.api, &*case.revision, &*case.id), index + 1))
                .collect(),
        }
    }

    /// The name of this case.
    pub(super) fn case(&self, case: &CaseRecord) -> String {
        self.named(&case.api, &case.revision, &case.id)
            .unwrap_or_default()
    }

    /// The name of the case with this id, if there is one.
    pub(super) fn named(&self, api: &str, revision: &str, id: &str) -> Option<String> {
        let number = self.cases.get(&(api, revision, id))?;
        Some(format!("c{number}"))
    }
}

/// The name of a requirement.
pub(super) fn requirement(api: &str, revision: &str, id: &str) -> String {
    let mut anchor = "r".to_owned();
    for part in [api, revision, id] {
        anchor.push('-');
        anchor.extend(part.chars().map(|c| match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') => c,
            _ => '-',
        }));
    }
    anchor
}

#[cfg(test)]
mod tests {
    use super::requirement;

    #[test]
    fn a_name_holds_nothing_that_a_link_would_have_to_encode() {
        assert_eq!(
            requirement("a b", "2025-12", "X_1./#"),
            "r-a-b-2025-12-X_1.--"
        );
    }
}
