//! A value of each JSON type in place of one of another.

use std::rc::Rc;

use serde_json::{Value, json};
use validator::Location;

use super::bench::Bench;
use super::edit::set;
use super::sites::{Presence, Site};
use crate::case::BodyTemplate;

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        let there = bench
            .base
            .bare_body
            .as_ref()
            .filter(|_| site.before.is_empty())
            .and_then(|body| body.pointer(&site.pointer))
            .unwrap_or(&site.value)
            .clone();
        let place = Location::Body(site.pointer.clone());
        for (what, words, value) in others(&there) {
            let label = site.negative(what, format!("is {words}"));
            let step = bench.bare_with(site, value.clone());
            let refused = bench.refuse(label.clone(), step, std::slice::from_ref(&place));
            if !refused && what == "null" && is_optional(site) {
                // No document says whether it stands for a member that is left out.
                let step = bench.sound_with(site, Value::Null);
                bench.observe(label, step);
            }
            if refused && matches!(what, "null" | "integer" | "object") {
                in_last(bench, site, (what, words), value);
            }
        }
    }
}

/// The same in the last item of an array: who looks at the first one alone does not see it.
fn in_last(bench: &mut Bench<'_>, site: &Site, (what, words): (&str, &str), value: Value) {
    let Some(last) = bench.last(site) else {
        return;
    };
    let at = if site.presence == Presence::Item {
        "where it is the last"
    } else {
        "in the last item"
    };
    let label = site.negative(&format!("{what}-in-last"), format!("is {words}, {at}"));
    let mut step = bench.bare();
    if let BodyTemplate::Json { value: body, .. } = &mut step.body {
        set(body, &last, value);
    }
    bench.refuse(label, step, &[Location::Body(last)]);
}

fn is_optional(site: &Site) -> bool {
    matches!(site.presence, Presence::Optional | Presence::Absent)
}

/// What could be taken for the value by who does not look at types: its text, its only item, a list
/// of it alone. Each JSON type but its own comes once, numbers as whole and as broken ones.
fn others(value: &Value) -> Vec<(&'static str, &'static str, Value)> {
    let text = match value {
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        Value::Array(items) => match items.as_slice() {
            [text @ Value::String(_), ..] => text.clone(),
            _ => json!("sample"),
        },
        _ => json!("sample"),
    };
    let list = match value {
        Value::Array(_) => Value::Null,
        other => Value::Array(vec![other.clone()]),
    };
    let object = match value {
        Value::Array(items) => match items.as_slice() {
            [item @ Value::Object(_), ..] => item.clone(),
            _ => json!({ "0": items.first() }),
        },
        _ => json!({}),
    };
    let broken = match value {
        Value::Number(number) => json!(number.as_f64().unwrap_or_default() + 0.5),
        _ => json!(1.5),
    };
    let all = [
        ("null", "null", Value::Null),
        ("boolean", "a boolean", json!(true)),
        ("integer", "an integer", json!(7)),
        ("float", "a broken number", broken),
        ("string", "a string", text),
        ("array", "an array", list),
        ("object", "an object", object),
    ];
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    all.into_iter().filter(|(what, ..)| *what != own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_other_type_comes_once_and_looks_like_the_value() {
        let shown = |value: Value| {
            let others = others(&value);
            let shown = others
                .iter()
                .map(|(what, _, value)| format!("{what} {value}"));
            shown.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(
            shown(json!(5)),
            r#"null null, boolean true, float 5.5, string "5", array [5], object {}"#
        );
        assert_eq!(
            shown(json!(["a", "b"])),
            r#"null null, boolean true, integer 7, float 1.5, string "a", object {"0":"a"}"#
        );
        assert_eq!(
            shown(json!([{"a": 1}])),
            r#"null null, boolean true, integer 7, float 1.5, string "sample", object {"a":1}"#
        );
        assert_eq!(
            shown(json!(1.5)),
            r#"null null, boolean true, integer 7, string "1.5", array [1.5], object {}"#
        );
        assert_eq!(
            shown(json!({"a": 1})),
            r#"null null, boolean true, integer 7, float 1.5, string "sample", array [{"a":1}]"#
        );
    }
}
