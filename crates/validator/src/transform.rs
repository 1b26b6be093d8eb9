//! Turning a contract's schema into the one that is compiled: references inlined, `x-should` and
//! `x-may` folded in as assertions that carry their level, objects closed so that unknown members
//! show. The result is self-contained, so that the place of an error in it leads back to the
//! `x-requirement` around it.

use std::collections::BTreeMap;

use contract::{SchemaRef, Schemas};
use serde_json::{Map, Value, json};

use crate::Error;

/// Marks an object schema that was closed here and not by the contract.
pub(crate) const CLOSED: &str = "x-closed";
/// The level of the assertions below, put in where `x-should` and `x-may` are folded in.
pub(crate) const LEVEL: &str = "x-level";

/// Keywords whose value is one subschema that applies to another value.
const CHILD: [&str; 5] = [
    "items",
    "additionalProperties",
    "contains",
    "propertyNames",
    "unevaluatedItems",
];
/// Keywords that hold an array of subschemas for the same value.
const IN_PLACE_LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// Keywords that hold one subschema for the same value.
const IN_PLACE: [&str; 4] = ["if", "then", "else", "not"];
/// Keywords under which a miss does not simply mean "invalid".
const CONDITIONAL: [&str; 4] = ["anyOf", "oneOf", "not", "if"];

/// Inlines and folds the schema at `start`.
pub(crate) fn link(schemas: &Schemas, start: &SchemaRef) -> Result<Value, Error> {
    let mut linker = Linker {
        schemas,
        stack: Vec::new(),
        definitions: BTreeMap::new(),
        pending: Vec::new(),
    };
    let mut schema = linker.at(start, Context::default())?;
    let mut definitions = Map::new();
    while let Some((name, target)) = linker.pending.pop() {
        linker.stack.clear();
        let value = linker.at(
            &target,
            Context {
                conditional: None,
                closed: false,
            },
        )?;
        definitions.insert(name, value);
    }
    if let Value::Object(members) = &mut schema
        && !definitions.is_empty()
    {
        members.insert("$defs".to_owned(), Value::Object(definitions));
    }
    Ok(schema)
}

#[derive(Debug, Clone, Copy)]
struct Context {
    /// The innermost of `anyOf`, `oneOf`, `not`, `if` around the subschema.
    conditional: Option<&'static str>,
    /// Whether objects are to be closed here.
    closed: bool,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            conditional: None,
            closed: true,
        }
    }
}

struct Linker<'s> {
    schemas: &'s Schemas,
    /// References that are being inlined, to see recursion.
    stack: Vec<SchemaRef>,
    /// Names of recursive definitions.
    definitions: BTreeMap<SchemaRef, String>,
    /// Definitions that are still to be linked.
    pending: Vec<(String, SchemaRef)>,
}

