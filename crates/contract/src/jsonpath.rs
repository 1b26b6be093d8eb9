//! JSONPath (RFC 9535), restricted to what relations need: the root, names, `[*]` and indexes.
//!
//! Filters, slices, negative indexes and descendants are refused when a query is parsed, so that
//! selecting needs no memory and cannot fail.

use std::fmt;
use std::str::{Chars, FromStr};

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

use crate::schemas::push_token;

/// A query that selects values from a JSON value, e.g. `$.results[*].asset_ids[*]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Name(String),
    Every,
    Index(usize),
}

/// Why a text is not a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}: {what} at character {at} (allowed are $, .name, ['name'], [*] and [0])")]
pub struct JsonPathError {
    /// The text.
    pub text: String,
    /// What is wrong.
    pub what: &'static str,
    /// The character where it is, counted from 1.
    pub at: usize,
}

impl JsonPath {
    /// Reads a query, for instance `$[*].path`.
    ///
    /// # Errors
    /// When it is not RFC 9535, or uses a selector beyond names, `[*]` and non-negative indexes.
    pub fn parse(text: &str) -> Result<Self, JsonPathError> {
        let mut parser = Parser {
            rest: text.chars(),
            at: 1,
        };
        parser
            .query()
            .map(|segments| Self {
                text: text.to_owned(),
                segments,
            })
            .map_err(|what| JsonPathError {
                text: text.to_owned(),
                what,
                at: parser.at,
            })
    }

    /// The values that it selects, in order.
    pub fn select<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        let mut found = Vec::new();
        self.for_each(value, &mut |value| found.push(value));
        found
    }

    /// The values that it selects with the JSON pointer (RFC 6901) of each, in order.
    pub fn locate<'v>(&self, value: &'v Value) -> Vec<(String, &'v Value)> {
        let mut found = vec![(String::new(), value)];
        for segment in &self.segments {
            let mut next = Vec::new();
            for (pointer, value) in found {
                step(segment, &pointer, value, &mut next);
            }
            found = next;
        }
        found
    }

    /// The JSON pointer of what all selected values lie in: the names and indexes before the first
    /// `[*]`.
    pub fn root(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.segments {
            match segment {
                Segment::Name(name) => push_token(&mut pointer, name),
                Segment::Index(index) => push_token(&mut pointer, &index.to_string()),
                Segment::Every => break,
            }
        }
        pointer
    }

    /// Whether a value at the JSON pointer (RFC 6901) is one that it selects or passes through.
    pub fn passes(&self, pointer: &str) -> bool {
        let mut segments = self.segments.iter();
        pointer
            .split('/')
            .skip(1)
            .all(|token| match segments.next() {
                Some(Segment::Name(name)) => token.replace("~1", "/").replace("~0", "~") == *name,
                Some(Segment::Every) => token.parse::<usize>().is_ok(),
                Some(Segment::Index(index)) => token.parse() == Ok(*index),
                None => false,
            })
    }

    /// Calls `each` for every value that it selects, in order, without allocating.
    pub fn for_each<'v>(&self, value: &'v Value, each: &mut dyn FnMut(&'v Value)) {
        walk(&self.segments, value, each);
    }
}

fn walk<'v>(segments: &[Segment], value: &'v Value, each: &mut dyn FnMut(&'v Value)) {
    let Some((segment, rest)) = segments.split_first() else {
        each(value);
        return;
    };
    match (segment, value) {
        (Segment::Name(name), Value::Object(members)) => {
            if let Some(value) = members.get(name) {
                walk(rest, value, each);
            }
        }
        (Segment::Index(index), Value::Array(items)) => {
            if let Some(value) = items.get(*index) {
                walk(rest, value, each);
            }
        }
        (Segment::Every, Value::Array(items)) => {
            for value in items {
                walk(rest, value, each);
            }
        }
        (Segment::Every, Value::Object(members)) => {
            for value in members.values() {
                walk(rest, value, each);
            }
        }
        // RFC 9535, 2.3: a selector that does not fit the value selects nothing.
        _ => {}
    }
}

