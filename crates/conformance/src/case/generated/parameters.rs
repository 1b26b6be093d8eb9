//! Parameters of path, query and header that carry no credential.

use contract::{Parameter, ParameterLocation};
use serde_json::Value;
use validator::Location;

use super::base::parameter_text;
use super::bench::{Bench, Promise};
use super::facts::{Facts, Spot};
use super::label::Label;
use super::limits::BREAKING;
use super::names::{counted, place, shown, value_word, word};
use super::sample::of_length;
use super::values::{has_last, number};
use crate::case::{Alteration, Step, TenantValue};

/// Texts with Han characters, as a header or a URL can carry them: in UTF-8.
const HAN: [(&str, &str, &str); 6] = [
    (
        "han-at-start",
        "holds a Han character at its start",
        "\u{7528}user",
    ),
    (
        "han-in-middle",
        "holds a Han character in its middle",
        "us\u{7528}er",
    ),
    (
        "han-at-end",
        "holds a Han character at its end",
        "user\u{7528}",
    ),
    (
        "han-simplified",
        "holds simplified Han characters",
        "\u{6c49}\u{8bed}",
    ),
    (
        "han-traditional",
        "holds traditional Han characters",
        "\u{6f22}\u{8a9e}",
    ),
    (
        "han-extension-b",
        "holds a Han character of extension B",
        "\u{20000}",
    ),
];

pub(super) fn add(bench: &mut Bench<'_>) {
    let operation = bench.operation;
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| !parameter.secret)
    {
        let spot = Spot {
            schema: parameter.schema.clone(),
            around: parameter.requirement.clone(),
        };
        let known = Known {
            parameter,
            place: place(operation, parameter),
            facts: Facts::of(&bench.validator.contract().schemas, &[spot]),
        };
        if parameter.flag {
            flag(bench, &known);
            continue;
        }
        presence(bench, &known);
        values(bench, &known);
        lengths(bench, &known);
        faults(bench, &known);
    }
}

/// A parameter with what the contract says of it.
struct Known<'p> {
    parameter: &'p Parameter,
    place: String,
    facts: Facts,
}

impl Known<'_> {
    fn name(&self) -> &str {
        &self.parameter.name
    }

    fn location(&self) -> Location {
        let name = self.parameter.name.clone();
        match self.parameter.location {
            ParameterLocation::Path => Location::PathParameter(name),
            ParameterLocation::Query => Location::Query(name),
            ParameterLocation::Header => Location::Header(name),
        }
    }

    /// A right request with something else in the parameter; the words follow its name.
    fn positive(&self, what: &str, words: impl AsRef<str>) -> Label {
        let title = format!("`{}` {}", self.name(), words.as_ref());
        Label::positive(&self.place, what, title).about(self.facts.requirement.as_deref())
    }

    /// A request with a fault in the parameter.
    fn negative(&self, what: &str, words: impl AsRef<str>) -> Label {
        let title = format!("`{}` {}", self.name(), words.as_ref());
        Label::negative(&self.place, what, title).about(self.facts.requirement.as_deref())
    }

    /// What promises that a made-up value is accepted.
    fn made_up(&self, bench: &Bench<'_>, around: Option<&str>) -> Option<Promise> {
        if self.facts.is_id {
            return bench.promise(Some(self.facts.unknown_value.as_deref()?));
        }
        bench.promise(around.or(self.facts.requirement.as_deref()))
    }

    /// The request with another value of the parameter.
    fn with(&self, mut step: Step, value: &str) -> Step {
        step.parameters
            .insert(self.name().to_owned(), value.to_owned());
        step
    }

    /// The request without the parameter.
    fn without(&self, mut step: Step) -> Step {
        step.parameters.remove(self.name());
        step.alterations
            .push(Alteration::Without(self.name().to_owned()));
        step
    }
}

fn flag(bench: &mut Bench<'_>, known: &Known<'_>) {
    let promise = bench.promise(known.facts.requirement.as_deref());
    if known.parameter.required {
        let step = known.without(bench.bare());
        bench.refuse(
            known.negative("missing", "is missing"),
            step,
            &[known.location()],
        );
    } else {
        let step = known.with(bench.sound(), "");
        bench.accept(known.positive("present", "is there"), step, promise.clone());
        let step = known.without(bench.sound());
        bench.accept(known.positive("absent", "is left out"), step, promise);
    }
    let mut step = known.with(bench.sound(), "");
    step.alterations.push(Alteration::Valued {
        name: known.name().to_owned(),
        value: "true".to_owned(),
    });
    bench.observe(known.negative("valued", "has a value"), step);
}

