//! Bodies that are no JSON, and the same JSON in another spelling.

use contract::Level;
use validator::Location;

use super::bench::Bench;
use super::label::Label;
use super::names::BODY;
use crate::case::{BodyTemplate, Damage, Spelling, Step};

/// What RFC 8259 forbids.
const FORBIDDEN: [(&str, &str, Damage); 13] = [
    ("emptied", "no body", Damage::Emptied),
    ("cut", "a body without its last character", Damage::Cut),
    (
        "trailing-comma",
        "a comma before the last bracket",
        Damage::TrailingComma,
    ),
    ("nan", "NaN as a value", Damage::NotANumber),
    ("infinity", "Infinity as a value", Damage::Infinity),
    (
        "leading-zero",
        "a number that begins with a zero",
        Damage::LeadingZero,
    ),
    ("capital-literal", "True as a value", Damage::CapitalLiteral),
    ("single-quotes", "single quotes", Damage::SingleQuotes),
    (
        "second-value",
        "a second value behind the first",
        Damage::SecondValue,
    ),
    ("not-utf-8", "a byte that is not UTF-8", Damage::NotUtf8),
    ("comment", "a comment", Damage::Comment),
    (
        "unquoted-name",
        "a name without quotes",
        Damage::UnquotedName,
    ),
    (
        "control-character",
        "a line feed within a string",
        Damage::ControlCharacter,
    ),
];

/// What it only advises against, or leaves to each reader.
const DOUBTFUL: [(&str, &str, Damage); 4] = [
    (
        "byte-order-mark",
        "a byte order mark before the body",
        Damage::ByteOrderMark,
    ),
    (
        "duplicate-member",
        "a member that stands twice",
        Damage::DuplicateMember,
    ),
    (
        "lone-surrogate",
        "half a surrogate pair",
        Damage::LoneSurrogate,
    ),
    (
        "deep-member",
        "an unknown member 10,000 levels deep",
        Damage::DeepMember,
    ),
];

/// Ways to write the same value.
const SPELLINGS: [(&str, &str, Spelling); 4] = [
    (
        "white-space",
        "white space around each token",
        Spelling::Spaced,
    ),
    (
        "members-reversed",
        "the members in another order",
        Spelling::Reversed,
    ),
    (
        "escaped-values",
        "each character of each value as an escape",
        Spelling::EscapedValues,
    ),
    (
        "escaped-names",
        "each character of each name as an escape",
        Spelling::EscapedNames,
    ),
];

pub(super) fn add(bench: &mut Bench<'_>) {
    let Some(spec) = &bench.operation.request else {
        return;
    };
    if bench.base.body.is_none() || !is_json(&spec.media_type) {
        return;
    }
    let rule = bench.operation.rules.json.clone();
    let promise = bench
        .promise(rule.as_deref())
        .map(|(id, level)| (id, level.min(Level::Should)));
    for (what, words, spelling) in SPELLINGS {
        let step = bench.sound();
        let of = Box::new(step.body.clone());
        let spelled = Step {
            body: BodyTemplate::Spelled { of, spelling },
            ..step
        };
        if text(bench, &spelled) != text(bench, &bench.sound()) {
            bench.accept(Label::positive(BODY, what, words), spelled, promise.clone());
        }
    }
    let whole = Location::Body(String::new());
    for (what, words, damage) in FORBIDDEN {
        let step = damaged(bench.bare(), damage);
        bench.refuse(
            Label::negative(BODY, what, words),
            step,
            std::slice::from_ref(&whole),
        );
    }
    for (what, words, damage) in DOUBTFUL {
        let step = damaged(bench.sound(), damage);
        if text(bench, &step) != text(bench, &bench.sound()) {
            bench.observe(
                Label::negative(BODY, what, words).about(rule.as_deref()),
                step,
            );
        }
    }
}

fn damaged(step: Step, damage: Damage) -> Step {
    let of = Box::new(step.body.clone());
    Step {
        body: BodyTemplate::Damaged { of, damage },
        ..step
    }
}

/// The bytes of a step's body, with stand-ins.
fn text(bench: &Bench<'_>, step: &Step) -> Option<bytes::Bytes> {
    bench.request(step).map(|request| request.body)
}

/// Whether bodies of this type are JSON (RFC 6839, 3.1).
fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}
