//! References between the documents of a contract: where each `$ref` leads, and what the `x-`
//! members of schemas cite. Everything that leads nowhere is refused here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::citations::Pending;
use crate::document::{Cursor, Document};
use crate::files::Files;
use crate::names::{listing, nearest, way_out};
use crate::promises::Promises;
use crate::schemas::{SCHEME, join, resolve_reference};
use crate::vocabulary::{Owner, refuse_unknown};
use crate::yaml::Data;
use crate::{Error, Result, SchemaRef, Volatile};

/// How many references may follow one upon the other before they are taken for a circle.
const MAX_HOPS: usize = 32;

/// Keywords that hold a schema, a list of schemas, and schemas by name (JSON Schema 2020-12).
const ONE: [&str; 10] = [
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
const LIST: [&str; 6] = [
    "allOf",
    "anyOf",
    "oneOf",
    "prefixItems",
    "x-may",
    "x-should",
];
const NAMED: [&str; 4] = [
    "$defs",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// The files of a contract while it is linked, and what the walk has seen.
pub(crate) struct Linker<'a> {
    pub(crate) files: &'a Files,
    pub(crate) documents: &'a BTreeMap<String, Document>,
    /// Every file that was read, parsed or not, by path.
    pub(crate) contents: &'a BTreeMap<String, Cow<'static, [u8]>>,
    pub(crate) promises: &'a Promises,
    /// The schemas that stand for themselves, for the slow checks.
    pub(crate) roots: BTreeSet<SchemaRef>,
    /// What can only be checked when every operation is known.
    pub(crate) pending: Vec<Pending<'a>>,
}

impl<'a> Linker<'a> {
    /// Follows `$ref`s of OpenAPI (not of JSON Schema) until there is none.
    pub(crate) fn follow(&self, cursor: Cursor<'a>) -> Result<Cursor<'a>> {
        let mut cursor = cursor;
        for _ in 0..MAX_HOPS {
            match cursor.get("$ref") {
                Some(reference) => cursor = self.target(&reference)?,
                None => return Ok(cursor),
            }
        }
        Err(cursor.fault("this \"$ref\" leads back to itself: put the value somewhere"))
    }

    /// Where the reference at `cursor` leads.
    pub(crate) fn target(&self, cursor: &Cursor<'a>) -> Result<Cursor<'a>> {
        let text = cursor.text()?;
        let missing = |what, way_out: String| Error::MissingReference {
            place: cursor.place(),
            member: "$ref",
            what,
            reference: text.to_owned(),
            way_out,
        };
        if text.contains("://") && !text.starts_with(SCHEME) {
            return Err(missing(
                "the network",
                "a contract is read from files alone: save a copy beside this file and name it \
                 ./NAME.schema.json"
                    .to_owned(),
            ));
        }
        let Some(target) = resolve_reference(&cursor.document.uri(), text) else {
            return Err(missing(
                "no place",
                "write FILE#/POINTER, with a path relative to this file that stays below the root \
                 of the contracts, and a JSON pointer"
                    .to_owned(),
            ));
        };
        let path = target.document.trim_start_matches(SCHEME);
        let Some(document) = self.documents.get(path) else {
            return Err(missing("no file", self.files_beside(path)));
        };
        let mut found = document.cursor();
        for token in target.pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            found = found.step(&token).ok_or_else(|| {
                let members: Vec<&str> = found.members_or_none().map(|(key, _)| key).collect();
                missing(
                    "nothing",
                    format!(
                        "{}#{} has no {token:?}; {}",
                        document.shown,
                        found.pointer,
                        way_out(&token, members)
                    ),
                )
            })?;
        }
        Ok(found)
    }

    /// The path and content of the file that the text at `cursor` names.
    pub(crate) fn content(
        &self,
        cursor: &Cursor<'a>,
        member: &'static str,
    ) -> Result<(String, Vec<u8>)> {
        let text = cursor.text()?;
        let missing = |what, way_out| Error::MissingReference {
            place: cursor.place(),
            member,
            what,
            reference: text.to_owned(),
            way_out,
        };
        if text.contains("://") {
            let way_out = "a contract is read from files alone: save a copy under fixtures/";
            return Err(missing("the network", way_out.to_owned()));
        }
        let path = join(&cursor.document.path, text).ok_or_else(|| {
            let way_out = "write a path relative to this file, below the root of the contracts";
            missing("no place", way_out.to_owned())
        })?;
        match self.contents.get(&path) {
            Some(bytes) => Ok((path, bytes.to_vec())),
            None => Err(missing("no file", self.files_beside(&path))),
        }
    }

    fn files_beside(&self, path: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        let names = self.files.beside(path);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match nearest(name, &names) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("is it spelt right? in that folder {}", listing(&names)),
        }
    }

    /// Checks a schema that stands for itself, and notes it.
    pub(crate) fn root_schema(&mut self, cursor: &Cursor<'a>) -> Result<SchemaRef> {
        let address = cursor.schema_ref();
        self.roots.insert(address.clone());
        self.schema(cursor)?;
        Ok(address)
    }

    /// Checks the references and `x-` members of a schema and of those in it.
    fn schema(&mut self, cursor: &Cursor<'a>) -> Result<()> {
        match cursor.node.data {
            Data::Bool(_) => return Ok(()),
            Data::Mapping(_) => {}
            ref other => {
                return Err(cursor.fault(format!(
                    "a schema is an object, true or false, this is {other}"
                )));
            }
        }
        refuse_unknown(cursor, Owner::Schema)?;
        self.references(cursor)?;
        self.citations(cursor)?;
        for key in ONE {
            if let Some(child) = cursor.get(key) {
                self.schema(&child)?;
            }
        }
        for key in LIST {
            for child in cursor.items_of(key)? {
                if key.starts_with("x-") {
                    child.required("x-requirement")?;
                    // The meta-schema does not know these keywords and so does not look below.
                    self.roots.insert(child.schema_ref());
                }
                self.schema(&child)?;
            }
        }
        for key in NAMED {
            for (_, child) in cursor.members_of(key)? {
                self.schema(&child)?;
            }
        }
        Ok(())
    }

    fn references(&self, cursor: &Cursor<'a>) -> Result<()> {
        for key in ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor"] {
            let Some(member) = cursor.get(key) else {
                continue;
            };
            if key == "$id" && cursor.pointer.is_empty() && member.text()? == cursor.document.uri()
            {
                continue;
            }
            return Err(member.fault(format!(
                "schemas are addressed by file and JSON pointer: leave out {key:?}"
            )));
        }
        let mut next = cursor.get("$ref");
        for _ in 0..MAX_HOPS {
            match next {
                Some(reference) => next = self.target(&reference)?.get("$ref"),
                None => return Ok(()),
            }
        }
        Err(cursor.fault("this \"$ref\" leads back to itself: put the schema somewhere"))
    }

    fn citations(&self, cursor: &Cursor<'a>) -> Result<()> {
        self.promises
            .optional_requirement(cursor, "x-requirement")?;
        self.promises.optional_erratum(cursor, "x-erratum")?;
        for (_, erratum) in cursor.members_of("x-slips")? {
            self.promises.erratum(&erratum)?;
        }
        for branch in cursor.items_of("anyOf")? {
            if branch.get("x-erratum").is_some() {
                // The title is what a finding calls the reading.
                branch.required("title")?.text()?;
            }
        }
        cursor.read_member::<Volatile>("x-volatile")?;
        self.promises
            .optional_requirement(cursor, "x-unknown-value")?;
        for (_, requirement) in cursor.members_of("x-accepted")? {
            self.promises.requirement(&requirement)?;
        }
        if let Some(limit) = cursor.get("x-shared-limit") {
            self.promises.erratum(&limit.required("erratum")?)?;
            let with = limit.required("with")?;
            if !with.text()?.starts_with('/') {
                return Err(with.fault("a JSON pointer into the body starts with /"));
            }
        }
        if let Some(member) = cursor.get("x-unknown-members")
            && member.text()? != "allow"
        {
            return Err(member.fault("\"x-unknown-members\" can only be \"allow\""));
        }
        Ok(())
    }
}