fn presence(bench: &mut Bench<'_>, known: &Known<'_>) {
    if known.parameter.location == ParameterLocation::Path {
        return;
    }
    if known.parameter.required {
        let step = known.without(bench.bare());
        bench.refuse(
            known.negative("missing", "is missing"),
            step,
            &[known.location()],
        );
        let (label, step) = (
            known.negative("empty", "is empty"),
            known.with(bench.bare(), ""),
        );
        if !bench.refuse(label.clone(), step.clone(), &[known.location()]) {
            bench.observe(label, step);
        }
        return;
    }
    let value = parameter_text(bench.validator, &known.facts);
    let step = known.with(bench.sound(), &value);
    let promise = known.made_up(bench, None);
    bench.accept(known.positive("present", "is there"), step, promise);
    let step = known.without(bench.sound());
    let promise = bench.promise(known.facts.requirement.as_deref());
    bench.accept(known.positive("absent", "is left out"), step, promise);
}

/// Each listed value, both booleans, and the ends of a range.
fn values(bench: &mut Bench<'_>, known: &Known<'_>) {
    let facts = &known.facts;
    let mut values: Vec<Value> = facts.values.clone();
    if values.is_empty() && facts.is("boolean") {
        values = vec![true.into(), false.into()];
    }
    let promise = bench.promise(facts.requirement.as_deref());
    for value in values {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let label = known.positive(&value_word(&value), format!("is {}", shown(&value)));
        let step = known.with(bench.sound(), &text);
        bench.accept(label, step, promise.clone());
    }
    for (what, beyond, end) in [
        ("minimum", "below-minimum", &facts.range.least),
        ("maximum", "above-maximum", &facts.range.most),
    ] {
        let Some(end) = end else { continue };
        if has_last(facts, end) {
            let value = number(end.within).to_string();
            let promise = known.made_up(bench, end.requirement.as_deref());
            let step = known.with(bench.sound(), &value);
            let label = known.positive(what, format!("is {value}, its {what}"));
            bench.accept(label, step, promise);
        }
        let value = number(end.beyond).to_string();
        let label = known.negative(beyond, format!("is {value}, beyond its {what}"));
        let step = known.with(bench.bare(), &value);
        bench.refuse(label, step, &[known.location()]);
    }
}

/// At both stated lengths, and beyond them by one. What separates tenants has the length in the
/// whole case.
fn lengths(bench: &mut Bench<'_>, known: &Known<'_>) {
    let text = parameter_text(bench.validator, &known.facts);
    let length = &known.facts.length;
    for limit in [&length.least, &length.most].into_iter().flatten() {
        // An empty segment of a path is another path.
        if limit.count == 0 {
            continue;
        }
        let what = counted(limit.count, "character");
        let promise = known.made_up(bench, limit.requirement.as_deref());
        let step = if known.parameter.tenant {
            let mut step = bench.sound();
            step.alterations.push(Alteration::Tenant {
                name: known.name().to_owned(),
                like: TenantValue::OfLength(limit.count),
            });
            step
        } else {
            known.with(bench.sound(), &of_length(&text, limit.count))
        };
        bench.accept(known.positive(&what, format!("has {what}")), step, promise);
    }
    let too_long = length
        .most
        .as_ref()
        .map(|most| (most.count + 1, "one too many"));
    let too_short = length
        .least
        .as_ref()
        .and_then(|least| least.count.checked_sub(1));
    let too_short = too_short.map(|count| (count, "one too few"));
    for (count, words) in too_long.into_iter().chain(too_short) {
        if count == 0 && known.parameter.location == ParameterLocation::Path {
            continue;
        }
        let what = counted(count, "character");
        let label = known.negative(&what, format!("has {what}, {words}"));
        let step = known.with(bench.bare(), &of_length(&text, count));
        bench.refuse(label, step, &[known.location()]);
    }
}

/// Texts that a type, an enum or a pattern does not allow.
fn faults(bench: &mut Bench<'_>, known: &Known<'_>) {
    let facts = &known.facts;
    let mut fault = |what: &str, words: &str, text: &str| {
        let step = known.with(bench.bare(), text);
        bench.refuse(known.negative(what, words), step, &[known.location()]);
    };
    if !facts.patterns.is_empty() {
        for (what, words, text) in BREAKING {
            // Blanks around a header's value do not belong to it (RFC 9110, 5.5), and an empty
            // segment of a path is another path.
            let is_lost = match known.parameter.location {
                ParameterLocation::Header => what == "blank",
                ParameterLocation::Path => what == "empty",
                ParameterLocation::Query => false,
            };
            if !is_lost {
                fault(what, &format!("is {words}"), text);
            }
        }
        for (what, words, text) in HAN {
            fault(what, words, text);
        }
    }
    let types = ["integer", "number", "boolean"];
    if types.iter().any(|name| facts.is(name)) {
        fault("text", "is a text", "sample");
        fault("float", "is a broken number", "1.5");
        fault("null", "is null", "null");
    }
    for value in facts.values.iter().filter_map(Value::as_str) {
        let other = if value.to_lowercase() == value {
            value.to_uppercase()
        } else {
            value.to_lowercase()
        };
        let what = format!("{}-other-case", word(value));
        fault(&what, &format!("is {other}, in another case"), &other);
    }
    if !facts.values.is_empty() {
        fault("unlisted", "is nothing that is listed", "SAMPLE");
    }
}
