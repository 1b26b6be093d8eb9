//! Every document of a contract by address, and the resolving of `$ref` between them.
//!
//! Nothing is read here: `load` brings in every document that a reference leads to.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::Place;
use crate::load::place_in;

/// The address of a schema: a document of the contract and a JSON pointer into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaRef {
    /// URI of the document, e.g. `assetproof:///schemas/smh/2026-01/openapi.yaml`.
    pub document: String,
    /// JSON pointer (RFC 6901) to the schema in it; empty for the whole document.
    pub pointer: String,
}

impl fmt::Display for SchemaRef {
    /// As a URI with a fragment, percent-encoded where RFC 3986 asks for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#", self.document)?;
        for byte in self.pointer.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// The documents of a contract.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    documents: BTreeMap<String, Value>,
    /// File name and text of every document by URI, to find the line of an error.
    sources: BTreeMap<String, (String, Arc<str>)>,
    roots: Vec<SchemaRef>,
}

impl Schemas {
    /// The document of that URI.
    pub fn get(&self, document: &str) -> Option<&Value> {
        self.documents.get(document)
    }

    /// All documents as (URI, value) in order of URI.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.documents
            .iter()
            .map(|(uri, value)| (uri.as_str(), value))
    }

    /// The value at that address; none when nothing stands there.
    pub fn resolve(&self, schema: &SchemaRef) -> Option<&Value> {
        self.get(&schema.document)?.pointer(&schema.pointer)
    }

    /// Where `reference` (the text of a `$ref`) leads when it stands at `base`: another document
    /// relative to the base's, a JSON pointer in its fragment, or both.
    ///
    /// None when nothing stands there; the loader has already refused such references.
    pub fn follow(&self, base: &SchemaRef, reference: &str) -> Option<SchemaRef> {
        let target = resolve_reference(&base.document, reference)?;
        self.resolve(&target).is_some().then_some(target)
    }

    /// The address of a part of a schema: `tokens` are plain member names and indexes.
    pub fn child<S: AsRef<str>>(
        &self,
        schema: &SchemaRef,
        tokens: impl IntoIterator<Item = S>,
    ) -> SchemaRef {
        let mut pointer = schema.pointer.clone();
        for token in tokens {
            push_token(&mut pointer, token.as_ref());
        }
        SchemaRef {
            document: schema.document.clone(),
            pointer,
        }
    }

    /// File, line and column of that address; the deepest existing part of it when nothing stands
    /// there, none when there is no such document. Reads the document's text anew, so it is for
    /// errors.
    pub fn place(&self, schema: &SchemaRef) -> Option<Place> {
        let (shown, text) = self.sources.get(&schema.document)?;
        Some(place_in(shown, text, &schema.pointer))
    }

    /// The schemas that are part of no other one: the schema files, those of parameters, headers
    /// and bodies, and the entries of `x-should`, `x-may`, `until` and `expect`.
    pub fn roots(&self) -> &[SchemaRef] {
        &self.roots
    }

    pub(crate) fn insert(&mut self, uri: String, value: Value, shown: &str, text: &str) {
        self.keep_source(uri.clone(), shown, text);
        self.documents.insert(uri, value);
    }

    /// Keeps the text of a file that no reference leads to.
    pub(crate) fn keep_source(&mut self, uri: String, shown: &str, text: &str) {
        self.sources.insert(uri, (shown.to_owned(), text.into()));
    }

    pub(crate) fn set_roots(&mut self, roots: Vec<SchemaRef>) {
        self.roots = roots;
    }

    /// The kept file of that URI as (name, text).
    pub(crate) fn source(&self, uri: &str) -> Option<(&str, &str)> {
        self.sources
            .get(uri)
            .map(|(shown, text)| (shown.as_str(), &**text))
    }
}

