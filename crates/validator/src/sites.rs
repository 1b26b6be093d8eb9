//! The places of a body that a schema speaks of: where which requirement applies, and where the
//! documentation has several readings. Found once, when the schema is compiled.

use std::collections::BTreeSet;

use contract::Message;
use serde_json::{Map, Value};

use crate::json::escape;
use crate::transform::{LEVEL, is_note};

/// One step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Member(String),
    Index(usize),
    Items,
}

/// A pattern of places with what is to be known there.
#[derive(Debug)]
pub(crate) struct Site<T> {
    pub(crate) path: Vec<Token>,
    pub(crate) what: T,
}

/// A requirement that applies at a place.
#[derive(Debug)]
pub(crate) struct Promise {
    pub(crate) id: String,
    /// Whether it only sets a limit. That a value within the limit is accepted does not show that
    /// one beyond it is refused.
    pub(crate) limit: bool,
}

/// A documented contradiction: the branches of an `anyOf`.
#[derive(Debug)]
pub(crate) struct Readings {
    /// The requirement around the contradiction.
    pub(crate) requirement: Option<String>,
    /// All branches in words.
    pub(crate) expected: String,
    pub(crate) branches: Vec<Branch>,
}

/// One documented reading.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) title: String,
    pub(crate) erratum: String,
    pub(crate) schema: jsonschema::Validator,
}

/// What one schema speaks of.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    pub(crate) requirements: Vec<Site<Promise>>,
    pub(crate) readings: Vec<Site<Readings>>,
}

/// Walks a linked schema.
pub(crate) fn find(schema: &Value) -> Sites {
    let mut sites = Sites::default();
    walk(
        schema,
        schema.get("$defs"),
        &mut Vec::new(),
        None,
        &mut sites,
    );
    sites
}

fn walk(
    schema: &Value,
    definitions: Option<&Value>,
    path: &mut Vec<Token>,
    around: Option<&str>,
    sites: &mut Sites,
) {
    let Value::Object(members) = schema else {
        return;
    };
    let own = members.get("x-requirement").and_then(Value::as_str);
    if let Some(requirement) = own {
        sites.requirements.push(Site {
            path: path.clone(),
            what: Promise {
                id: requirement.to_owned(),
                limit: only_limits(members),
            },
        });
    }
    let around = own.or(around);
    if let Some(Value::Array(branches)) = members.get("anyOf") {
        readings(branches, definitions, path, around, sites);
    }
    if let Some(Value::Object(properties)) = members.get("properties") {
        for (name, subschema) in properties {
            path.push(Token::Member(name.clone()));
            walk(subschema, definitions, path, around, sites);
            path.pop();
        }
    }
    let mut first = 0;
    if let Some(Value::Array(items)) = members.get("prefixItems") {
        first = items.len();
        for (index, subschema) in items.iter().enumerate() {
            path.push(Token::Index(index));
            walk(subschema, definitions, path, around, sites);
            path.pop();
        }
    }
    if let Some(items) = members.get("items").filter(|_| first == 0) {
        path.push(Token::Items);
        walk(items, definitions, path, around, sites);
        path.pop();
    }
    // Branches of `anyOf` and `oneOf` may or may not apply, so nothing in them is surely tested.
    if let Some(Value::Array(all)) = members.get("allOf") {
        for subschema in all {
            let before = sites.requirements.len();
            walk(subschema, definitions, path, around, sites);
            // What is only observed puts no promise to the test.
            if subschema.get(LEVEL).and_then(Value::as_str) == Some("MAY") {
                sites.requirements.truncate(before);
            }
        }
    }
}

fn only_limits(members: &Map<String, Value>) -> bool {
    let mut asserting = members.keys().filter(|key| !is_note(key)).peekable();
    asserting.peek().is_some()
        && asserting.all(|key| {
            matches!(
                key.as_str(),
                "minItems" | "maxItems" | "minLength" | "maxLength" | "minimum" | "maximum"
            )
        })
}

