//! Texts that are nearly one of an enum: another case, blanks, slips of the pen. Who compares
//! loosely takes them for it.

use std::collections::BTreeSet;
use std::rc::Rc;

use contract::{Contract, Message};
use serde_json::json;
use validator::Location;

use super::bench::Bench;
use super::names::word;
use super::sites::Site;

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        let values: Vec<String> = site
            .facts
            .values
            .iter()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect();
        let mut made: BTreeSet<String> = BTreeSet::new();
        for value in &values {
            // Those of the value that the base has are named by what they are alone.
            let prefix = if site.value == value.as_str() {
                String::new()
            } else {
                format!("{}-", word(value))
            };
            for (what, words, text) in near(value) {
                if !made.insert(text.clone()) {
                    continue;
                }
                let title = format!("is {}: {value} {words}", json!(text));
                let label = site.negative(&format!("{prefix}{what}"), title);
                let step = bench.bare_with(site, json!(text));
                bench.refuse(label, step, &[Location::Body(site.pointer.clone())]);
            }
        }
        if !values.is_empty() {
            foreign(bench, site);
            slips(bench, site, &made);
        }
    }
}

/// A text that is none of them, and the empty one.
fn foreign(bench: &mut Bench<'_>, site: &Site) {
    for (what, words, text) in [
        ("unlisted", "nothing that is listed", "SAMPLE"),
        ("empty", "an empty text", ""),
    ] {
        let label = site.negative(what, format!("is {words}"));
        let step = bench.bare_with(site, json!(text));
        bench.refuse(label, step, &[Location::Body(site.pointer.clone())]);
    }
}

/// The documents' own slips. One that stands in an example of a request may be what a client was
/// told to send, so it is only observed.
fn slips(bench: &mut Bench<'_>, site: &Site, made: &BTreeSet<String>) {
    for (slip, erratum) in &site.facts.slips {
        let label = site.negative(
            &format!("slip-{slip}"),
            format!("is {slip}, as in {erratum}"),
        );
        if is_exemplary(bench.validator.contract(), &bench.operation.id, erratum) {
            let step = bench.sound_with(site, json!(slip));
            bench.observe(label, step);
        } else if !made.contains(slip) {
            let step = bench.bare_with(site, json!(slip));
            bench.refuse(label, step, &[Location::Body(site.pointer.clone())]);
        }
    }
}

/// Whether the erratum explains a fault in an example of the operation's request.
fn is_exemplary(contract: &Contract, operation: &str, erratum: &str) -> bool {
    contract.errata.get(erratum).is_some_and(|erratum| {
        erratum.explains.iter().any(|explained| {
            explained.operation == operation && explained.message == Message::Request
        })
    })
}

/// The near misses of a text: what it is called, what was done in words, and what came of it.
fn near(text: &str) -> Vec<(&'static str, &'static str, String)> {
    let chars: Vec<char> = text.chars().collect();
    let mut near = vec![
        ("lower-case", "in lower case", text.to_lowercase()),
        ("upper-case", "in upper case", text.to_uppercase()),
        (
            "capitalised",
            "with a capital letter at its start alone",
            capitalised(text),
        ),
        ("leading-blank", "after a blank", format!(" {text}")),
        ("trailing-blank", "before a blank", format!("{text} ")),
        (
            "trailing-line-feed",
            "before a line feed",
            format!("{text}\n"),
        ),
        (
            "trailing-nul",
            "before the character U+0000",
            format!("{text}\0"),
        ),
        (
            "letter-dropped",
            "without its last letter",
            without_last(&chars),
        ),
        ("letter-added", "with one letter more", format!("{text}X")),
        (
            "letter-doubled",
            "with its first letter twice",
            first_twice(&chars),
        ),
        ("full-width", "with a full-width letter", full_width(&chars)),
    ];
    if let Some(at) = chars.windows(2).position(|pair| pair[0] != pair[1]) {
        let mut swapped = chars.clone();
        swapped.swap(at, at + 1);
        near.push((
            "letters-swapped",
            "with two letters swapped",
            swapped.into_iter().collect(),
        ));
    }
    if text.contains('_') {
        near.push((
            "hyphen",
            "with a hyphen for its underscore",
            text.replace('_', "-"),
        ));
    }
    let mut seen = BTreeSet::from([text.to_owned()]);
    near.retain(|(_, _, other)| seen.insert(other.clone()));
    near
}

fn without_last(chars: &[char]) -> String {
    chars.iter().take(chars.len().saturating_sub(1)).collect()
}

fn first_twice(chars: &[char]) -> String {
    chars.first().into_iter().chain(chars).collect()
}

/// The first letter as Unicode has it for East Asian type: another character that looks alike, and
/// becomes the same one where texts are normalised by compatibility (NFKC).
fn full_width(chars: &[char]) -> String {
    let wide = |c: char| {
        let wide = u32::from(c).checked_add(0xFEE0).and_then(char::from_u32);
        wide.filter(|_| c.is_ascii_graphic()).unwrap_or(c)
    };
    let mut chars = chars.iter().copied();
    chars.next().map(wide).into_iter().chain(chars).collect()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.flat_map(char::to_lowercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_never_the_value_itself() {
        let shown = |text: &str| {
            let near = near(text).into_iter().map(|(_, _, text)| text);
            near.collect::<Vec<_>>().join("|")
        };
        assert_eq!(
            shown("DELETE_FORCE"),
            "delete_force|Delete_force| DELETE_FORCE|DELETE_FORCE |DELETE_FORCE\n|DELETE_FORCE\0|\
             DELETE_FORC|DELETE_FORCEX|DDELETE_FORCE|\u{ff24}ELETE_FORCE|EDLETE_FORCE|DELETE-FORCE"
        );
        assert_eq!(shown("a"), "A| a|a |a\n|a\0||aX|aa|\u{ff41}");
    }
}