/// Adds what one segment selects from the value at `pointer`.
fn step<'v>(
    segment: &Segment,
    pointer: &str,
    value: &'v Value,
    found: &mut Vec<(String, &'v Value)>,
) {
    let mut add = |token: &str, value| {
        let mut pointer = pointer.to_owned();
        push_token(&mut pointer, token);
        found.push((pointer, value));
    };
    match (segment, value) {
        (Segment::Name(name), Value::Object(members)) => {
            if let Some(value) = members.get(name) {
                add(name, value);
            }
        }
        (Segment::Index(index), Value::Array(items)) => {
            if let Some(value) = items.get(*index) {
                add(&index.to_string(), value);
            }
        }
        (Segment::Every, Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                add(&index.to_string(), value);
            }
        }
        (Segment::Every, Value::Object(members)) => {
            for (name, value) in members {
                add(name, value);
            }
        }
        _ => {}
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for JsonPath {
    type Err = JsonPathError;

    fn from_str(text: &str) -> Result<Self, JsonPathError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for JsonPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// Reads one query; `at` is the character that comes next, counted from 1.
struct Parser<'t> {
    rest: Chars<'t>,
    at: usize,
}

impl Parser<'_> {
    fn query(&mut self) -> Result<Vec<Segment>, &'static str> {
        if !self.take('$') {
            return Err("a query starts with $");
        }
        let mut segments = Vec::new();
        while let Some(next) = self.peek() {
            segments.push(match next {
                '.' => self.dotted()?,
                '[' => self.bracketed()?,
                _ => return Err("expected . or ["),
            });
        }
        Ok(segments)
    }

    fn dotted(&mut self) -> Result<Segment, &'static str> {
        self.next();
        match self.peek() {
            Some('.') => return Err("descendants (..) are not supported"),
            Some('*') => {
                self.next();
                return Ok(Segment::Every);
            }
            Some(first) if is_name_first(first) => {}
            _ => return Err("expected a name"),
        }
        let mut name = String::new();
        while let Some(next) = self
            .peek()
            .filter(|c| is_name_first(*c) || c.is_ascii_digit())
        {
            name.push(next);
            self.next();
        }
        Ok(Segment::Name(name))
    }

    fn bracketed(&mut self) -> Result<Segment, &'static str> {
        self.next();
        self.blank();
        let segment = match self.peek() {
            Some('*') => {
                self.next();
                Segment::Every
            }
            Some(quote @ ('\'' | '"')) => {
                self.next();
                Segment::Name(self.quoted(quote)?)
            }
            Some('0'..='9') => Segment::Index(self.index()?),
            Some('-') => return Err("negative indexes are not supported"),
            Some('?') => return Err("filters are not supported"),
            Some(':') => return Err("slices are not supported"),
            _ => return Err("expected a quoted name, * or an index"),
        };
        self.blank();
        match self.peek() {
            Some(']') => {
                self.next();
                Ok(segment)
            }
            Some(':') => Err("slices are not supported"),
            Some(',') => Err("unions are not supported"),
            _ => Err("expected ]"),
        }
    }

    fn index(&mut self) -> Result<usize, &'static str> {
        let mut digits = String::new();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            digits.push(digit);
            self.next();
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return Err("an index has no leading zero");
        }
        digits.parse().map_err(|_| "the index is too large")
    }

    fn quoted(&mut self, quote: char) -> Result<String, &'static str> {
        let mut name = String::new();
        loop {
            let next = self.next().ok_or("the quoted name does not end")?;
            if next == quote {
                return Ok(name);
            }
            if next == '\\' {
                name.push(match self.next().ok_or("the quoted name does not end")? {
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    same @ ('/' | '\\') => same,
                    same if same == quote => same,
                    _ => return Err("this escape is not supported"),
                });
            } else if next < ' ' {
                return Err("a control character has to be escaped");
            } else {
                name.push(next);
            }
        }
    }

    fn blank(&mut self) {
        while let Some(' ' | '\t' | '\n' | '\r') = self.peek() {
            self.next();
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.at += usize::from(next.is_some());
        next
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }
}