/// Appends a member name or an index to a JSON pointer (RFC 6901, 3).
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// The address that `reference` has when it stands in `document`; none when its fragment is no
/// JSON pointer, or when it leads above the root of the contracts.
pub(crate) fn resolve_reference(document: &str, reference: &str) -> Option<SchemaRef> {
    let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let pointer = decode(fragment)?;
    if !(pointer.is_empty() || pointer.starts_with('/')) {
        return None;
    }
    let document = if path.is_empty() {
        document.to_owned()
    } else if path.starts_with(SCHEME) {
        path.to_owned()
    } else {
        let joined = join(document.strip_prefix(SCHEME)?, path)?;
        format!("{SCHEME}{joined}")
    };
    Some(SchemaRef { document, pointer })
}

/// What every document's URI starts with; the path relative to the root of the contracts follows.
pub(crate) const SCHEME: &str = "assetproof:///";

/// The path that `relative` has when it stands in the file `base`; both relative to the root of
/// the contracts. None when it leads above that root or is not relative.
pub(crate) fn join(base: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Percent-decodes a fragment (RFC 3986, 2.1); none when what comes out is not UTF-8.
fn decode(fragment: &str) -> Option<String> {
    let bytes = fragment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b'%' {
            let digits = fragment.get(index + 1..index + 3)?;
            // `from_str_radix` would take a sign, too.
            digits
                .bytes()
                .all(|digit| digit.is_ascii_hexdigit())
                .then_some(())?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            index += 3;
        } else {
            out.push(bytes[index]);
            index += 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::{SchemaRef, Schemas};

    fn schemas() -> Schemas {
        let mut schemas = Schemas::default();
        let main =
            json!({"paths": {"/a": {"schema": {"$ref": "b.schema.json"}}}, "a b": {"c%": 1}});
        schemas.insert(
            "assetproof:///schemas/x/1/openapi.yaml".to_owned(),
            main,
            "main",
            "{}",
        );
        let other = json!({"$defs": {"d": {"type": "string"}}});
        schemas.insert(
            "assetproof:///schemas/x/1/b.schema.json".to_owned(),
            other,
            "b",
            "{}",
        );
        schemas
    }

    fn at(pointer: &str) -> SchemaRef {
        SchemaRef {
            document: "assetproof:///schemas/x/1/openapi.yaml".to_owned(),
            pointer: pointer.to_owned(),
        }
    }

    #[rstest]
    #[case::here(
        "#/paths/~1a",
        Some("assetproof:///schemas/x/1/openapi.yaml#/paths/~1a")
    )]
    #[case::the_whole("#", Some("assetproof:///schemas/x/1/openapi.yaml#"))]
    #[case::encoded(
        "#/a%20b/c%25",
        Some("assetproof:///schemas/x/1/openapi.yaml#/a%20b/c%25")
    )]
    #[case::a_file("./b.schema.json", Some("assetproof:///schemas/x/1/b.schema.json#"))]
    #[case::around(
        "../1/b.schema.json#/$defs/d",
        Some("assetproof:///schemas/x/1/b.schema.json#/$defs/d")
    )]
    #[case::no_file("c.schema.json", None)]
    #[case::no_member("b.schema.json#/$defs/e", None)]
    #[case::an_anchor("#d", None)]
    #[case::too_far_up("../../../../b.schema.json", None)]
    #[case::the_network("https://example.com/b.schema.json", None)]
    fn follows(#[case] reference: &str, #[case] expected: Option<&str>) {
        let found = schemas().follow(&at("/paths/~1a/schema"), reference);
        assert_eq!(found.map(|found| found.to_string()).as_deref(), expected);
    }

    #[test]
    fn a_child_is_addressed_by_plain_tokens() {
        let schemas = schemas();
        let child = schemas.child(&at(""), ["paths", "/a", "schema"]);
        assert_eq!(child, at("/paths/~1a/schema"));
        assert_eq!(
            schemas.resolve(&child),
            Some(&json!({"$ref": "b.schema.json"}))
        );
    }
}
