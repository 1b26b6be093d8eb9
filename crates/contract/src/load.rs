//! From files to a contract: reads what belongs to it, and hands it on to be linked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::document::{self, Cursor, Document};
use crate::files::{Files, read_plain};
use crate::link::Linker;
use crate::promises::Promises;
use crate::schemas::{SCHEME, join, resolve_reference};
use crate::vocabulary::{Owner, refuse_unknown};
use crate::yaml::{Data, Node};
use crate::{Contract, Error, Result, Schemas, arazzo, citations, embedded, life, openapi};

/// The promises that are common to all contracts.
const COMMON: &str = "schemas/http/requirements.yaml";

/// What to say when one of them is not there.
const NEEDED: &str =
    "; a contract is a folder with openapi.yaml, requirements.yaml and errata.yaml";

impl Contract {
    /// All embedded contracts in order of name, linked.
    ///
    /// That their schemas are valid JSON Schemas is not asked: [`Contract::check`] does that.
    pub fn embedded() -> Result<Vec<Self>> {
        embedded::names()
            .into_iter()
            .map(|(api, revision)| Self::embedded_one(api, revision))
            .collect()
    }

    /// The embedded contract of that API and revision, linked.
    ///
    /// # Errors
    /// [`Error::NoSuchContract`] when there is none; it lists those that there are.
    pub fn embedded_one(api: &str, revision: &str) -> Result<Self> {
        Self::embedded_with(api, revision, true, BTreeMap::new())
    }

    /// The same without its scenarios and the life of its items, of which only a runner makes
    /// something: they are most of what there is to read, and a server is to start at once. Its
    /// checksum is another one.
    ///
    /// # Errors
    /// As [`Contract::embedded_one`].
    pub fn embedded_for_a_server(api: &str, revision: &str) -> Result<Self> {
        Self::embedded_with(api, revision, false, BTreeMap::new())
    }

    /// [`Contract::embedded_for_a_server`] as somebody reads it who finds this content in some of
    /// its files, by path (`schemas/smh/2026-01/openapi.yaml`).
    ///
    /// # Errors
    /// As [`Contract::embedded_one`], and what is wrong with that content.
    pub fn embedded_with_files(
        api: &str,
        revision: &str,
        files: BTreeMap<String, Vec<u8>>,
    ) -> Result<Self> {
        Self::embedded_with(api, revision, false, files)
    }

    fn embedded_with(
        api: &str,
        revision: &str,
        plays: bool,
        others: BTreeMap<String, Vec<u8>>,
    ) -> Result<Self> {
        let names = embedded::names();
        if !names.contains(&(api, revision)) {
            let known: Vec<_> = names
                .iter()
                .map(|(api, rev)| format!("{api}/{rev}"))
                .collect();
            return Err(Error::NoSuchContract {
                name: format!("{api}/{revision}"),
                known: if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                },
            });
        }
        let base = format!("schemas/{api}/{revision}");
        let path = format!("{base}/openapi.yaml");
        let files = Files::Embedded(others);
        let bytes = files.read(&path).unwrap_or_default();
        let document = Document::parse(path.clone(), path, &bytes)?;
        lies_in(&document, &base)?;
        let mut reading = Reading::new(files, base);
        reading.plays = plays;
        reading.contract(document, bytes)
    }

    /// The contract in a folder like `schemas/<api>/<revision>` anywhere on disk, linked and
    /// checked in full.
    ///
    /// What its files refer to is read relative to them; the requirements common to all contracts
    /// are the embedded ones.
    pub fn from_dir(dir: &Path) -> Result<Self> {
        let file = dir.join("openapi.yaml");
        let shown = file.display().to_string();
        let bytes = read_plain(&file).map_err(|source| Error::Unreadable {
            file: shown.clone(),
            source,
            way_out: NEEDED.to_owned(),
        })?;
        let mut document = Document::parse(String::new(), shown, &bytes)?;
        let base = {
            let (api, revision) = identity(&document.cursor())?;
            format!("schemas/{api}/{revision}")
        };
        document.path = format!("{base}/openapi.yaml");
        let files = Files::Folder {
            dir: dir.to_owned(),
            base: base.clone(),
        };
        let contract = Reading::new(files, base).contract(document, Cow::Owned(bytes))?;
        contract.check()?;
        Ok(contract)
    }

    /// The contract in the folder `base` (`schemas/<api>/<revision>`) of these files, linked and
    /// checked in full. Each file is named by its path, as in [`embedded`]; what is not among them
    /// is missing, whatever lies on disk.
    ///
    /// # Errors
    /// As [`Contract::from_dir`], and when the contract calls itself otherwise than its folder.
    pub fn from_files(base: &str, files: BTreeMap<String, Vec<u8>>) -> Result<Self> {
        let path = format!("{base}/openapi.yaml");
        let files = Files::Given(files);
        let bytes = files.read(&path).map_err(|source| Error::Unreadable {
            file: path.clone(),
            source,
            way_out: NEEDED.to_owned(),
        })?;
        let document = Document::parse(path.clone(), path, &bytes)?;
        lies_in(&document, base)?;
        let contract = Reading::new(files, base.to_owned()).contract(document, bytes)?;
        contract.check()?;
        Ok(contract)
    }
}