fn readings(
    branches: &[Value],
    definitions: Option<&Value>,
    path: &[Token],
    around: Option<&str>,
    sites: &mut Sites,
) {
    let found: Vec<Branch> = branches
        .iter()
        .filter_map(|branch| {
            // A branch is compiled alone, so it takes the recursive definitions along.
            let mut alone = branch.clone();
            if let (Some(definitions), Value::Object(members)) = (definitions, &mut alone) {
                members.insert("$defs".to_owned(), definitions.clone());
            }
            Some(Branch {
                erratum: branch.get("x-erratum")?.as_str()?.to_owned(),
                title: branch
                    .get("title")
                    .and_then(Value::as_str)
                    .unwrap_or("an untitled reading")
                    .to_owned(),
                schema: jsonschema::draft202012::new(&alone).ok()?,
            })
        })
        .collect();
    if !found.is_empty() {
        let titles: Vec<&str> = found.iter().map(|branch| branch.title.as_str()).collect();
        sites.readings.push(Site {
            path: path.to_vec(),
            what: Readings {
                requirement: around.map(str::to_owned),
                expected: format!("one of the documented readings: {}", titles.join("; ")),
                branches: found,
            },
        });
    }
}

/// Calls `visit` with each part of `value` that the path leads to, until it says stop (`true`).
pub(crate) fn any<'v>(
    path: &[Token],
    value: &'v Value,
    visit: &mut dyn FnMut(&'v Value) -> bool,
) -> bool {
    let Some((token, rest)) = path.split_first() else {
        return visit(value);
    };
    match (token, value) {
        (Token::Member(name), Value::Object(members)) => {
            members.get(name).is_some_and(|part| any(rest, part, visit))
        }
        (Token::Index(index), Value::Array(items)) => {
            items.get(*index).is_some_and(|part| any(rest, part, visit))
        }
        (Token::Items, Value::Array(items)) => items.iter().any(|part| any(rest, part, visit)),
        _ => false,
    }
}

/// The way from a value to a part of it, kept in steps because most are never written out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trail<'t> {
    Root,
    Member(&'t Trail<'t>, &'t str),
    Index(&'t Trail<'t>, usize),
}

impl Trail<'_> {
    /// The way as a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(32);
        self.write(&mut pointer);
        pointer
    }

    fn write(&self, pointer: &mut String) {
        match self {
            Self::Root => {}
            Self::Member(parent, name) => {
                parent.write(pointer);
                pointer.push('/');
                pointer.push_str(&escape(name));
            }
            Self::Index(parent, index) => {
                parent.write(pointer);
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
        }
    }
}

/// Calls `visit` with the way to and the value of each part that the path leads to.
pub(crate) fn each<'v>(
    path: &[Token],
    value: &'v Value,
    trail: &Trail<'_>,
    visit: &mut dyn FnMut(&Trail<'_>, &'v Value),
) {
    let Some((token, rest)) = path.split_first() else {
        visit(trail, value);
        return;
    };
    match (token, value) {
        (Token::Member(name), Value::Object(members)) => {
            if let Some(part) = members.get(name) {
                each(rest, part, &Trail::Member(trail, name), visit);
            }
        }
        (Token::Index(index), Value::Array(items)) => {
            if let Some(part) = items.get(*index) {
                each(rest, part, &Trail::Index(trail, *index), visit);
            }
        }
        (Token::Items, Value::Array(items)) => {
            for (index, part) in items.iter().enumerate() {
                each(rest, part, &Trail::Index(trail, index), visit);
            }
        }
        _ => {}
    }
}

impl Sites {
    /// Adds the requirements that some part of the body puts to the test. A request that was
    /// accepted does not test the limits that it keeps; a response does.
    pub(crate) fn exercised(&self, body: &Value, message: Message, into: &mut BTreeSet<String>) {
        for site in &self.requirements {
            let Promise { id, limit } = &site.what;
            let tests = message == Message::Response || !limit;
            if tests && !into.contains(id) && any(&site.path, body, &mut |_| true) {
                into.insert(id.clone());
            }
        }
    }
}
