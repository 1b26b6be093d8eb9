//! The request as HTTP carries it: whether it is accepted at all, and what HTTP says means the same.

use contract::Level;

use super::bench::Bench;
use super::label::Label;
use crate::case::documented::replayed;
use crate::case::{Alteration, Step};

pub(super) fn add(bench: &mut Bench<'_>) {
    let rules = bench.operation.rules.clone();
    let operation = bench.promise(rules.operation.as_deref());
    let soft = |promise: Option<(String, Level)>| {
        promise.map(|(id, level)| (id, level.min(Level::Should)))
    };
    let success = |status: u16| (200..300).contains(&status);
    if !replayed(bench.operation).any(|found| success(found.response.status)) {
        // No documented case shows that it is accepted.
        let label = Label::positive("request", "plain", "a plain request");
        let step = bench.sound();
        bench.accept(label, step, operation.clone());
    }
    let label = Label::positive("headers", "title-case", "header names in title case");
    let step = altered(bench, Alteration::TitledHeaders);
    bench.accept(label, step, soft(operation.clone()));
    if let Some(request) = bench.request(&bench.base.sound)
        && request.query().is_some_and(|query| query.contains('&'))
    {
        let label = Label::positive("query", "reversed", "query parameters in another order");
        let step = altered(bench, Alteration::ReversedQuery);
        bench.accept(label, step, soft(operation));
    }
    if let Some(spec) = &bench.operation.request {
        let media_type = &spec.media_type;
        let promise = soft(bench.promise(rules.media_type.as_deref()));
        for (what, value) in [
            ("charset", format!("{media_type}; charset=utf-8")),
            ("upper-case", media_type.to_uppercase()),
        ] {
            let label = Label::positive("content-type", what, format!("content type {value}"));
            let step = altered(bench, Alteration::ContentType(Some(value)));
            bench.accept(label, step, promise.clone());
        }
    }
}

/// The sound request, altered.
pub(super) fn altered(bench: &Bench<'_>, alteration: Alteration) -> Step {
    let mut step = bench.sound();
    step.alterations.push(alteration);
    step
}
