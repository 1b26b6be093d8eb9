//! What a contract says of the values at one place, gathered from all subschemas that apply there.
//! Only what is MUST: `x-should` and `x-may` make no request wrong.

use std::collections::BTreeMap;

use contract::{SchemaRef, Schemas};
use serde_json::{Map, Value};

/// A limit of more characters than this is not tried: no server is sent a text of a gigabyte, and
/// `2147483647` is only what a generator writes where nobody has thought of one.
const CHARACTERS: usize = 1_000_000;

/// Likewise of more items.
const ITEMS: usize = 10_000;

/// References and `allOf`s nest no deeper than this; a circle ends here.
const DEEPEST: usize = 16;

/// A subschema with the requirement around it.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) schema: SchemaRef,
    pub(super) around: Option<String>,
}

/// What is known of the values at one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The requirement that stands nearest around the values.
    pub(super) requirement: Option<String>,
    /// Documented JSON types; empty where none is stated.
    pub(super) types: Vec<String>,
    /// All allowed values, where they are listed.
    pub(super) values: Vec<Value>,
    /// Values that the contract shows: defaults and examples.
    pub(super) shown: Vec<Value>,
    /// Regular expressions that a string has to match.
    pub(super) patterns: Vec<String>,
    /// How many characters a string has.
    pub(super) length: Limits,
    /// How many items an array has.
    pub(super) items: Limits,
    /// The least and the greatest number.
    pub(super) range: Range,
    /// The branches of `anyOf` and `oneOf`.
    pub(super) branches: Vec<Branch>,
    /// Slips of the document, with their errata.
    pub(super) slips: BTreeMap<String, String>,
    /// Values whose acceptance another requirement promises.
    pub(super) accepted: BTreeMap<String, String>,
    /// The requirement that says that a value which names nothing is accepted.
    pub(super) unknown_value: Option<String>,
    /// Whether the value names something that the server keeps.
    pub(super) is_id: bool,
    /// The members of an object, by name.
    pub(super) members: BTreeMap<String, Member>,
    /// What applies to each item of an array.
    pub(super) elements: Vec<Spot>,
}

/// A member of an object.
#[derive(Debug, Clone, Default)]
pub(super) struct Member {
    pub(super) spots: Vec<Spot>,
    pub(super) required: bool,
}

/// One alternative.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) spot: Spot,
    pub(super) title: Option<String>,
    /// The erratum, when it is one reading of a contradiction.
    pub(super) erratum: Option<String>,
}

/// A lower and an upper limit of a count.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    pub(super) least: Option<Limit>,
    pub(super) most: Option<Limit>,
}

/// One limit.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    pub(super) count: usize,
    /// The requirement around it.
    pub(super) requirement: Option<String>,
    /// A pointer to the value that may count as well.
    pub(super) shared_with: Option<String>,
}

/// The ends of a range of numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Range {
    pub(super) least: Option<End>,
    pub(super) most: Option<End>,
}

/// One end of a range: the last number within it and the first one beyond, in steps of 1.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) within: f64,
    pub(super) beyond: f64,
    /// Whether there is no last number within it, unless whole ones are meant.
    pub(super) is_open: bool,
    pub(super) requirement: Option<String>,
}

impl Facts {
    /// What all these subschemas say together.
    pub(super) fn of(schemas: &Schemas, spots: &[Spot]) -> Self {
        let mut facts = Self::default();
        for spot in spots {
            facts.read(schemas, spot, true, 0);
        }
        facts
    }

    /// Adds what one more subschema says of the same values.
    pub(super) fn add(&mut self, schemas: &Schemas, spot: &Spot) {
        self.read(schemas, spot, true, 0);
    }

    /// `names` says whether the subschema's own requirement is that of the values; the one of a
    /// part of an `allOf` is only that of the part.
    fn read(&mut self, schemas: &Schemas, spot: &Spot, names: bool, depth: usize) {
        let Some(Value::Object(keywords)) = schemas.resolve(&spot.schema) else {
            return;
        };
        if depth > DEEPEST {
            return;
        }
        let own = text(keywords, "x-requirement").or_else(|| spot.around.clone());
        if names || self.requirement.is_none() {
            self.requirement = own.clone().or(self.requirement.take());
        }
        let at = |tokens: &[&str]| Spot {
            schema: schemas.child(&spot.schema, tokens),
            around: own.clone(),
        };
        self.keywords(keywords, own.as_ref());
        self.parts(keywords, &at);
        let followed =
            text(keywords, "$ref").and_then(|reference| schemas.follow(&spot.schema, &reference));
        if let Some(schema) = followed {
            let around = own.clone();
            self.read(schemas, &Spot { schema, around }, names, depth + 1);
        }
        for index in 0..list(keywords, "allOf").len() {
            self.read(
                schemas,
                &at(&["allOf", &index.to_string()]),
                false,
                depth + 1,
            );
        }
    }

