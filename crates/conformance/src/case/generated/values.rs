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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(3.0, json!(3))]
    #[case(-2.0, json!(-2))]
    #[case(0.5, json!(0.5))]
    #[case(8_999_999_999_999_999.0, json!(8_999_999_999_999_999_i64))]
    #[case(9e15, json!(9e15))]
    #[case(1e300, json!(1e300))]
    fn a_whole_number_has_no_fraction(#[case] value: f64, #[case] expected: Value) {
        assert_eq!(number(value).to_string(), expected.to_string());
    }

    #[rstest]
    #[case::closed(false, &["number"], true)]
    #[case::closed_and_whole(false, &["integer"], true)]
    #[case::open(true, &["number"], false)]
    #[case::open_and_whole(true, &["integer"], true)]
    #[case::open_and_perhaps_whole(true, &["integer", "number"], false)]
    fn only_before_an_open_end_of_broken_numbers_there_is_no_last_one(
        #[case] is_open: bool,
        #[case] types: &[&str],
        #[case] expected: bool,
    ) {
        let facts = Facts {
            types: types.iter().map(|&name| name.to_owned()).collect(),
            ..Facts::default()
        };
        let end = End {
            within: 1.0,
            beyond: 0.0,
            is_open,
            requirement: None,
        };
        assert_eq!(has_last(&facts, &end), expected);
    }
}