/// RFC 9535, 2.5.1.1 `name-first`: a letter, `_`, or anything beyond ASCII.
fn is_name_first(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_pointer_on_the_way_is_told_from_one_beside_it() {
        let path = super::JsonPath::parse("$.results[*].asset_ids[*]").expect("a query");
        for on_the_way in ["", "/results", "/results/0", "/results/12/asset_ids/3"] {
            assert!(path.passes(on_the_way), "{on_the_way}");
        }
        for beside in [
            "/result",
            "/results/x",
            "/results/0/ret_status",
            "/results/0/asset_ids/3/x",
        ] {
            assert!(!path.passes(beside), "{beside}");
        }
    }

    #[test]
    fn only_the_named_element_is_on_the_way() {
        let path = super::JsonPath::parse("$.results[1]").expect("a query");
        assert!(path.passes("/results/1") && !path.passes("/results/0"));
    }

    #[test]
    fn a_quoted_name_has_the_escapes_of_rfc_9535() {
        let path = super::JsonPath::parse(r"$['\b\f\n\r\t\/\\\'']").expect("a query");
        assert_eq!(path.root(), "/\u{8}\u{c}\n\r\t~1\\'");
    }

    use rstest::rstest;
    use serde_json::{Value, json};

    use super::JsonPath;

    #[rstest]
    #[case("$", json!([{"results": [{"ids": ["a", "b"]}, {"ids": ["c"]}, {}], "a b": 1}]))]
    #[case("$.results[*].ids[*]", json!(["a", "b", "c"]))]
    #[case("$.results[0].ids", json!([["a", "b"]]))]
    #[case("$['results'][1][\"ids\"][0]", json!(["c"]))]
    #[case("$['a b']", json!([1]))]
    #[case("$.results.ids", json!([]))]
    #[case("$.results[9]", json!([]))]
    #[case("$[*].ids", json!([]))]
    #[case("$.results[0].*", json!([["a", "b"]]))]
    #[case("$[ 'a b'\t]", json!([1]))]
    fn selects(#[case] query: &str, #[case] expected: Value) {
        let value = json!({"results": [{"ids": ["a", "b"]}, {"ids": ["c"]}, {}], "a b": 1});
        let query: JsonPath = query.parse().unwrap();
        assert_eq!(json!(query.select(&value)), expected);
        let mut each = Vec::new();
        query.for_each(&value, &mut |value| each.push(value));
        assert_eq!(json!(each), expected);
    }

    #[rstest]
    #[case("", "a query starts with $", 1)]
    #[case("results", "a query starts with $", 1)]
    #[case("$results", "expected . or [", 2)]
    #[case("$..ids", "descendants (..) are not supported", 3)]
    #[case("$.", "expected a name", 3)]
    #[case("$.a[-1]", "negative indexes are not supported", 5)]
    #[case("$.a[0:2]", "slices are not supported", 6)]
    #[case("$.a[0,1]", "unions are not supported", 6)]
    #[case("$.a[?@.b]", "filters are not supported", 5)]
    #[case("$.a[01]", "an index has no leading zero", 7)]
    #[case("$.a['b", "the quoted name does not end", 7)]
    #[case("$.a[0", "expected ]", 6)]
    #[case("$.1a", "expected a name", 3)]
    #[case("$.a[:1]", "slices are not supported", 5)]
    #[case("$.a['\\x']", "this escape is not supported", 8)]
    #[case("$.a[\"\\'\"]", "this escape is not supported", 8)]
    #[case("$.a[99999999999999999999]", "the index is too large", 25)]
    fn refuses(#[case] query: &str, #[case] what: &str, #[case] at: usize) {
        let error = JsonPath::parse(query).unwrap_err();
        assert_eq!((error.what, error.at), (what, at));
    }

    #[rstest]
    #[case("$", json!([["", {"a": [{"b/c": 1}, {"b/c": 2}]}]]), "")]
    #[case("$.a[*]['b/c']", json!([["/a/0/b~1c", 1], ["/a/1/b~1c", 2]]), "/a")]
    #[case("$.a[1]", json!([["/a/1", {"b/c": 2}]]), "/a/1")]
    #[case("$.a[*].x", json!([]), "/a")]
    #[case("$.a[0].*", json!([["/a/0/b~1c", 1]]), "/a/0")]
    fn locates(#[case] query: &str, #[case] expected: Value, #[case] root: &str) {
        let value = json!({"a": [{"b/c": 1}, {"b/c": 2}]});
        let query: JsonPath = query.parse().unwrap();
        assert_eq!(json!(query.locate(&value)), expected);
        assert_eq!(query.root(), root);
    }

    #[test]
    fn prints_as_it_was_written() {
        assert_eq!(
            JsonPath::parse("$['a'][*]").unwrap().to_string(),
            "$['a'][*]"
        );
    }
}
