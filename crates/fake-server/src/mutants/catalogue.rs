//! The catalogue: the files of `mutants/`, and what they may hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::{How, Mutant};
use crate::engine::Api;

/// Each API with its part of the catalogue.
const FILES: [(Api, &str, &str); 3] = [
    (
        Api::Metastudio,
        "metastudio.toml",
        include_str!("../../mutants/metastudio.toml"),
    ),
    (
        Api::Roma,
        "roma.toml",
        include_str!("../../mutants/roma.toml"),
    ),
    (Api::Smh, "smh.toml", include_str!("../../mutants/smh.toml")),
];

/// Why a requirement has no mutants.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exempt {
    /// The requirement's id.
    pub requirement: String,
    /// Why no server can break it so that it shows, or only in fewer ways than are asked for.
    pub reason: String,
}

/// What is wrong with a file of the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It is no TOML, or has a member that is none of a mutant.
    #[error("{file}: {source}")]
    Unreadable {
        /// The file's name.
        file: &'static str,
        /// What is wrong, with its line.
        source: toml::de::Error,
    },
    /// Two mutants have one id, or one has no defect.
    #[error("{file}: the mutant {id:?} {what}")]
    Mutant {
        /// The file's name.
        file: &'static str,
        /// The mutant's id.
        id: String,
        /// What is wrong with it, and the way out.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    mutant: Vec<Entry>,
    #[serde(default)]
    exempt: Vec<Exempt>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    breaks: String,
    does: String,
    revisions: Option<Vec<String>>,
    equivalent: Option<String>,
    #[serde(rename = "by")]
    how: How,
}

/// Mutants, and why there are no more of them.
#[derive(Debug)]
pub struct Catalogue {
    /// By API, in the order of their files.
    pub mutants: Vec<Arc<Mutant>>,
    /// The requirements that have fewer mutants than are asked for, with the API that says so.
    pub exempt: Vec<(Api, Exempt)>,
}

impl Catalogue {
    /// The catalogue that is built in.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::read(|file| {
            let (_, _, text) = FILES.into_iter().find(|(_, name, _)| *name == file)?;
            Some(text.to_owned())
        })
    }

    /// The names of the files, one for each API.
    pub fn files() -> impl Iterator<Item = &'static str> {
        FILES.into_iter().map(|(_, file, _)| file)
    }

    /// The catalogue whose files `text` gives by name (`roma.toml`); a file that it has not is an
    /// empty one.
    pub fn read(
        mut text: impl FnMut(&'static str) -> Option<String>,
    ) -> Result<Self, CatalogueError> {
        let (mut mutants, mut exempt) = (Vec::new(), Vec::new());
        let mut ids = BTreeSet::new();
        for (api, file, _) in FILES {
            let text = text(file).unwrap_or_default();
            let parsed: File = toml::from_str(&text)
                .map_err(|source| CatalogueError::Unreadable { file, source })?;
            exempt.extend(parsed.exempt.into_iter().map(|exempt| (api, exempt)));
            for entry in parsed.mutant {
                let wrong = |what| CatalogueError::Mutant {
                    file,
                    id: entry.id.clone(),
                    what,
                };
                if !ids.insert(entry.id.clone()) {
                    return Err(wrong("is there twice: give one of them another id"));
                }
                if !is_id(&entry.id) {
                    return Err(wrong("has no good id: small letters, digits and hyphens"));
                }
                if entry.revisions.as_ref().is_some_and(Vec::is_empty) {
                    return Err(wrong(
                        "is in no revision: name some, or leave \"revisions\" out for all",
                    ));
                }
                if entry.does.trim().is_empty() {
                    return Err(wrong("does nothing: say in a line what it does wrong"));
                }
                if entry
                    .equivalent
                    .as_ref()
                    .is_some_and(|why| why.trim().is_empty())
                {
                    return Err(wrong(
                        "is equivalent for no reason: say why nobody can tell",
                    ));
                }
                if entry.how.is_none() {
                    return Err(wrong("has no defect: say under \"by\" where it is made"));
                }
                mutants.push(Arc::new(Mutant {
                    id: entry.id,
                    api,
                    revisions: entry.revisions.unwrap_or_else(|| revisions(api)),
                    breaks: entry.breaks,
                    does: entry.does,
                    equivalent: entry.equivalent,
                    how: entry.how,
                }));
            }
        }
        Ok(Self { mutants, exempt })
    }
}

/// Whether it can be the name of a folder anywhere.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(allowed)
}

/// The embedded revisions of an API.
fn revisions(api: Api) -> Vec<String> {
    let names = contract::embedded::names().into_iter();
    names
        .filter(|(name, _)| *name == api.name())
        .map(|(_, revision)| revision.to_owned())
        .collect()
}

impl How {
    fn is_none(&self) -> bool {
        self.reads.is_empty()
            && self.requests.is_empty()
            && self.credentials.is_none()
            && self.slip.is_none()
            && self.answers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_files_can_be_read() {
        let catalogue = Catalogue::embedded().unwrap_or_else(|error| panic!("{error}"));
        assert!(!catalogue.mutants.is_empty());
    }

    #[rstest]
    #[case::good("x-1", "It.", "", None)]
    #[case::no_id("", "It.", "", Some("has no good id"))]
    #[case::a_path("../../x", "It.", "", Some("has no good id"))]
    #[case::capitals("X", "It.", "", Some("has no good id"))]
    #[case::nowhere("x", "It.", "revisions = []", Some("is in no revision"))]
    #[case::for_no_reason("x", "It.", "equivalent = \" \"", Some("equivalent for no reason"))]
    #[case::nothing("x", " ", "", Some("does nothing"))]
    fn an_entry_that_says_too_little_is_refused(
        #[case] id: &str,
        #[case] does: &str,
        #[case] more: &str,
        #[case] refused: Option<&str>,
    ) {
        let entry = format!(
            "[[mutant]]\nid = {id:?}\nbreaks = \"SM-BD-10\"\ndoes = {does:?}\n{more}\n\
             [[mutant.by.answers]]\nraw = \"empty\"\n"
        );
        let read = Catalogue::read(|file| (file == "smh.toml").then(|| entry.clone()));
        match (read, refused) {
            (Ok(catalogue), None) => assert_eq!(catalogue.mutants.len(), 1),
            (Err(error), Some(refused)) => {
                let told = error.to_string();
                assert!(told.starts_with("smh.toml: the mutant"), "{told}");
                assert!(told.contains(refused), "{told}");
            }
            (read, _) => panic!("{read:?}"),
        }
    }
}