    /// What the keywords say of the value as a whole.
    fn keywords(&mut self, keywords: &Map<String, Value>, own: Option<&String>) {
        match keywords.get("type") {
            Some(Value::String(name)) => self.types = vec![name.clone()],
            Some(Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                self.types = names.map(str::to_owned).collect();
            }
            _ => {}
        }
        if let Some(value) = keywords.get("const") {
            self.values = vec![value.clone()];
        }
        self.values.extend_from_slice(list(keywords, "enum"));
        self.shown.extend(keywords.get("default").cloned());
        self.shown.extend_from_slice(list(keywords, "examples"));
        self.patterns.extend(text(keywords, "pattern"));
        let shared = keywords.get("x-shared-limit");
        let limit = |key: &str| {
            let count = usize::try_from(keywords.get(key)?.as_u64()?).ok()?;
            let shared_with =
                shared.and_then(|shared| Some(shared.get("with")?.as_str()?.to_owned()));
            Some(Limit {
                count,
                requirement: own.cloned(),
                shared_with,
            })
        };
        tighten(
            &mut self.length.least,
            tried(limit("minLength"), CHARACTERS),
            |new, old| new > old,
        );
        tighten(
            &mut self.length.most,
            tried(limit("maxLength"), CHARACTERS),
            |new, old| new < old,
        );
        tighten(
            &mut self.items.least,
            tried(limit("minItems"), ITEMS),
            |new, old| new > old,
        );
        tighten(
            &mut self.items.most,
            tried(limit("maxItems"), ITEMS),
            |new, old| new < old,
        );
        self.range(keywords, own);
        for (key, into) in [
            ("x-slips", &mut self.slips),
            ("x-accepted", &mut self.accepted),
        ] {
            for (value, id) in keywords
                .get(key)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                into.extend(id.as_str().map(|id| (value.clone(), id.to_owned())));
            }
        }
        self.unknown_value = text(keywords, "x-unknown-value").or(self.unknown_value.take());
        self.is_id |= text(keywords, "x-volatile").is_some_and(|volatile| volatile == "id");
    }

    fn range(&mut self, keywords: &Map<String, Value>, own: Option<&String>) {
        let number = |key: &str| keywords.get(key).and_then(Value::as_f64);
        let end = |within: f64, beyond: f64, is_open: bool| {
            Some(End {
                within,
                beyond,
                is_open,
                requirement: own.cloned(),
            })
        };
        if let Some(least) = number("minimum") {
            self.range.least = end(least, least - 1.0, false);
        }
        if let Some(least) = number("exclusiveMinimum") {
            self.range.least = end(least + 1.0, least, true);
        }
        if let Some(most) = number("maximum") {
            self.range.most = end(most, most + 1.0, false);
        }
        if let Some(most) = number("exclusiveMaximum") {
            self.range.most = end(most - 1.0, most, true);
        }
    }

    /// What the keywords say of the value's parts, and of its alternatives.
    fn parts(&mut self, keywords: &Map<String, Value>, at: &dyn Fn(&[&str]) -> Spot) {
        for name in keywords
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let member = self.members.entry(name.0.clone()).or_default();
            member.spots.push(at(&["properties", name.0]));
        }
        for name in list(keywords, "required").iter().filter_map(Value::as_str) {
            self.members.entry(name.to_owned()).or_default().required = true;
        }
        if keywords.contains_key("items") {
            self.elements.push(at(&["items"]));
        }
        for keyword in ["anyOf", "oneOf"] {
            for (index, branch) in list(keywords, keyword).iter().enumerate() {
                let told = |key: &str| branch.get(key).and_then(Value::as_str).map(str::to_owned);
                self.branches.push(Branch {
                    spot: at(&[keyword, &index.to_string()]),
                    title: told("title"),
                    erratum: told("x-erratum"),
                });
            }
        }
    }

    /// Whether the type is one of these, or none is stated and the value could be.
    pub(super) fn is(&self, name: &str) -> bool {
        self.types.iter().any(|known| known == name)
    }
}

/// A limit that is near enough to be tried; one that is not is as good as none.
fn tried(limit: Option<Limit>, most: usize) -> Option<Limit> {
    limit.filter(|limit| limit.count <= most)
}

fn tighten(known: &mut Option<Limit>, new: Option<Limit>, tighter: impl Fn(usize, usize) -> bool) {
    if let Some(new) = new
        && known
            .as_ref()
            .is_none_or(|known| tighter(new.count, known.count))
    {
        *known = Some(new);
    }
}

fn text(keywords: &Map<String, Value>, key: &str) -> Option<String> {
    keywords.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn list<'k>(keywords: &'k Map<String, Value>, key: &str) -> &'k [Value] {
    keywords
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
