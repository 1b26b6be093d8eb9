//! Values and tables of a TOML file with their names and places.

use serde_json::{Map, Number};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Place, Source, meant};
use crate::FileError;

/// A table of the file.
#[derive(Clone)]
pub(crate) struct Table<'f> {
    source: &'f Source<'f>,
    /// Its dotted name; empty for the root.
    name: String,
    offset: usize,
    entries: &'f DeTable<'f>,
}

/// A value of the file.
#[derive(Clone)]
pub(crate) struct Value<'f> {
    source: &'f Source<'f>,
    /// Its dotted name.
    name: String,
    /// Its last part.
    key: String,
    node: &'f Spanned<DeValue<'f>>,
}

impl<'f> Table<'f> {
    pub(super) fn root(source: &'f Source<'f>, entries: &'f DeTable<'f>) -> Self {
        Self {
            source,
            name: String::new(),
            offset: 0,
            entries,
        }
    }

    /// Refuses every key that is none of `known`.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), FileError> {
        let unknown = self
            .entries
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        match unknown {
            None => Ok(()),
            Some(key) => {
                let whole = if self.name.is_empty() {
                    "the file"
                } else {
                    &self.name
                };
                let name = key.get_ref();
                let way_out = meant(name, known.iter().copied());
                let problem = format!("{whole} has no {name:?}: {way_out}");
                Err(self.source.place(key.span().start).error(problem))
            }
        }
    }

    /// The value of that key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'f>> {
        self.entries.get(key).map(|value| self.value(key, value))
    }

    /// The value of that key.
    ///
    /// # Errors
    /// When it is missing; `example` shows how to write it.
    pub(crate) fn required(&self, key: &str, example: &str) -> Result<Value<'f>, FileError> {
        self.get(key).ok_or_else(|| {
            let problem = format!("{} has no {key}: write {key} = {example}", self.name);
            self.place().error(problem)
        })
    }

    /// All values with their keys, in order of key.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'f str, Value<'f>)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), self.value(key.get_ref(), value)))
    }

    /// Where it begins.
    pub(crate) fn place(&self) -> Place {
        self.source.place(self.offset)
    }

    fn value(&self, key: &str, value: &'f Spanned<DeValue<'f>>) -> Value<'f> {
        let name = if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        };
        Value {
            source: self.source,
            name,
            key: key.to_owned(),
            node: value,
        }
    }
}

impl<'f> Value<'f> {
    /// Where it stands.
    pub(crate) fn place(&self) -> Place {
        self.source.place(self.node.span().start)
    }

    /// An error about it: its name, then `problem`.
    pub(crate) fn error(&self, problem: impl std::fmt::Display) -> FileError {
        self.place().error(format!("{} {problem}", self.name))
    }

    /// Whether it is a string.
    pub(crate) fn is_string(&self) -> bool {
        self.node.get_ref().is_str()
    }

    /// A string that is not empty.
    pub(crate) fn string(&self, example: &str) -> Result<&'f str, FileError> {
        match self.node.get_ref().as_str() {
            Some("") => Err(self.error(format!("is empty: write {} = {example}", self.key))),
            Some(text) => Ok(text),
            None => Err(self.mistyped("a string", example)),
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self) -> Result<bool, FileError> {
        let value = self.node.get_ref().as_bool();
        value.ok_or_else(|| self.mistyped("a boolean", "true"))
    }

    /// An array of strings that are not empty, each with its place.
    pub(crate) fn strings_with_places(
        &self,
        example: &str,
    ) -> Result<Vec<(&'f str, Place)>, FileError> {
        self.items("an array of strings", example)?
            .iter()
            .map(|item| Ok((item.string(example)?, item.place())))
            .collect()
    }