/// Proves that the document calls itself what its folder is called.
fn lies_in(document: &Document, base: &str) -> Result<()> {
    let (api, revision) = identity(&document.cursor())?;
    if format!("schemas/{api}/{revision}") == base {
        return Ok(());
    }
    Err(document.cursor().required("info")?.fault(format!(
        "this calls itself {api}/{revision}, but lies in {base}: make \"x-api\" and \"version\" \
         the folder's names"
    )))
}

/// API and revision as the document calls itself.
fn identity<'a>(openapi: &Cursor<'a>) -> Result<(&'a str, &'a str)> {
    let info = openapi.required("info")?;
    refuse_unknown(&info, Owner::Info)?;
    let name = |key| {
        let member = info.required(key)?;
        let text = member.text()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.is_empty() || text.starts_with('.') || !text.chars().all(plain) {
            return Err(member.fault(format!(
                "{key:?} names a folder: only letters, digits, '-', '_' and '.' can stand in it"
            )));
        }
        Ok(text)
    };
    Ok((name("x-api")?, name("version")?))
}

/// What the document calls its API.
fn title(openapi: &Cursor<'_>) -> Result<String> {
    let title = openapi.required("info")?.required("title")?;
    Ok(title.text()?.to_owned())
}

/// The names in `x-shared-states`.
fn shared_states(openapi: &Cursor<'_>) -> Result<Vec<String>> {
    let names = openapi.items_of("x-shared-states")?;
    names
        .iter()
        .map(|name| Ok(name.text()?.to_owned()))
        .collect()
}

/// The files of one contract while they are read.
struct Reading {
    files: Files,
    base: String,
    /// What was read, by path; the checksum is made of it.
    contents: BTreeMap<String, Cow<'static, [u8]>>,
    /// What of it was parsed and can be referred to.
    documents: BTreeMap<String, Document>,
    /// Whether scenarios and the life of items are read.
    plays: bool,
}

impl Reading {
    fn new(files: Files, base: String) -> Self {
        Self {
            files,
            base,
            contents: BTreeMap::new(),
            documents: BTreeMap::new(),
            plays: true,
        }
    }

    fn contract(mut self, openapi: Document, bytes: Cow<'static, [u8]>) -> Result<Contract> {
        let main = openapi.path.clone();
        let mut wanted = Vec::new();
        references(&openapi, &openapi.root, &mut wanted);
        self.contents.insert(main.clone(), bytes);
        for name in self.files.beside(&main) {
            if name.ends_with(".schema.json") {
                wanted.push(Wanted {
                    path: format!("{}/{name}", self.base),
                    parsed: true,
                });
            }
        }
        let life = openapi.cursor().get("x-life").filter(|_| self.plays);
        if let Some(path) = life.and_then(|name| join(&main, name.text().ok()?)) {
            wanted.push(Wanted {
                path,
                parsed: false,
            });
        }
        self.documents.insert(main.clone(), openapi);
        self.read_all(wanted)?;

        let mut promises = Promises::default();
        if let Some(bytes) = embedded::file(COMMON) {
            self.contents
                .insert(COMMON.to_owned(), Cow::Borrowed(bytes));
            let common = Document::parse(COMMON.to_owned(), COMMON.to_owned(), bytes)?;
            promises.add_requirements(&common)?;
        }
        let requirements = self.required("requirements.yaml")?;
        promises.add_requirements(&requirements)?;
        let errata = self.required("errata.yaml")?;
        promises.add_errata(&errata)?;

        let mut linker = Linker {
            files: &self.files,
            documents: &self.documents,
            contents: &self.contents,
            promises: &promises,
            roots: BTreeSet::new(),
            pending: Vec::new(),
        };
        for document in self
            .documents
            .values()
            .filter(|d| d.path.ends_with(".schema.json"))
        {
            linker.root_schema(&document.cursor())?;
        }
        let openapi = self.documents[&main].cursor();
        let (api, revision) = identity(&openapi)?;
        let parts = openapi::read(&openapi, &mut linker)?;
        citations::check(&requirements, &errata, &promises, &parts.operations)?;
        let scenarios = self.plays.then(|| arazzo::files(&openapi, &linker));
        let around = arazzo::Surroundings {
            openapi: &main,
            operations: &parts.operations,
            schemes: &parts.schemes,
            promises: &promises,
        };
        let scenarios = arazzo::read(&scenarios.transpose()?.unwrap_or_default(), &around)?;
        let life_file = openapi
            .get("x-life")
            .filter(|_| self.plays)
            .map(|name| parsed(&name, "x-life", &linker))
            .transpose()?;
        let life = life_file
            .as_ref()
            .map(|file| life::read(&file.cursor(), &promises, &parts.operations))
            .transpose()?;

        let mut schemas = Schemas::default();
        schemas.set_roots(linker.roots.into_iter().collect());
        for document in self.documents.values() {
            let bytes = &self.contents[&document.path];
            let text = String::from_utf8_lossy(bytes);
            schemas.insert(
                document.uri(),
                document.root.to_value(),
                &document.shown,
                &text,
            );
        }
        for document in [&requirements, &errata].into_iter().chain(&life_file) {
            let text = String::from_utf8_lossy(&self.contents[&document.path]);
            schemas.keep_source(document.uri(), &document.shown, &text);
        }
        Ok(Contract {
            api: api.to_owned(),
            revision: revision.to_owned(),
            title: title(&openapi)?,
            checksum: checksum(&self.contents),
            operations: parts.operations,
            schemes: parts.schemes,
            requirements: promises.requirements,
            errata: promises.errata,
            life,
            shared_states: shared_states(&openapi)?,
            scenarios,
            schemas,
        })
    }

