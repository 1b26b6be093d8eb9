//! The target file (`assetproof.toml`, `schemas/formats/target.schema.json`): targets by name.
//! Which contracts its names stand for is not known here.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::known::KnownState;
use super::lacks::Lack;
use super::secret_ref::SecretRefs;
use crate::toml_file::{self, Place, Source, Table, Value, meant};
use crate::{Credentials, FileError, Target, snake_case};

/// How the entry of a target is written, at the least.
const ENTRY: &str = "{ base_url = \"http://127.0.0.1:8080\" }";

const BASE_URL: &str = "\"http://127.0.0.1:8080\"";
const STATE_URL: &str = "\"http://127.0.0.1:8080/_states\"";
const APIS: &str = "[\"metastudio\", \"smh\"]";

/// A file of targets.
#[derive(Debug)]
pub struct TargetFile {
    path: Arc<Path>,
    targets: BTreeMap<String, TargetEntry>,
}

/// What the file says of one target.
#[derive(Debug, Clone)]
pub struct TargetEntry {
    /// The target, without its credentials.
    pub target: Target,
    /// The APIs that it serves; empty for all.
    pub apis: Vec<Named>,
    /// The revision to judge by, by API.
    pub revisions: BTreeMap<String, Named>,
    /// The values of `target.tenant`, by their names as the file spells them.
    pub tenant: BTreeMap<String, Named>,
    secrets: SecretRefs,
}

/// A text of the file with its place, for whoever finds out later that it names nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The text.
    pub name: String,
    place: Place,
}

impl Named {
    fn read(value: &Value<'_>, example: &str) -> Result<Self, FileError> {
        Ok(Self {
            name: value.string(example)?.to_owned(),
            place: value.place(),
        })
    }

    /// An error about it, with file and line.
    pub fn error(&self, problem: impl Into<String>) -> FileError {
        self.place.error(problem)
    }
}

impl TargetFile {
    /// The name of the file that is read when none is named.
    pub const DEFAULT: &'static str = "assetproof.toml";

    /// Reads a file of targets.
    ///
    /// # Errors
    /// [`FileError`] names the first place that is not as it should be.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Self::parse(&toml_file::text(path)?, path)
    }

    /// Parses the content of such a file; `path` is for errors and reasons.
    ///
    /// # Errors
    /// As [`TargetFile::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, FileError> {
        let targets = Source::new(text, path).read(|root| {
            root.only(&["targets"])?;
            let mut targets = BTreeMap::new();
            if let Some(value) = root.get("targets") {
                let table = value.table(&format!("{{ NAME = {ENTRY} }}"))?;
                for (name, value) in table.values() {
                    targets.insert(name.to_owned(), TargetEntry::read(name, &value)?);
                }
            }
            if targets.is_empty() {
                let problem = "there is no target in the file: begin one with [targets.NAME]";
                return Err(root.place().error(problem));
            }
            Ok(targets)
        })?;
        Ok(Self {
            path: path.into(),
            targets,
        })
    }

    /// The target of that name.
    ///
    /// # Errors
    /// [`FileError::NoTarget`] says which there are.
    pub fn entry(&self, name: &str) -> Result<&TargetEntry, FileError> {
        self.targets.get(name).ok_or_else(|| FileError::NoTarget {
            path: self.path.to_path_buf(),
            name: name.to_owned(),
            way_out: meant(name, self.targets.keys().map(String::as_str)),
        })
    }
}

impl TargetEntry {
    fn read(name: &str, value: &Value<'_>) -> Result<Self, FileError> {
        let table = value.table(ENTRY)?;
        if name.is_empty() || name.contains(',') || name.contains("://") {
            let problem = format!("{name:?} cannot be the name of a target: take a plain word");
            return Err(table.place().error(problem));
        }
        table.only(&[
            "base_url",
            "apis",
            "revisions",
            "state_url",
            "timeout",
            "credentials",
            "tenant",
            "known",
            "lacks",
        ])?;
        let url = table.required("base_url", BASE_URL)?;
        let mut target =
            Target::new(url.string(BASE_URL)?).map_err(|error| unusable(&url, &error))?;
        name.clone_into(&mut target.name);
        if let Some(url) = table.get("state_url") {
            let parsed = Target::parse_url(url.string(STATE_URL)?);
            target.state_url = Some(parsed.map_err(|error| unusable(&url, &error))?);
        }
        if let Some(value) = table.get("timeout") {
            target.timeout = duration(&value)?;
        }
        let tenant = named(&table, "tenant", "project_id", "\"6a6a1f83\"")?;
        for (name, value) in &tenant {
            let name = snake_case(name);
            if target.tenant.contains_key(&name) {
                return Err(value.error(format!("{name} is given in two spellings: keep one")));
            }
            target.tenant.insert(name, value.name.clone());
        }
        if let Some(known) = table.get("known") {
            let known = known.tables()?;
            target.known = known
                .iter()
                .map(KnownState::read)
                .collect::<Result<_, _>>()?;
        }
        if let Some(lacks) = table.get("lacks") {
            let lacks = lacks.tables()?;
            target.lacks = lacks.iter().map(Lack::read).collect::<Result<_, _>>()?;
        }
        Ok(Self {
            target,
            apis: apis(&table)?,
            revisions: named(&table, "revisions", "roma", "\"2022-12\"")?,
            tenant,
            secrets: SecretRefs::read(&table)?,
        })
    }

