//! What can go wrong with a JSON value on its way: one edit, at each place that a pointer with
//! wildcards names.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One edit and where it is made.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Edit {
    /// A JSON Pointer (RFC 6901) in which the segment `*` stands for every member or item.
    at: String,
    #[serde(flatten)]
    what: What,
}

/// What becomes of the value there.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum What {
    /// It is not there.
    Remove,
    /// It has another name in its object.
    Rename { to: String },
    /// It is another value; null unless told.
    Set {
        #[serde(default)]
        value: Value,
    },
    /// The object there has one more member.
    Add { name: String, value: Value },
    /// It is text: a text stays what it is, anything else is its JSON.
    AsText,
    /// A text is the number that it reads as; what reads as none becomes 0.
    AsNumber,
    /// It is the only item of an array.
    InArray,
    /// What is no array is the only item of one.
    Listed,
    /// What is no object is the only member of one.
    InObject { name: String },
    /// An array is its first item, or null.
    Unwrap,
    /// An array of texts is one text with this between them.
    Join { with: String },
    /// A text is an array of its parts between this.
    Split { with: String },
    /// A text in lower case.
    LowerCase,
    /// A text in upper case.
    UpperCase,
    /// A text whose first letter alone is upper case.
    Capitalise,
    /// Every occurrence of one part of a text is another.
    Replace { from: String, to: String },
    /// A text with this before it.
    Prefix { text: String },
    /// A text with blanks around it taken away.
    Trim,
    /// A text of so many of its first characters, or an array of so many of its first items.
    Cut { to: usize },
    /// An array without its last item.
    DropLast,
    /// An array of its first item only.
    KeepFirst,
    /// An array whose first item stands in it twice.
    DoubleFirst,
    /// An array whose last item stands in it twice.
    DoubleLast,
    /// An array with one more item.
    Append { value: Value },
    /// An array backwards.
    Reverse,
    /// An array in the order of its items' JSON.
    Sort,
    /// An array without items, or a text without characters.
    Clear,
    /// The object there has this member, unless it has one of the name that is not null.
    Default {
        name: String,
        #[serde(default)]
        value: Value,
    },
    /// A value that is this one is another; null is what is not told.
    Swap {
        #[serde(default)]
        from: Value,
        #[serde(default)]
        to: Value,
    },
    /// What a loosely typed language takes for true is true, and the rest is false.
    Truthy,
    /// An array of its last item only.
    KeepLast,
}

impl Edit {
    /// Makes the edit wherever it applies.
    pub(super) fn make(&self, value: &mut Value) {
        let segments: Vec<String> = self
            .at
            .split('/')
            .skip(1)
            .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
            .collect();
        self.what.at(value, &segments);
    }
}

impl What {
    fn at(&self, value: &mut Value, segments: &[String]) {
        match segments {
            [] => self.value(value),
            [last] if matches!(self, Self::Remove | Self::Rename { .. }) => {
                self.member(value, last);
            }
            [first, rest @ ..] => match value {
                Value::Object(members) if first == "*" => {
                    members.values_mut().for_each(|value| self.at(value, rest));
                }
                Value::Array(items) if first == "*" => {
                    for value in items {
                        self.at(value, rest);
                    }
                }
                Value::Object(members) => {
                    if let Some(value) = members.get_mut(first) {
                        self.at(value, rest);
                    }
                }
                Value::Array(items) => {
                    let index = first.parse().ok();
                    if let Some(value) = index.and_then(|index: usize| items.get_mut(index)) {
                        self.at(value, rest);
                    }
                }
                _ => {}
            },
        }
    }

    /// What concerns the name of a member, or that it is there.
    fn member(&self, value: &mut Value, name: &str) {
        match value {
            Value::Object(members) => {
                let names: Vec<String> = members.keys().cloned().collect();
                let found = names.into_iter().filter(|one| name == "*" || one == name);
                for found in found {
                    let value = members.remove(&found);
                    if let (Self::Rename { to }, Some(value)) = (self, value) {
                        members.insert(to.clone(), value);
                    }
                }
            }
            Value::Array(items) if matches!(self, Self::Remove) => {
                if name == "*" {
                    items.clear();
                } else if let Some(index) = name.parse().ok().filter(|index| *index < items.len()) {
                    items.remove(index);
                }
            }
            _ => {}
        }
    }

    fn value(&self, value: &mut Value) {
        if let Some(other) = self.whole(value) {
            *value = other;
            return;
        }
        match value {
            Value::Array(items) => {
                if let Some(other) = self.array(items) {
                    *value = other;
                }
            }
            Value::String(text) => {
                if let Some(other) = self.text(text) {
                    *value = other;
                }
            }
            Value::Object(members) => {
                if let Some(other) = self.object(members) {
                    *value = other;
                }
            }
            _ => {
                if let Some(other) = self.any(value) {
                    *value = other;
                }
            }
        }
    }

    /// What goes by the value as a whole.
    fn whole(&self, value: &Value) -> Option<Value> {
        match self {
            Self::Swap { from, to } => (value == from).then(|| to.clone()),
            Self::Truthy => Some(Value::Bool(match value {
                Value::Null => false,
                Value::Bool(truth) => *truth,
                Value::Number(number) => number.as_f64() != Some(0.0),
                Value::String(text) => !text.is_empty(),
                Value::Array(_) | Value::Object(_) => true,
            })),
            _ => None,
        }
    }

