//! Each stated limit of a body passed by one, and each pattern broken.

use std::rc::Rc;

use serde_json::{Value, json};
use validator::Location;

use super::arrays::{self, Variable};
use super::bench::Bench;
use super::facts::{Facts, Spot};
use super::names::{counted, shown, word};
use super::sample::{of_length, sample};
use super::sites::Site;
use super::values::number;

/// Texts that one pattern or another does not allow.
pub(super) const BREAKING: [(&str, &str, &str); 7] = [
    ("empty", "an empty text", ""),
    ("blank", "a blank", " "),
    ("letters", "letters", "sample"),
    ("capitals", "capital letters", "SAMPLE"),
    ("digits", "digits", "0123456789"),
    ("punctuation", "punctuation", "!$&*+;=?"),
    ("beyond-ascii", "letters beyond ASCII", "\u{e9}\u{394}"),
];

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        counts(bench, site);
        lengths(bench, site);
        numbers(bench, site);
        patterns(bench, site);
        readings(bench, site);
    }
}

fn here(site: &Site) -> [Location; 1] {
    [Location::Body(site.pointer.clone())]
}

fn counts(bench: &mut Bench<'_>, site: &Site) {
    if !site.value.is_array() {
        return;
    }
    if let Some(most) = &site.facts.items.most {
        let count = most.count + 1;
        let what = counted(count, "item");
        let label = site.negative(&what, format!("has {what}, one too many"));
        let step = arrays::made_up(bench, site, count);
        bench.refuse(label, step, &here(site));
        // A server that looks for them first refuses made-up ones whatever their number is.
        if let Some(step) = arrays::set_up(bench, site, count) {
            let label = site.negative(
                &format!("{what}-that-exist"),
                format!("has {what}, one too many, and all of them exist"),
            );
            bench.refuse(label, step, &here(site));
        }
    }
    if let Some(least) = site
        .facts
        .items
        .least
        .as_ref()
        .filter(|least| least.count > 0)
    {
        let what = counted(least.count - 1, "item");
        let label = site.negative(&what, format!("has {what}, one too few"));
        let step = arrays::made_up(bench, site, least.count - 1);
        bench.refuse(label, step, &here(site));
    }
}

fn lengths(bench: &mut Bench<'_>, site: &Site) {
    let length = &site.facts.length;
    let too_long = length.most.as_ref().map(|most| most.count + 1);
    let too_short = length
        .least
        .as_ref()
        .and_then(|least| least.count.checked_sub(1));
    for (count, words) in [(too_long, "one too many"), (too_short, "one too few")] {
        let Some(count) = count else { continue };
        let what = counted(count, "character");
        let label = site.negative(&what, format!("has {what}, {words}"));
        let start = site.value.as_str().filter(|text| !text.starts_with('$'));
        let step = bench.bare_with(site, json!(of_length(start.unwrap_or("sample"), count)));
        bench.refuse(label, step, &here(site));
    }
}

fn numbers(bench: &mut Bench<'_>, site: &Site) {
    let range = &site.facts.range;
    for (what, words, end) in [
        ("below-minimum", "below its minimum", &range.least),
        ("above-maximum", "above its maximum", &range.most),
    ] {
        let Some(end) = end else { continue };
        let value = number(end.beyond);
        let label = site.negative(what, format!("is {value}, {words}"));
        let step = bench.bare_with(site, value);
        bench.refuse(label, step, &here(site));
    }
}

fn patterns(bench: &mut Bench<'_>, site: &Site) {
    if site.facts.patterns.is_empty() {
        return;
    }
    for (what, words, text) in BREAKING {
        let label = site.negative(
            what,
            format!("is {words}, which its pattern does not allow"),
        );
        let step = bench.bare_with(site, json!(text));
        bench.refuse(label, step, &here(site));
    }
}

/// What breaks a reading that the base does not follow, and so breaks them all.
fn readings(bench: &mut Bench<'_>, site: &Site) {
    let schemas = &bench.validator.contract().schemas;
    let branches = site.facts.branches.clone();
    for branch in branches.iter().filter(|branch| branch.erratum.is_some()) {
        let spots: [Spot; 1] = [branch.spot.clone()];
        let facts = Facts::of(schemas, &spots);
        if facts.elements.is_empty() || site.value.is_array() {
            continue;
        }
        let item = sample(bench.validator, &facts.elements);
        if let Some(most) = &facts.items.most {
            let count = most.count + 1;
            let items = Variable::new(bench, &facts.elements, item.clone()).copies(count);
            let what = counted(count, "item");
            let label = site.negative(&what, format!("is a list of {what}, one too many"));
            let step = bench.bare_with(site, items);
            bench.refuse(label, step, &here(site));
        }
        let reading = branch.title.as_deref().unwrap_or("another reading");
        for (what, value) in [
            ("null", Value::Null),
            ("integer", json!(7)),
            ("boolean", json!(true)),
            ("string", json!("sample")),
            ("object", json!({})),
        ] {
            let words = format!("is a list of {} ({reading})", shown(&value));
            let label = site.negative(&format!("list-of-{}", word(what)), words);
            let step = bench.bare_with(site, json!([value]));
            bench.refuse(label, step, &here(site));
        }
    }
}
