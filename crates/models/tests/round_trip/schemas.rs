//! The embedded JSON Schemas: found, made whole and compiled.

use std::collections::BTreeMap;

use jsonschema::{Registry, Resource, Validator};
use serde_json::{Map, Value};

/// What the URI of every schema starts with; its path among the contracts follows.
const ROOT: &str = "assetproof:///";

/// Every embedded `*.schema.json` by URI.
pub(crate) struct Documents(BTreeMap<String, Value>);

impl Documents {
    /// Reads the schemas that are compiled into the contract crate.
    pub(crate) fn embedded() -> Self {
        let documents = contract::embedded::files()
            .filter(|(path, _)| path.starts_with("schemas/") && path.ends_with(".schema.json"))
            .map(|(path, bytes)| {
                let schema = serde_json::from_slice(bytes)
                    .unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
                (format!("{ROOT}{path}"), schema)
            })
            .collect();
        Self(documents)
    }

    /// A validator of the schema that a file holds, e.g. `smh/2026-01/task.response.schema.json`.
    /// Its references are resolved by the library, among these documents only.
    pub(crate) fn validator(&self, file: &str) -> Validator {
        let resources = self
            .0
            .iter()
            .map(|(uri, schema)| (uri, Resource::from_contents(schema.clone())));
        let registry = Registry::new()
            .extend(resources)
            .expect("every URI is valid")
            .prepare()
            .expect("every reference leads somewhere");
        let uri = uri(file);
        jsonschema::draft202012::options()
            .with_registry(&registry)
            .with_base_uri(uri.clone())
            .build(self.document(&uri))
            .unwrap_or_else(|error| panic!("{file} does not compile: {error}"))
    }

    /// The schema that a file holds, with what its references lead to in their place.
    ///
    /// This is resolved here and not by the library, so that the generator, which reads it, and
    /// the validator do not share a mistake.
    pub(crate) fn whole(&self, file: &str) -> Value {
        let uri = uri(file);
        self.inline(&uri, self.document(&uri))
    }

    fn document(&self, uri: &str) -> &Value {
        let known = || self.0.keys().cloned().collect::<Vec<_>>().join("\n");
        self.0
            .get(uri)
            .unwrap_or_else(|| panic!("no {uri} in\n{}", known()))
    }

    fn inline(&self, base: &str, schema: &Value) -> Value {
        match schema {
            Value::Array(elements) => elements
                .iter()
                .map(|part| self.inline(base, part))
                .collect(),
            Value::Object(members) => {
                let mut whole: Map<String, Value> = members
                    .iter()
                    .map(|(name, part)| (name.clone(), self.inline(base, part)))
                    .collect();
                if let Some(Value::String(reference)) = whole.remove("$ref") {
                    also(&mut whole, self.follow(base, &reference));
                }
                Value::Object(whole)
            }
            scalar => scalar.clone(),
        }
    }

    /// What `reference` leads to when it stands in the document `base`: another file of the same
    /// folder, a JSON pointer in a fragment, or both.
    fn follow(&self, base: &str, reference: &str) -> Value {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if file.is_empty() {
            base.to_owned()
        } else {
            let (folder, _) = base
                .rsplit_once('/')
                .expect("a document's URI has a folder");
            format!("{folder}/{}", file.trim_start_matches("./"))
        };
        let target = self.document(&document).pointer(pointer);
        let target = target.unwrap_or_else(|| panic!("{reference} in {base} leads nowhere"));
        self.inline(&document, target)
    }
}

fn uri(file: &str) -> String {
    format!("{ROOT}schemas/{file}")
}

/// Lets a schema hold only where another one does, too.
fn also(schema: &mut Map<String, Value>, other: Value) {
    match schema
        .entry("allOf")
        .or_insert_with(|| Value::Array(Vec::new()))
    {
        Value::Array(all) => all.push(other),
        wrong => panic!("allOf is {wrong}"),
    }
}

/// What a companion operation's schema says of values, made to assert it: each `x-should` entry
/// counts like standard keywords, at every depth, but not what it says of presence.
///
/// A companion operation promises nothing at MUST, so its plain schema accepts any JSON at all. Its
/// model holds values as they SHOULD be, and every member may be absent.
pub(crate) fn as_it_should(schema: &Value) -> Value {
    match schema {
        Value::Array(elements) => elements.iter().map(as_it_should).collect(),
        Value::Object(members) => {
            let mut whole: Map<String, Value> = members
                .iter()
                .map(|(name, part)| (name.clone(), as_it_should(part)))
                .collect();
            if let Some(Value::Array(entries)) = whole.remove("x-should") {
                for mut entry in entries {
                    entry
                        .as_object_mut()
                        .expect("an entry is a schema")
                        .remove("required");
                    also(&mut whole, entry);
                }
            }
            Value::Object(whole)
        }
        scalar => scalar.clone(),
    }
}
