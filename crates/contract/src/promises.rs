//! Requirements and errata: read from their files, and looked up by id.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::de::DeserializeOwned;

use crate::document::{Cursor, Document};
use crate::names::way_out;
use crate::{Erratum, Error, Place, Requirement, Result};

/// What can be cited by id.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    pub(crate) requirements: BTreeMap<String, Requirement>,
    pub(crate) errata: BTreeMap<String, Erratum>,
    declared: BTreeMap<String, Place>,
}

impl Promises {
    /// Adds the requirements of a `requirements.yaml`.
    pub(crate) fn add_requirements(&mut self, document: &Document) -> Result<()> {
        for (id, requirement) in self.entries::<Requirement>(document, "requirements")? {
            self.requirements.insert(id, requirement);
        }
        Ok(())
    }

    /// Adds the errata of an `errata.yaml`.
    pub(crate) fn add_errata(&mut self, document: &Document) -> Result<()> {
        for (id, erratum) in self.entries::<Erratum>(document, "errata")? {
            self.errata.insert(id, erratum);
        }
        Ok(())
    }

    fn entries<T: DeserializeOwned>(
        &mut self,
        document: &Document,
        list: &str,
    ) -> Result<Vec<(String, T)>> {
        let mut entries = Vec::new();
        for item in document.cursor().required(list)?.items()? {
            let id = item.required("id")?;
            match self.declared.entry(id.text()?.to_owned()) {
                Entry::Occupied(first) => {
                    return Err(Error::Duplicate {
                        place: id.place(),
                        what: first.key().clone(),
                        first: first.get().clone(),
                        way_out: "an id is never reused: give this one the next free number",
                    });
                }
                Entry::Vacant(entry) => {
                    entry.insert(id.place());
                }
            }
            entries.push((id.text()?.to_owned(), item.read()?));
        }
        Ok(entries)
    }

    /// The requirement that the text at `cursor` names.
    pub(crate) fn requirement(&self, cursor: &Cursor<'_>) -> Result<&Requirement> {
        let id = cursor.text()?;
        self.requirements.get(id).ok_or_else(|| Error::UnknownId {
            place: cursor.place(),
            kind: "requirement",
            id: id.to_owned(),
            way_out: format!(
                "{}; requirements.yaml declares them",
                way_out(id, self.requirements.keys().map(String::as_str))
            ),
        })
    }

    /// The erratum that the text at `cursor` names.
    pub(crate) fn erratum(&self, cursor: &Cursor<'_>) -> Result<&Erratum> {
        let id = cursor.text()?;
        self.errata.get(id).ok_or_else(|| Error::UnknownId {
            place: cursor.place(),
            kind: "erratum",
            id: id.to_owned(),
            way_out: format!(
                "{}; errata.yaml declares them",
                way_out(id, self.errata.keys().map(String::as_str))
            ),
        })
    }

    /// The id in the member `key`, if it is there; it has to name a requirement.
    pub(crate) fn optional_requirement(
        &self,
        cursor: &Cursor<'_>,
        key: &str,
    ) -> Result<Option<String>> {
        cursor
            .get(key)
            .map(|id| Ok(self.requirement(&id)?.id.clone()))
            .transpose()
    }

    /// The id in the member `key`, if it is there; it has to name an erratum.
    pub(crate) fn optional_erratum(
        &self,
        cursor: &Cursor<'_>,
        key: &str,
    ) -> Result<Option<String>> {
        cursor
            .get(key)
            .map(|id| Ok(self.erratum(&id)?.id.clone()))
            .transpose()
    }
}
