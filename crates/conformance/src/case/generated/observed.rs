//! What no document says anything of: unknown members, other content types and methods. Which way
//! an implementation goes is worth knowing, and no more.

use std::rc::Rc;

use serde_json::{Value, json};

use super::base::parameter_text;
use super::bench::Bench;
use super::facts::{Facts, Spot};
use super::label::Label;
use super::message::altered;
use super::names::place;
use crate::case::{Alteration, TenantValue};
use contract::ParameterLocation;

/// How deep the unknown member nests; any reader follows so far.
const DEEP: usize = 64;

pub(super) fn add(bench: &mut Bench<'_>) {
    members(bench);
    content_types(bench);
    methods(bench);
    paths(bench);
    targets(bench);
}

fn members(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        let Value::Object(known) = &site.value else {
            continue;
        };
        let nested = (0..DEEP).fold(json!("sample"), |inner, _| json!({ "assetproof": inner }));
        for (what, words, value) in [
            ("unknown-member", "an unknown member", json!("sample")),
            (
                "unknown-member-nested",
                "an unknown member that nests",
                nested,
            ),
        ] {
            let mut members = known.clone();
            members.insert("assetproof".to_owned(), value);
            let step = bench.sound_with(site, Value::Object(members));
            bench.observe(site.negative(what, format!("has {words}")), step);
        }
    }
}

fn content_types(bench: &mut Bench<'_>) {
    if bench.operation.request.is_none() {
        return;
    }
    for (what, words, value) in [
        ("missing", "no content type", None),
        ("text-plain", "content type text/plain", Some("text/plain")),
        (
            "xml",
            "content type application/xml",
            Some("application/xml"),
        ),
    ] {
        let value = value.map(str::to_owned);
        let step = altered(bench, Alteration::ContentType(value));
        let rule = bench.operation.rules.media_type.clone();
        let label = Label::negative("content-type", what, words).about(rule.as_deref());
        bench.observe(label, step);
    }
}

/// The other methods on the operation's path, but for those that another operation has there.
fn methods(bench: &mut Bench<'_>) {
    let path = &bench.operation.path;
    let operations = &bench.validator.contract().operations;
    let known: Vec<&str> = operations
        .iter()
        .filter(|other| other.path == *path)
        .map(|other| other.method.as_str())
        .collect();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        if known.contains(&method) {
            continue;
        }
        let mut step = bench.bare();
        step.alterations.push(Alteration::Method(method.to_owned()));
        let title = format!("{method} on the path of {}", bench.operation.method);
        bench.observe(
            Label::negative("method", &method.to_lowercase(), title),
            step,
        );
    }
}

/// Values in the path that have to be percent-encoded, or are without need, and no value at all.
fn paths(bench: &mut Bench<'_>) {
    let operation = bench.operation;
    let schemas = &bench.validator.contract().schemas;
    for parameter in &operation.parameters {
        if parameter.location != ParameterLocation::Path {
            continue;
        }
        let (name, at) = (parameter.name.clone(), place(operation, parameter));
        if parameter.tenant {
            let label = Label::positive(
                &at,
                "percent-encoded",
                format!("`{name}` percent-encoded without need"),
            );
            let step = altered(bench, Alteration::Encoded(name.clone()));
            bench.observe(label, step);
            let facts = Facts::of(
                schemas,
                &[Spot {
                    schema: parameter.schema.clone(),
                    around: None,
                }],
            );
            if facts.patterns.is_empty() && !parameter_text(bench.validator, &facts).is_empty() {
                let label = Label::positive(
                    &at,
                    "reserved-characters",
                    format!("`{name}` with characters that have to be percent-encoded"),
                );
                let like = TenantValue::Starting("a/b c%?#\u{e9}".to_owned());
                let name = name.clone();
                // Without states: a set-up that cannot cope with it would tell nothing.
                let mut step = bench.bare();
                step.alterations.push(Alteration::Tenant { name, like });
                bench.observe(label, step);
            }
        }
        let label = Label::negative(&at, "empty", format!("no value for `{name}`"));
        let mut step = bench.bare();
        step.alterations.push(Alteration::Without(name));
        bench.observe(label, step);
    }
}

/// The path with a slash at its end, and a query parameter that no document knows.
fn targets(bench: &mut Bench<'_>) {
    for (place, what, words, alteration) in [
        (
            "path",
            "trailing-slash",
            "a slash at the end of the path",
            Alteration::TrailingSlash,
        ),
        (
            "query",
            "unknown",
            "an unknown query parameter",
            Alteration::Query("assetproof=sample".to_owned()),
        ),
    ] {
        let step = altered(bench, alteration);
        bench.observe(Label::negative(place, what, words), step);
    }
}
