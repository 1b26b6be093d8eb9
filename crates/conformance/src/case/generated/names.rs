//! The words of which case ids and titles are made. An id is never renamed, so nothing in here may
//! depend on an order that could change.

use contract::{Operation, Parameter, ParameterLocation};
use serde_json::Value;

/// The place of the body as a whole.
pub(super) const BODY: &str = "body";

/// Longer words are cut there.
const LONGEST: usize = 60;

/// A text as a part of an id: letters, digits, `_`, `-` and `.` stay, whatever else becomes a
/// hyphen.
pub(super) fn word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') {
            word.push(c);
        } else if !word.ends_with('-') {
            word.push('-');
        }
    }
    word.truncate(LONGEST);
    let word = word.trim_matches('-');
    if word.is_empty() {
        "empty".to_owned()
    } else {
        word.to_owned()
    }
}

/// A value as a part of an id.
pub(super) fn value_word(value: &Value) -> String {
    match value {
        Value::String(text) => word(text),
        other => word(&other.to_string()),
    }
}

/// A value in a title.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => validator::shorten(text),
        other => validator::shorten(&other.to_string()),
    }
}

/// The place of a parameter: its name, after its location where two parameters share a name.
pub(super) fn place(operation: &Operation, parameter: &Parameter) -> String {
    let name = word(&parameter.name);
    let same = |other: &&Parameter| word(&other.name) == name;
    if operation.parameters.iter().filter(same).count() > 1 {
        format!("{}.{name}", location(parameter.location))
    } else {
        name
    }
}

/// Where a parameter stands, in words.
pub(super) fn location(location: ParameterLocation) -> &'static str {
    match location {
        ParameterLocation::Path => "path",
        ParameterLocation::Query => "query",
        ParameterLocation::Header => "header",
    }
}

/// `1 character`, `2 characters`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::super::kettles::Kettles;
    use super::*;

    #[rstest]
    #[case("DELETE_FORCE", "DELETE_FORCE")]
    #[case("prose: a list of application ids", "prose-a-list-of-application-ids")]
    #[case("application/xml", "application-xml")]
    #[case(" ", "empty")]
    #[case("é", "empty")]
    fn a_word_can_stand_in_an_id(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(word(text), expected);
    }

    #[rstest]
    #[case(json!("a b"), "a-b", "a b")]
    #[case(json!(1.5), "1.5", "1.5")]
    #[case(json!([true]), "true", "[true]")]
    #[case(json!(null), "null", "null")]
    fn a_value_has_a_word_and_is_shown(
        #[case] value: Value,
        #[case] expected: &str,
        #[case] in_title: &str,
    ) {
        assert_eq!(value_word(&value), expected);
        assert_eq!(shown(&value), in_title);
    }

    #[test]
    fn only_where_two_parameters_share_a_name_their_places_tell_where_they_stand() {
        let parameter = |name: &str, place: &str| {
            let required = place == "path";
            json!({"name": name, "in": place, "required": required, "schema": {"type": "string"}})
        };
        let kettles = Kettles {
            path: "/v1/{id}/boil",
            parameters: json!([
                parameter("id", "path"),
                parameter("id", "query"),
                parameter("id", "header"),
                parameter("cup", "query"),
            ]),
            ..Kettles::default()
        };
        let contract = kettles.contract();
        let operation = contract.operation("boil").expect("it is there");
        let places = operation.parameters.iter();
        let places: Vec<String> = places.map(|one| place(operation, one)).collect();
        assert_eq!(places, ["path.id", "query.id", "header.id", "cup"]);
    }
}