    /// The target's credentials: those of `environment`, and for the others what `lookup` says of
    /// the variables that the file names.
    ///
    /// # Errors
    /// [`FileError::Line`] names the first variable that is needed and has no value.
    pub fn credentials(
        &self,
        environment: Credentials,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Credentials, FileError> {
        self.secrets.resolve(&self.target.name, environment, lookup)
    }
}

fn unusable(url: &Value<'_>, error: &crate::TargetError) -> FileError {
    url.error(format!("cannot be used: {error}"))
}

fn duration(value: &Value<'_>) -> Result<Duration, FileError> {
    let text = value.string("\"10s\"")?;
    // The library takes leading blanks, which the schema of the file does not.
    let text = Some(text).filter(|text| text.starts_with(|char: char| char.is_ascii_digit()));
    let duration = text.and_then(|text| humantime::parse_duration(text).ok());
    duration
        .filter(|it| !it.is_zero())
        .ok_or_else(|| value.error("is no length of time: write for instance \"500ms\" or \"10s\""))
}

fn apis(table: &Table<'_>) -> Result<Vec<Named>, FileError> {
    let Some(value) = table.get("apis") else {
        return Ok(Vec::new());
    };
    let apis = value.strings_with_places(APIS)?;
    if apis.is_empty() {
        let problem = format!("is empty: write apis = {APIS}, or leave it out for all of them");
        return Err(value.error(problem));
    }
    Ok(apis
        .into_iter()
        .map(|(name, place)| Named {
            name: name.to_owned(),
            place,
        })
        .collect())
}

/// A table of texts by name; `key` and `example` show how to write one.
fn named(
    table: &Table<'_>,
    name: &str,
    key: &str,
    example: &str,
) -> Result<BTreeMap<String, Named>, FileError> {
    let Some(value) = table.get(name) else {
        return Ok(BTreeMap::new());
    };
    let entries = value.table(&format!("{{ {key} = {example} }}"))?;
    entries
        .values()
        .map(|(key, value)| Ok((key.to_owned(), Named::read(&value, example)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Secret;
    use crate::target::fixture;

    #[test]
    fn a_target_is_as_it_is_written() {
        let entry = fixture::entry(
            "apis = [\"smh\", \"roma\"]\ntimeout = \"1500ms\"\nrevisions = { roma = \"2022-12\" }\n\
             tenant = { LibraryId = \"l1\" }\ncredentials = { token = { env = \"ACME_TOKEN\" } }",
        )
        .expect("a sound file");
        let apis: Vec<&str> = entry.apis.iter().map(|api| api.name.as_str()).collect();
        assert_eq!(apis, ["smh", "roma"]);
        assert_eq!(entry.target.timeout, Duration::from_millis(1500));
        assert_eq!(entry.revisions["roma"].name, "2022-12");
        assert_eq!(
            entry.target.tenant,
            BTreeMap::from([("library_id".to_owned(), "l1".to_owned())])
        );
        assert_eq!(
            entry.tenant["LibraryId"].error("is of no use").to_string(),
            "assetproof.toml:6: is of no use"
        );
        let lookup = |name: &str| (name == "ACME_TOKEN").then(|| "t0ken".to_owned());
        let credentials = entry.credentials(Credentials::default(), lookup);
        assert_eq!(
            credentials.expect("the variable is set"),
            Credentials {
                token: Some(Secret::new("t0ken")),
                ..Credentials::default()
            }
        );
    }

    #[rstest]
    #[case("")]
    #[case("acme,other")]
    #[case("http://127.0.0.1:8080")]
    fn a_name_is_a_plain_word(#[case] name: &str) {
        let text = format!("[targets.{name:?}]\nbase_url = \"http://127.0.0.1:8080\"");
        let error = TargetFile::parse(&text, Path::new("assetproof.toml")).expect_err("no name");
        assert_eq!(
            error.to_string(),
            format!(
                "assetproof.toml:1: {name:?} cannot be the name of a target: take a plain word"
            )
        );
    }

    #[rstest]
    #[case("0s")]
    #[case("soon")]
    #[case(" 10s")]
    fn a_timeout_is_a_length_of_time(#[case] timeout: &str) {
        let entry = fixture::entry(&format!("timeout = {timeout:?}"));
        assert_eq!(
            entry.err().as_deref(),
            Some(
                "assetproof.toml:3: targets.acme.timeout is no length of time: write for instance \
                 \"500ms\" or \"10s\""
            )
        );
    }
}