    /// Reads a file beside `openapi.yaml` that has to be there.
    fn required(&mut self, name: &str) -> Result<Document> {
        let path = format!("{}/{name}", self.base);
        let shown = self.files.shown(&path);
        let bytes = self.files.read(&path).map_err(|source| Error::Unreadable {
            file: shown.clone(),
            source,
            way_out: NEEDED.to_owned(),
        })?;
        let document = Document::parse(path.clone(), shown, &bytes)?;
        self.contents.insert(path, bytes);
        Ok(document)
    }

    /// Reads the wanted files and what they want in turn. What is not there is no error yet: the
    /// linker tells it with the place of the reference.
    fn read_all(&mut self, mut wanted: Vec<Wanted>) -> Result<()> {
        while let Some(Wanted { path, parsed }) = wanted.pop() {
            if !self.contents.contains_key(&path) {
                match self.files.read(&path) {
                    Ok(bytes) => self.contents.insert(path.clone(), bytes),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(source) => {
                        let file = self.files.shown(&path);
                        return Err(Error::Unreadable {
                            file,
                            source,
                            way_out: String::new(),
                        });
                    }
                };
            }
            if parsed && !self.documents.contains_key(&path) {
                let shown = self.files.shown(&path);
                let document = Document::parse(path.clone(), shown, &self.contents[&path])?;
                references(&document, &document.root, &mut wanted);
                self.documents.insert(path, document);
            }
        }
        Ok(())
    }
}

/// The file of the contract that the text at `name`, the member `member`, leads to.
fn parsed(name: &Cursor<'_>, member: &'static str, linker: &Linker<'_>) -> Result<Document> {
    let (path, bytes) = linker.content(name, member)?;
    let shown = linker.files.shown(&path);
    Document::parse(path, shown, &bytes)
}

/// A file that another one refers to.
struct Wanted {
    path: String,
    /// Whether it is a document in which something is looked up.
    parsed: bool,
}

/// Collects the files that `node` refers to. It does not ask whether what looks like a reference
/// is one: to read too much does no harm.
fn references(document: &Document, node: &Node, wanted: &mut Vec<Wanted>) {
    match &node.data {
        Data::Sequence(items) => {
            for item in items {
                references(document, item, wanted);
            }
        }
        Data::Mapping(members) => {
            for member in members {
                match (member.key.as_str(), &member.value.data) {
                    ("$ref", Data::String(text)) if !text.starts_with('#') => {
                        let target = resolve_reference(&document.uri(), text);
                        let path = target
                            .as_ref()
                            .and_then(|t| t.document.strip_prefix(SCHEME));
                        if let Some(path) = path.filter(|_| is_local(text)) {
                            wanted.push(Wanted {
                                path: path.to_owned(),
                                parsed: true,
                            });
                        }
                    }
                    ("externalValue", Data::String(text)) if is_local(text) => {
                        if let Some(path) = join(&document.path, text) {
                            wanted.push(Wanted {
                                path,
                                parsed: false,
                            });
                        }
                    }
                    ("x-scenarios", Data::Sequence(items)) => {
                        for item in items {
                            if let Data::String(text) = &item.data
                                && let Some(path) = join(&document.path, text)
                            {
                                wanted.push(Wanted {
                                    path,
                                    parsed: false,
                                });
                            }
                        }
                    }
                    _ => references(document, &member.value, wanted),
                }
            }
        }
        _ => {}
    }
}

fn is_local(reference: &str) -> bool {
    !reference.contains("://") || reference.starts_with(SCHEME)
}

/// Hex SHA-256 over each file in order of path: its path, a line feed, its length in decimal, a
/// line feed, its content.
fn checksum(contents: &BTreeMap<String, Cow<'static, [u8]>>) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in contents {
        hash.update(format!("{path}\n{}\n", bytes.len()));
        hash.update(bytes);
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The place of what `pointer` leads to in `text`, the content of the file `shown`.
pub(crate) fn place_in(shown: &str, text: &str, pointer: &str) -> crate::Place {
    match document::parse(shown, text.as_bytes()) {
        Ok(root) => document::place(shown, root.locate(pointer)),
        Err(_) => crate::Place {
            file: shown.to_owned(),
            line: None,
            column: None,
        },
    }
}