    /// A table.
    pub(crate) fn table(&self, example: &str) -> Result<Table<'f>, FileError> {
        let entries = self.node.get_ref().as_table();
        let entries = entries.ok_or_else(|| self.mistyped("a table", example))?;
        Ok(Table {
            source: self.source,
            name: self.name.clone(),
            offset: self.node.span().start,
            entries,
        })
    }

    /// An array of tables.
    pub(crate) fn tables(&self) -> Result<Vec<Table<'f>>, FileError> {
        let header = format!("[[{}]]", self.name);
        let example = format!("{{ … }}, or better, each entry under a header {header}");
        let items = self.items("an array of tables", &example)?;
        items.iter().map(|item| item.table(&example)).collect()
    }

    /// The same value in JSON.
    ///
    /// # Errors
    /// When JSON has no such value: a date, or a number that is not finite.
    pub(crate) fn json(&self) -> Result<serde_json::Value, FileError> {
        let not_in_json = |what| self.error(format!("is {what}, which JSON cannot say: quote it"));
        Ok(match self.node.get_ref() {
            DeValue::String(text) => text.as_ref().into(),
            DeValue::Boolean(value) => (*value).into(),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| not_in_json("a number of more than 64 bits"))?
                .into(),
            DeValue::Float(number) => number
                .as_str()
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .ok_or_else(|| not_in_json("no finite number"))?
                .into(),
            DeValue::Datetime(_) => return Err(not_in_json("a date or a time")),
            DeValue::Array(_) => {
                let items = self.items("an array", "[]")?;
                let values: Result<_, _> = items.iter().map(Value::json).collect();
                serde_json::Value::Array(values?)
            }
            DeValue::Table(_) => self.object("{}")?.into(),
        })
    }

    /// The same table as a JSON object.
    pub(crate) fn object(
        &self,
        example: &str,
    ) -> Result<Map<String, serde_json::Value>, FileError> {
        let table = self.table(example)?;
        let members = table.values();
        members
            .map(|(key, value)| Ok((key.to_owned(), value.json()?)))
            .collect()
    }

    fn items(&self, expected: &str, example: &str) -> Result<Vec<Value<'f>>, FileError> {
        let items = self.node.get_ref().as_array();
        let items = items.ok_or_else(|| self.mistyped(expected, example))?;
        Ok(items
            .iter()
            .map(|node| Value {
                node,
                ..self.clone()
            })
            .collect())
    }

    /// That it is of a wrong type; the value itself is not repeated.
    fn mistyped(&self, expected: &str, example: &str) -> FileError {
        let actual = match self.node.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or a time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.error(format!(
            "is {actual}, where {expected} is expected: write {} = {example}",
            self.key
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rstest::rstest;
    use serde_json::json;

    use super::*;

    /// What `read` makes of the value of the key `a`.
    fn read<T>(
        text: &str,
        read: impl FnOnce(Value<'_>) -> Result<T, FileError>,
    ) -> Result<T, String> {
        let source = Source::new(text, Path::new("a.toml"));
        let found = source.read(|root| read(root.required("a", "1")?));
        found.map_err(|error| error.to_string())
    }

    #[test]
    fn a_table_has_no_other_keys_than_those_that_are_known() {
        let only = |text: &str| read(text, |value| value.table("{}")?.only(&["url", "name"]));
        assert_eq!(only("[a]\nname = 1\nurl = 2"), Ok(()));
        assert_eq!(
            only("[a]\nname = 1\n\nulr = 2\nnam = 3"),
            Err("a.toml:4: a has no \"ulr\": did you mean url?".to_owned())
        );
    }

    #[test]
    fn the_values_of_a_table_come_in_order_of_key_with_their_places() {
        let places = read("[a]\nb = 1\na = 2", |value| {
            let table = value.table("{}")?;
            let values = table.values();
            Ok(values
                .map(|(key, value)| (key.to_owned(), value.place().to_string()))
                .collect::<Vec<_>>())
        });
        let expected = [("a", "a.toml:3"), ("b", "a.toml:2")];
        let expected = expected.map(|(key, place)| (key.to_owned(), place.to_owned()));
        assert_eq!(places, Ok(expected.to_vec()));
    }

    #[rstest]
    #[case("a = \"true\"", true)]
    #[case("a = true", false)]
    #[case("a = { b = \"true\" }", false)]
    fn a_string_is_told_from_what_is_none(#[case] text: &str, #[case] is_string: bool) {
        assert_eq!(read(text, |value| Ok(value.is_string())), Ok(is_string));
    }

    #[rstest]
    #[case("a = true", Ok(true))]
    #[case("a = false", Ok(false))]
    #[case(
        "a = \"true\"",
        Err("a.toml:1: a is a string, where a boolean is expected: write a = true")
    )]
    fn a_boolean_is_not_quoted(#[case] text: &str, #[case] expected: Result<bool, &str>) {
        assert_eq!(
            read(text, |value| value.boolean()),
            expected.map_err(ToOwned::to_owned)
        );
    }

    #[test]
    fn each_string_of_an_array_has_its_place() {
        let strings = read("a = [\n  \"x\",\n  \"y\",\n]", |value| {
            let strings = value.strings_with_places("[\"x\"]")?.into_iter();
            Ok(strings
                .map(|(text, place)| format!("{place} {text}"))
                .collect::<Vec<_>>())
        });
        let expected = ["a.toml:2 x", "a.toml:3 y"].map(ToOwned::to_owned);
        assert_eq!(strings, Ok(expected.to_vec()));
    }

    #[test]
    fn a_table_is_the_same_in_json() {
        let text = "[a]\ntext = \"x\"\nyes = true\nno = false\nhex = 0x1f\nless = -1\nhalf = 0.5\n\
                    list = [1, [\"b\"]]\ninner = { x = { y = 2 } }";
        let expected = json!({
            "text": "x",
            "yes": true,
            "no": false,
            "hex": 31,
            "less": -1,
            "half": 0.5,
            "list": [1, ["b"]],
            "inner": { "x": { "y": 2 } },
        });
        assert_eq!(read(text, |value| value.json()), Ok(expected.clone()));
        let object = read(text, |value| value.object("{}"));
        assert_eq!(object.map(serde_json::Value::from), Ok(expected));
    }

    #[rstest]
    #[case("inf", "no finite number")]
    #[case("9223372036854775808", "a number of more than 64 bits")]
    #[case("2026-01-31", "a date or a time")]
    fn what_json_cannot_say_is_told(#[case] value: &str, #[case] what: &str) {
        assert_eq!(
            read(&format!("a = {value}"), |value| value.json()),
            Err(format!(
                "a.toml:1: a is {what}, which JSON cannot say: quote it"
            ))
        );
    }
}
