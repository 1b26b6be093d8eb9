//! Request bodies with places for the items of a batch and for the arguments of a command.

use serde_json::{Map, Value};

use crate::document::Cursor;
use crate::names::way_out;
use crate::yaml::Data;
use crate::{Error, Result};

/// Values by name; null means that the value is left out.
pub type Arguments = Map<String, Value>;

/// The member that stands for its value once for each item.
const EACH: &str = "$each";

/// A JSON value in which `$batch.NAME` and `$item.NAME` stand for arguments, `$item.id` for an
/// item's id, and `{$each: …}` for an array with one element for each item.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// The value itself.
    Value(Value),
    /// An argument of the whole batch.
    Batch(String),
    /// An argument of the item, or its id.
    Item(String),
    /// Once for each item.
    Each(Box<Template>),
    /// An array.
    Array(Vec<Template>),
    /// An object; a member whose value is left out is left out with its name.
    Object(Vec<(String, Template)>),
}

impl Template {
    /// Fills it in with the batch's arguments and those of each item, the id among them.
    pub fn fill(&self, batch: &Arguments, items: &[Arguments]) -> Value {
        self.filled(batch, items, None).unwrap_or(Value::Null)
    }

    fn filled(
        &self,
        batch: &Arguments,
        items: &[Arguments],
        item: Option<&Arguments>,
    ) -> Option<Value> {
        let given = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::Batch(name) => given(batch.get(name)),
            Self::Item(name) => given(item.and_then(|item| item.get(name))),
            Self::Each(template) => {
                let each = items.iter();
                let filled = each.filter_map(|item| template.filled(batch, items, Some(item)));
                Some(Value::Array(filled.collect()))
            }
            Self::Array(elements) => {
                let elements = elements.iter();
                let filled = elements.filter_map(|element| element.filled(batch, items, item));
                Some(Value::Array(filled.collect()))
            }
            Self::Object(members) => {
                let filled = members.iter().filter_map(|(name, member)| {
                    Some((name.clone(), member.filled(batch, items, item)?))
                });
                Some(Value::Object(filled.collect()))
            }
        }
    }
}

/// The names that a template can use.
pub(super) struct Known<'k> {
    pub(super) batch: Vec<&'k str>,
    pub(super) item: Vec<&'k str>,
}

/// Reads a template; `within` says whether it stands below an `$each`.
pub(super) fn read(cursor: &Cursor<'_>, known: &Known<'_>, within: bool) -> Result<Template> {
    match &cursor.node.data {
        Data::Mapping(members) if members.len() == 1 && members[0].key == EACH => {
            if within {
                return Err(cursor.fault(format!("{EACH:?} stands in another one: unfold it")));
            }
            let each = read(&cursor.required(EACH)?, known, true)?;
            Ok(Template::Each(Box::new(each)))
        }
        Data::Mapping(_) => {
            let mut object = Vec::new();
            for (name, member) in cursor.members()? {
                if name == EACH {
                    return Err(member.fault(format!(
                        "{EACH:?} stands alone in its object: move the rest"
                    )));
                }
                object.push((name.to_owned(), read(&member, known, within)?));
            }
            Ok(Template::Object(object))
        }
        Data::Sequence(_) => {
            let elements = cursor.items()?;
            let elements = elements.iter().map(|element| read(element, known, within));
            Ok(Template::Array(elements.collect::<Result<_>>()?))
        }
        Data::String(text) if text.starts_with('$') => expression(cursor, text, known, within),
        _ => Ok(Template::Value(cursor.node.to_value())),
    }
}

fn expression(
    cursor: &Cursor<'_>,
    text: &str,
    known: &Known<'_>,
    within: bool,
) -> Result<Template> {
    let unknown = |name: &str, names: &[&str]| Error::MissingReference {
        place: cursor.place(),
        member: "body",
        what: "no argument",
        reference: name.to_owned(),
        way_out: way_out(name, names.iter().copied()),
    };
    if let Some(name) = text.strip_prefix("$batch.") {
        return if known.batch.contains(&name) {
            Ok(Template::Batch(name.to_owned()))
        } else {
            Err(unknown(name, &known.batch))
        };
    }
    if let Some(name) = text.strip_prefix("$item.") {
        if !within {
            return Err(cursor.fault(format!("there is no item here: put {text} into {EACH:?}")));
        }
        return if name == "id" || known.item.contains(&name) {
            Ok(Template::Item(name.to_owned()))
        } else {
            Err(unknown(name, &known.item))
        };
    }
    Err(cursor.fault(format!(
        "{text:?} is no expression: there are $batch.ARGUMENT, $item.id and $item.ARGUMENT"
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(value: Value) -> Arguments {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn what_is_null_is_left_out_with_its_name() {
        let member = |name: &str, template| (name.to_owned(), template);
        let template = Template::Object(vec![
            member("action", Template::Batch("action".to_owned())),
            member("note", Template::Batch("note".to_owned())),
            member(
                "items",
                Template::Each(Box::new(Template::Object(vec![
                    member("path", Template::Item("id".to_owned())),
                    member("permanent", Template::Item("permanent".to_owned())),
                ]))),
            ),
        ]);
        let filled = template.fill(
            &arguments(json!({"action": "DELETE", "note": null})),
            &[
                arguments(json!({"id": "a", "permanent": null})),
                arguments(json!({"id": "b", "permanent": false})),
            ],
        );
        let expected = json!({
            "action": "DELETE",
            "items": [{"path": "a"}, {"path": "b", "permanent": false}],
        });
        assert_eq!(filled, expected);
    }
}