    /// What can become of any value.
    fn any(&self, value: &Value) -> Option<Value> {
        Some(match self {
            Self::Set { value } => value.clone(),
            Self::AsText => Value::String(match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
            Self::InArray => Value::Array(vec![value.clone()]),
            Self::Listed if !value.is_array() => Value::Array(vec![value.clone()]),
            Self::InObject { name } if !value.is_object() => json!({name: value}),
            _ => return None,
        })
    }

    fn array(&self, items: &mut Vec<Value>) -> Option<Value> {
        let last = items.len().saturating_sub(1);
        match self {
            Self::Unwrap => return Some(items.first().cloned().unwrap_or_default()),
            Self::Join { with } => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                return Some(Value::String(texts.join(with)));
            }
            Self::DropLast => drop(items.pop()),
            Self::KeepFirst => items.truncate(1),
            Self::KeepLast => drop(items.drain(..last)),
            Self::Cut { to } => items.truncate(*to),
            Self::DoubleFirst if !items.is_empty() => items.insert(0, items[0].clone()),
            Self::DoubleLast if !items.is_empty() => items.push(items[last].clone()),
            Self::Append { value } => items.push(value.clone()),
            Self::Reverse => items.reverse(),
            Self::Sort => items.sort_by_key(Value::to_string),
            Self::Clear => items.clear(),
            _ => return self.any(&Value::Array(items.clone())),
        }
        None
    }

    fn text(&self, text: &mut String) -> Option<Value> {
        *text = match self {
            Self::AsNumber => {
                let number = serde_json::from_str(text).ok().filter(Value::is_number);
                return Some(number.unwrap_or_else(|| Value::from(0)));
            }
            Self::Split { with } => {
                return Some(text.split(with.as_str()).map(Value::from).collect());
            }
            Self::LowerCase => text.to_lowercase(),
            Self::UpperCase => text.to_uppercase(),
            Self::Capitalise => {
                let mut letters = text.chars();
                let first = letters.next().map(char::to_uppercase);
                let rest = letters.as_str().to_lowercase();
                first.into_iter().flatten().chain(rest.chars()).collect()
            }
            Self::Replace { from, to } => text.replace(from, to),
            Self::Prefix { text: before } => format!("{before}{text}"),
            Self::Trim => text.trim().to_owned(),
            Self::Cut { to } => text.chars().take(*to).collect(),
            Self::Clear => String::new(),
            _ => return self.any(&Value::String(text.clone())),
        };
        None
    }

    fn object(&self, members: &mut Map<String, Value>) -> Option<Value> {
        match self {
            Self::Add { name, value } => {
                members.insert(name.clone(), value.clone());
                None
            }
            Self::Default { name, value } => {
                if members.get(name).is_none_or(Value::is_null) {
                    members.insert(name.clone(), value.clone());
                }
                None
            }
            _ => self.any(&Value::Object(members.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(json!({"at": "/a", "do": "remove"}), json!({"b": [{"c": "X y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/a", "do": "rename", "to": "z"}), json!({"z": 1, "b": [{"c": "X y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/a", "do": "as-text"}), json!({"a": "1", "b": [{"c": "X y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/b/*/c", "do": "lower-case"}), json!({"a": 1, "b": [{"c": "x y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/b/*/c", "do": "split", "between": " "}), Value::Null)]
    #[case(json!({"at": "/b/1/c", "do": "as-number"}), json!({"a": 1, "b": [{"c": "X y"}, {"c": 2}]}))]
    #[case(json!({"at": "/b/*/c", "do": "remove"}), json!({"a": 1, "b": [{}, {}]}))]
    #[case(json!({"at": "/b", "do": "double-last"}), json!({"a": 1, "b": [{"c": "X y"}, {"c": "2"}, {"c": "2"}]}))]
    #[case(json!({"at": "/b", "do": "unwrap"}), json!({"a": 1, "b": {"c": "X y"}}))]
    #[case(json!({"at": "/b/0", "do": "add", "name": "d", "value": null}), json!({"a": 1, "b": [{"c": "X y", "d": null}, {"c": "2"}]}))]
    #[case(json!({"at": "/b/0", "do": "default", "name": "d", "value": 1}), json!({"a": 1, "b": [{"c": "X y", "d": 1}, {"c": "2"}]}))]
    #[case(json!({"at": "/b/0", "do": "default", "name": "c", "value": 1}), json!({"a": 1, "b": [{"c": "X y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/*", "do": "swap", "from": 1, "to": "x"}), json!({"a": "x", "b": [{"c": "X y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/a", "do": "swap", "from": 1}), json!({"a": null, "b": [{"c": "X y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/b/0/c", "do": "truthy"}), json!({"a": 1, "b": [{"c": true}, {"c": "2"}]}))]
    #[case(json!({"at": "/b", "do": "keep-last"}), json!({"a": 1, "b": [{"c": "2"}]}))]
    #[case(json!({"at": "", "do": "in-array"}), json!([{"a": 1, "b": [{"c": "X y"}, {"c": "2"}]}]))]
    #[case(json!({"at": "/b", "do": "cut", "to": 1}), json!({"a": 1, "b": [{"c": "X y"}]}))]
    #[case(json!({"at": "/*", "do": "listed"}), json!({"a": [1], "b": [{"c": "X y"}, {"c": "2"}]}))]
    #[case(json!({"at": "/b/*/c", "do": "in-object", "name": "d"}), json!({"a": 1, "b": [{"c": {"d": "X y"}}, {"c": {"d": "2"}}]}))]
    #[case(json!({"at": "/nowhere/*", "do": "clear"}), json!({"a": 1, "b": [{"c": "X y"}, {"c": "2"}]}))]
    fn an_edit_is_made_where_it_says(#[case] edit: Value, #[case] expected: Value) {
        let mut value = json!({"a": 1, "b": [{"c": "X y"}, {"c": "2"}]});
        let Ok(edit) = serde_json::from_value::<Edit>(edit) else {
            assert_eq!(expected, Value::Null, "only a wrong edit is refused");
            return;
        };
        edit.make(&mut value);
        assert_eq!(value, expected);
    }
}