impl Linker<'_> {
    fn at(&mut self, place: &SchemaRef, context: Context) -> Result<Value, Error> {
        let Some(schema) = self.schemas.resolve(place) else {
            return Err(Error::Reference {
                document: place.document.clone(),
                pointer: place.pointer.clone(),
                reference: place.to_string(),
            });
        };
        self.stack.push(place.clone());
        let linked = self.schema(schema, place, context);
        self.stack.pop();
        linked
    }

    fn schema(
        &mut self,
        schema: &Value,
        place: &SchemaRef,
        context: Context,
    ) -> Result<Value, Error> {
        let Value::Object(members) = schema else {
            return Ok(schema.clone());
        };
        let Some(Value::String(reference)) = members.get("$ref") else {
            return self.object(members, place, context).map(Value::Object);
        };
        let Some(target) = self.schemas.follow(place, reference) else {
            return Err(Error::Reference {
                document: place.document.clone(),
                pointer: place.pointer.clone(),
                reference: reference.clone(),
            });
        };
        let mut beside = members.clone();
        beside.remove("$ref");
        let only_notes = beside.keys().all(|key| is_note(key));
        // Softer promises beside a reference list no members, so what it leads to stays closed.
        let adds_no_members = beside
            .keys()
            .all(|key| is_note(key) || matches!(key.as_str(), "x-should" | "x-may"));
        let inlined = if self.stack.contains(&target) {
            self.recursive(target)
        } else {
            self.at(
                &target,
                if adds_no_members {
                    context
                } else {
                    open(context)
                },
            )?
        };
        match inlined {
            Value::Object(inner) if only_notes && !inner.contains_key("$ref") => {
                // What the referred-to schema says of itself is the deeper and the nearer word.
                beside.extend(inner);
                Ok(Value::Object(beside))
            }
            inlined => {
                let mut linked = self.object(&beside, place, open(context))?;
                push_all_of(&mut linked, inlined);
                Ok(Value::Object(linked))
            }
        }
    }

    fn recursive(&mut self, target: SchemaRef) -> Value {
        let known = self.definitions.get(&target).cloned();
        let name = known.unwrap_or_else(|| {
            let next = format!("recursive-{}", self.definitions.len());
            self.pending.push((next.clone(), target.clone()));
            self.definitions.insert(target, next.clone());
            next
        });
        json!({"$ref": format!("#/$defs/{name}")})
    }

    fn object(
        &mut self,
        members: &Map<String, Value>,
        place: &SchemaRef,
        context: Context,
    ) -> Result<Map<String, Value>, Error> {
        let mut linked = Map::new();
        let child = |tokens: &[&str]| self.schemas.child(place, tokens);
        let places: BTreeMap<&str, SchemaRef> = members
            .keys()
            .map(|key| (key.as_str(), child(&[key])))
            .collect();
        for (key, value) in members {
            let key = key.as_str();
            let here = &places[key];
            let value = match value {
                Value::Object(named)
                    if matches!(key, "properties" | "patternProperties" | "dependentSchemas") =>
                {
                    let context = if key == "dependentSchemas" {
                        open(context)
                    } else {
                        context
                    };
                    let mut subschemas = Map::new();
                    for (name, subschema) in named {
                        let place = self.schemas.child(here, [name]);
                        subschemas.insert(name.clone(), self.schema(subschema, &place, context)?);
                    }
                    Value::Object(subschemas)
                }
                Value::Array(items) if key == "prefixItems" => {
                    self.list(items, here, |_| context)?
                }
                Value::Array(items) if IN_PLACE_LISTS.contains(&key) => {
                    self.list(items, here, |_| inside(context, key))?
                }
                subschema if CHILD.contains(&key) => self.schema(subschema, here, context)?,
                subschema if IN_PLACE.contains(&key) => {
                    self.schema(subschema, here, inside(context, key))?
                }
                _ if matches!(key, "x-should" | "x-may" | "$defs" | "definitions") => continue,
                other => other.clone(),
            };
            linked.insert(key.to_owned(), value);
        }
        close(&mut linked, members, context);
        for (keyword, level) in [("x-should", "SHOULD"), ("x-may", "MAY")] {
            let Some(Value::Array(entries)) = members.get(keyword) else {
                continue;
            };
            if let Some(inside) = context.conditional {
                return Err(Error::Soft {
                    document: place.document.clone(),
                    pointer: place.pointer.clone(),
                    keyword: keyword.to_owned(),
                    inside: inside.to_owned(),
                });
            }
            for (index, entry) in entries.iter().enumerate() {
                let place = self.schemas.child(place, [keyword, &index.to_string()]);
                let mut soft = self.schema(entry, &place, open(context))?;
                if let Value::Object(soft) = &mut soft {
                    soft.insert(LEVEL.to_owned(), json!(level));
                }
                push_all_of(&mut linked, soft);
            }
        }
        Ok(linked)
    }

    fn list(
        &mut self,
        items: &[Value],
        place: &SchemaRef,
        context: impl Fn(usize) -> Context,
    ) -> Result<Value, Error> {
        items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let place = self.schemas.child(place, [index.to_string()]);
                self.schema(item, &place, context(index))
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array)
    }
}

fn open(context: Context) -> Context {
    Context {
        closed: false,
        ..context
    }
}

fn inside(context: Context, keyword: &str) -> Context {
    Context {
        conditional: CONDITIONAL
            .into_iter()
            .find(|conditional| *conditional == keyword)
            .or(context.conditional),
        closed: false,
    }
}

/// Members that only tell and do not assert.
pub(crate) fn is_note(key: &str) -> bool {
    matches!(
        key,
        "title" | "description" | "$comment" | "examples" | "default" | "deprecated"
    ) || (key.starts_with("x-") && !matches!(key, "x-should" | "x-may"))
}

fn push_all_of(schema: &mut Map<String, Value>, entry: Value) {
    if let Value::Array(entries) = schema
        .entry("allOf")
        .or_insert_with(|| Value::Array(Vec::new()))
    {
        entries.push(entry);
    }
}

/// Whether a schema, or one in it for the same value, may list members of an object. One that
/// only requires some does not, and the cheaper `additionalProperties` then does for its holder.
fn may_list_members(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, value)| match key.as_str() {
            "required" | "type" | "const" | "enum" => false,
            "allOf" | "anyOf" | "oneOf" | "if" | "then" | "else" | "not" => may_list_members(value),
            key => !is_note(key),
        }),
        Value::Array(schemas) => schemas.iter().any(may_list_members),
        _ => false,
    }
}

/// Closes an object schema that lists members and says nothing of others. Schemas that apply to
/// the same value from beside may list further members: those count as known.
fn close(linked: &mut Map<String, Value>, members: &Map<String, Value>, context: Context) {
    let says_of_others = ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .any(|key| members.contains_key(*key));
    let allowed = members.get("x-unknown-members").and_then(Value::as_str) == Some("allow");
    if !context.closed || !members.contains_key("properties") || says_of_others || allowed {
        return;
    }
    let composed = IN_PLACE_LISTS
        .iter()
        .chain(&IN_PLACE)
        .filter_map(|key| members.get(*key))
        .chain(members.get("dependentSchemas"))
        .any(may_list_members);
    let keyword = if composed {
        "unevaluatedProperties"
    } else {
        "additionalProperties"
    };
    linked.insert(keyword.to_owned(), Value::Bool(false));
    linked.insert(CLOSED.to_owned(), Value::Bool(true));
}
