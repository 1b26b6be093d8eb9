//! The queries of relations, beside a full implementation of RFC 9535: what is taken here means
//! there the same. An input is a query, and in a second part a JSON document to ask it of.

use contract::JsonPath;
use serde_json::{Value, json};

use crate::parts;

/// The largest index that RFC 9535 knows (2.1, the range of I-JSON).
const LARGEST: usize = (1 << 53) - 1;

/// Compares the two.
pub fn run(input: &[u8]) {
    let mut parts = parts::of(input);
    let Some(Ok(text)) = parts.next().map(std::str::from_utf8) else {
        return;
    };
    let value = parts
        .next()
        .and_then(|json| serde_json::from_slice(json).ok());
    let value: Value = value.unwrap_or_else(
        || json!({"results": [{"ids": ["a", "b"], "a/b": {"~": 1}}, [0, [1]]], "ids": {}, "": null}),
    );
    let query = match JsonPath::parse(text) {
        Ok(query) => query,
        Err(error) => {
            assert!(
                (1..=text.chars().count() + 1).contains(&error.at),
                "{error}"
            );
            return;
        }
    };
    assert_eq!(query.to_string(), text);
    let selected = query.select(&value);
    let located = query.locate(&value);
    assert!(selected.iter().eq(located.iter().map(|(_, value)| value)));
    for (pointer, found) in &located {
        assert_eq!(value.pointer(pointer), Some(*found), "{pointer}");
        // Relations are about arrays, so `passes` takes `[*]` for the items of one.
        assert!(text.contains('*') || query.passes(pointer), "{pointer}");
        assert!(pointer.starts_with(&query.root()), "{pointer}");
    }
    match serde_json_path::JsonPath::parse(text) {
        Ok(reference) => assert_eq!(selected, reference.query(&value).all()),
        Err(error) => assert!(has_large_index(text), "refused elsewhere: {error}"),
    }
}

/// An index beyond the range of RFC 9535 selects nothing, so it need not be refused.
fn has_large_index(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.parse::<usize>().is_ok_and(|index| index > LARGEST))
}
