//! The slow checks of a contract: that its schemas are valid JSON Schema 2020-12 and compile, and
//! that requirements and errata have the shape that `schemas/formats/` states.
//!
//! They are not made when an embedded contract is loaded, because a test has made them before.

use std::fmt::Display;

use jsonschema::{Draft, Registry, RegistryBuilder, Validator};
use serde_json::{Value, json};

use crate::document::{self, parse};
use crate::schemas::SCHEME;
use crate::{Contract, Error, Life, Place, Result, SchemaRef, embedded};

const FOLDER: &str = "schemas/formats/";
/// Files beside `openapi.yaml` with the embedded schema of their format.
const FORMATS: [(&str, &str); 2] = [
    (
        "requirements.yaml",
        "schemas/formats/requirements.schema.json",
    ),
    ("errata.yaml", "schemas/formats/errata.schema.json"),
];
/// The embedded schema of the file that `x-life` names.
const LIFE: &str = "schemas/formats/life.schema.json";

impl Contract {
    /// Checks what loading an embedded contract takes on trust. `from_dir` has done it already.
    ///
    /// # Errors
    /// The first schema that is invalid, or the first entry of requirements or errata that breaks
    /// its format, with its place.
    pub fn check(&self) -> Result<()> {
        for root in self.schemas.roots() {
            if let Some(schema) = self.schemas.resolve(root) {
                self.is_schema(root, schema)?;
            }
        }
        self.compiles()?;
        for (name, format) in FORMATS {
            if embedded::file(format).is_some() {
                let path = format!("schemas/{}/{name}", self.name());
                self.has_format(&path, format)?;
            }
        }
        if let Some(life) = &self.life {
            self.has_format(&life.file, LIFE)?;
            self.ends(life)?;
        }
        Ok(())
    }

    /// The conditions of the wait for later results are schemas.
    fn ends(&self, life: &Life) -> Result<()> {
        let Some(later) = &life.results.later else {
            return Ok(());
        };
        let until = ("until", Some(&later.until));
        for (member, schema) in [until, ("running", later.running.as_ref())] {
            let Some(schema) = schema else { continue };
            jsonschema::draft202012::new(schema).map_err(|error| {
                let place = SchemaRef {
                    document: format!("{SCHEME}{}", life.file),
                    pointer: format!("/results/later/{member}"),
                };
                self.invalid(&place, &error)
            })?;
        }
        Ok(())
    }

    fn is_schema(&self, root: &SchemaRef, schema: &Value) -> Result<()> {
        jsonschema::draft202012::meta::validate(schema).map_err(|error| {
            let pointer = format!("{}{}", root.pointer, error.instance_path());
            self.invalid(
                &SchemaRef {
                    document: root.document.clone(),
                    pointer,
                },
                &error,
            )
        })
    }

    /// What the meta-schema cannot say: patterns are regular expressions, references resolve.
    fn compiles(&self) -> Result<()> {
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .extend(self.schemas.documents())
            .and_then(RegistryBuilder::prepare)
            .map_err(|error| {
                let document = format!("{SCHEME}schemas/{}/openapi.yaml", self.name());
                self.invalid(
                    &SchemaRef {
                        document,
                        pointer: String::new(),
                    },
                    &error,
                )
            })?;
        for root in self.schemas.roots() {
            jsonschema::draft202012::options()
                .with_registry(&registry)
                .offline()
                .build(&json!({"$ref": root.to_string()}))
                .map_err(|error| {
                    // The error's path starts at a document that the schema refers to, and does
                    // not say at which.
                    let pointer = error.instance_path().as_str();
                    let culprit = self
                        .schemas
                        .documents()
                        .find(|(_, value)| value.pointer(pointer) == Some(error.instance()))
                        .filter(|_| !pointer.is_empty())
                        .map(|(uri, _)| SchemaRef {
                            document: uri.to_owned(),
                            pointer: pointer.to_owned(),
                        });
                    self.invalid(culprit.as_ref().unwrap_or(root), &error)
                })?;
        }
        Ok(())
    }

    fn invalid(&self, schema: &SchemaRef, error: &dyn Display) -> Error {
        let place = self.schemas.place(schema).unwrap_or_else(|| Place {
            file: schema.document.clone(),
            ..Place::default()
        });
        Error::Schema {
            place,
            what: format!(
                "no valid JSON Schema 2020-12: {}",
                short(&error.to_string())
            ),
        }
    }

    /// Whether the file at `path` keeps to the embedded schema at `format`.
    fn has_format(&self, path: &str, format: &str) -> Result<()> {
        let uri = format!("{SCHEME}{path}");
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some((shown, text)) = self.schemas.source(&uri) else {
            return Ok(());
        };
        let root = parse(shown, text.as_bytes())?;
        let format = validator(format)?;
        match format.iter_errors(&root.to_value()).next() {
            None => Ok(()),
            Some(error) => Err(Error::Schema {
                place: document::place(shown, root.locate(error.instance_path().as_str())),
                what: format!("breaks the format of {name}: {}", short(&error.to_string())),
            }),
        }
    }
}

/// The embedded schema of a format, which may refer to the others.
fn validator(format: &str) -> Result<Validator> {
    let failed = |file: &str, what: String| Error::Schema {
        place: Place {
            file: file.to_owned(),
            ..Place::default()
        },
        what,
    };
    let mut formats = Vec::new();
    for (path, bytes) in embedded::files().filter(|(path, _)| path.starts_with(FOLDER)) {
        formats.push((format!("{SCHEME}{path}"), parse(path, bytes)?.to_value()));
    }
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .extend(formats.iter().map(|(uri, value)| (uri, value)))
        .and_then(RegistryBuilder::prepare)
        .map_err(|error| failed(FOLDER, error.to_string()))?;
    jsonschema::draft202012::options()
        .with_registry(&registry)
        .offline()
        .build(&json!({"$ref": format!("{SCHEME}{format}")}))
        .map_err(|error| failed(format, error.to_string()))
}

/// The text cut off where it no longer helps: some errors quote the whole schema.
fn short(text: &str) -> String {
    const SHOWN: usize = 300;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
