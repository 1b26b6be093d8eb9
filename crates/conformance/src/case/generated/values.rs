//! Documented values: each one of an enum, both booleans, both ends of a range of numbers, and each
//! reading of a contradiction.

use std::rc::Rc;

use serde_json::{Value, json};

use super::bench::Bench;
use super::facts::{Branch, End, Facts};
use super::names::{shown, value_word, word};
use super::sample::sample;
use super::sites::Site;

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        listed(bench, site);
        numbers(bench, site);
        readings(bench, site);
    }
}

fn listed(bench: &mut Bench<'_>, site: &Site) {
    let facts = &site.facts;
    let values = if facts.values.is_empty() && facts.types == ["boolean"] {
        vec![json!(true), json!(false)]
    } else {
        facts.values.clone()
    };
    for value in values {
        let other = value.as_str().and_then(|text| facts.accepted.get(text));
        let promise = bench.promise(other.or(facts.requirement.as_ref()).map(String::as_str));
        let label = site.positive(&value_word(&value), format!("is {}", shown(&value)));
        let step = bench.sound_with(site, value);
        bench.accept(label, step, promise);
    }
}

/// The last number within each end of the range.
fn numbers(bench: &mut Bench<'_>, site: &Site) {
    let facts = site.facts.clone();
    if !facts.values.is_empty() || !(facts.is("integer") || facts.is("number")) {
        return;
    }
    for (what, end) in [
        ("minimum", &facts.range.least),
        ("maximum", &facts.range.most),
    ] {
        let Some(end) = end.as_ref().filter(|end| has_last(&facts, end)) else {
            continue;
        };
        let End {
            within,
            requirement,
            ..
        } = end;
        let value = number(*within);
        let promise = if site.names_something() {
            bench.made_up(site)
        } else {
            bench.promise(requirement.as_deref())
        };
        let label = site.positive(what, format!("is {value}, its {what}"));
        let step = bench.sound_with(site, value);
        bench.accept(label, step, promise);
    }
}

/// Whether there is a last number before this end of the range.
pub(super) fn has_last(facts: &Facts, end: &End) -> bool {
    !end.is_open || facts.types == ["integer"]
}

/// A number as JSON writes it: whole ones without a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it is a whole number of few digits"
)]
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        json!(value as i64)
    } else {
        json!(value)
    }
}

/// The readings that the base does not follow. A contradiction allows each of them, so what becomes
/// of the others is observed; plain alternatives count.
fn readings(bench: &mut Bench<'_>, site: &Site) {
    let branches = site.facts.branches.clone();
    for (index, branch) in branches.iter().enumerate() {
        let facts = Facts::of(
            &bench.validator.contract().schemas,
            std::slice::from_ref(&branch.spot),
        );
        if facts.types.is_empty() || facts.types == site.facts.types {
            continue;
        }
        let value = in_reading(bench, site, branch, &facts);
        let label = if let Some(title) = &branch.title {
            site.positive(&word(title), format!("as in \u{201c}{title}\u{201d}"))
        } else {
            let number = index + 1;
            let what = format!("alternative-{number}");
            site.positive(&what, format!("by its alternative {number}"))
        };
        let step = bench.sound_with(site, value);
        if branch.erratum.is_some() {
            bench.observe(label, step);
        } else {
            let promise = bench.made_up(site);
            bench.accept(label, step, promise);
        }
    }
}

/// The base's value in another reading: what was one is an item of a list, and the other way round;
/// otherwise a value that is made.
fn in_reading(bench: &Bench<'_>, site: &Site, branch: &Branch, facts: &Facts) -> Value {
    match &site.value {
        Value::Array(items) if !facts.is("array") && items.len() == 1 => items[0].clone(),
        Value::String(_) if facts.is("array") => {
            let schemas = &bench.validator.contract().schemas;
            let item = Facts::of(schemas, &facts.elements);
            if item.types.is_empty() || item.is("string") {
                Value::Array(vec![site.value.clone()])
            } else {
                sample(bench.validator, std::slice::from_ref(&branch.spot))
            }
        }
        _ => sample(bench.validator, std::slice::from_ref(&branch.spot)),
    }
}
