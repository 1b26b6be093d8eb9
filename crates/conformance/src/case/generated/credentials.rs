//! Who may call: each documented way, and those who may not.

use contract::{Parameter, SecurityScheme};
use validator::Location;

use super::bench::Bench;
use super::facts::{Facts, Spot};
use super::label::Label;
use super::names::word;
use crate::case::{Alteration, BodyTemplate, Forgery, Presented, SignedWrong, Spelling, Step};

/// The place in ids.
const PLACE: &str = "credentials";

/// A date that no signature has: the extended form of ISO 8601.
const OTHER_DATE: &str = "2026-01-02T03:04:05Z";

pub(super) fn add(bench: &mut Bench<'_>) {
    if bench.operation.security.is_empty() {
        return;
    }
    let contract = bench.validator.contract();
    let alternatives: Vec<Vec<(&str, &SecurityScheme)>> = bench
        .operation
        .security
        .iter()
        .map(|names| {
            let known = names
                .iter()
                .filter_map(|name| Some((name.as_str(), contract.schemes.get(name)?)));
            known.collect()
        })
        .collect();
    turned_away(bench, Presented::Nothing, "none", "no credentials");
    for (index, schemes) in alternatives.iter().enumerate() {
        let names: Vec<&str> = schemes.iter().map(|(name, _)| *name).collect();
        let alternative = Alternative {
            index,
            name: names.join("-"),
            schemes,
        };
        if schemes.iter().any(|(_, scheme)| scheme.signature.is_some()) {
            signed(bench, &alternative);
        } else {
            plain(bench, &alternative);
        }
        for (part, (name, scheme)) in schemes.iter().enumerate().filter(|_| schemes.len() > 1) {
            let what = format!("{}-only-{}", alternative.name, name);
            let title = format!("{} without what belongs with it", scheme.name);
            turned_away(
                bench,
                alternative.forged(Forgery::Only(part)),
                &what,
                &title,
            );
        }
    }
    limits(bench);
    dates(bench, &alternatives);
}

/// One documented way to authenticate.
struct Alternative<'a> {
    index: usize,
    name: String,
    schemes: &'a [(&'a str, &'a SecurityScheme)],
}

impl Alternative<'_> {
    fn forged(&self, forgery: Forgery) -> Presented {
        Presented::Forged {
            alternative: self.index,
            forgery,
        }
    }

    fn headers(&self) -> String {
        let names: Vec<&str> = self
            .schemes
            .iter()
            .map(|(_, scheme)| scheme.name.as_str())
            .collect();
        names.join(" and ")
    }
}

fn presenting(bench: &Bench<'_>, presented: Presented) -> Step {
    // What a companion tells nobody can only be seen where there is something to tell.
    let mut step = if bench.base.before.is_empty() {
        bench.bare()
    } else {
        bench.sound()
    };
    step.presented = presented;
    step
}

fn turned_away(bench: &mut Bench<'_>, presented: Presented, what: &str, title: &str) {
    let step = presenting(bench, presented);
    let rule = bench.operation.rules.authentication.clone();
    let label = Label::negative(PLACE, what, title).about(rule.as_deref());
    bench.turn_away(label, step);
}

/// A way whose credentials are sent as they are.
fn plain(bench: &mut Bench<'_>, way: &Alternative<'_>) {
    let (name, headers) = (&way.name, way.headers());
    let rule = bench.operation.rules.authentication.clone();
    let promise = bench.promise(rule.as_deref());
    let mut step = bench.sound();
    step.presented = Presented::Alternative(way.index);
    bench.accept(
        Label::positive(PLACE, name, format!("{headers} is right")),
        step,
        promise,
    );
    for (forgery, what, words) in [
        (Forgery::Empty, "empty", "is empty"),
        (Forgery::Altered, "altered", "has another last character"),
        (
            Forgery::OtherCase,
            "other-case",
            "has its letters in the other case",
        ),
        (Forgery::Shortened, "shortened", "lacks its last character"),
        (Forgery::Lengthened, "lengthened", "has one character more"),
        (Forgery::Foreign, "foreign", "belongs to nobody"),
        (
            Forgery::Misplaced,
            "misplaced",
            "stands in the wrong part of the request",
        ),
    ] {
        let title = format!("{headers} {words}");
        turned_away(
            bench,
            way.forged(forgery),
            &format!("{name}-{what}"),
            &title,
        );
    }
    // Some servers take it, and no document forbids them to.
    let label = Label::negative(
        PLACE,
        &format!("{name}-bearer"),
        format!("{headers} has the word Bearer before its value"),
    )
    .about(rule.as_deref());
    let step = presenting(bench, way.forged(Forgery::Prefixed));
    bench.observe(label, step);
}

/// A way whose credentials are computed.
fn signed(bench: &mut Bench<'_>, way: &Alternative<'_>) {
    let (name, headers) = (&way.name, way.headers());
    let rule = bench.operation.rules.authentication.clone();
    let label = Label::positive(PLACE, name, format!("{headers} are right"));
    let mut step = bench.sound();
    step.presented = Presented::Alternative(way.index);
    if way
        .schemes
        .iter()
        .any(|(_, scheme)| scheme.erratum.is_some())
    {
        // Whoever follows the other reading of the document refuses it.
        bench.observe(label.about(rule.as_deref()), step);
    } else {
        let promise = bench.promise(rule.as_deref());
        let spaced = spaced(&step);
        bench.accept(label, step, promise.clone());
        // Whoever parses a body before its digest is made, and writes it again, has another one.
        if let Some(spaced) = spaced.filter(|_| takes_json(bench)) {
            let what = format!("{name}-white-space");
            let title = format!("{headers} are right for a body with white space");
            bench.accept(Label::positive(PLACE, &what, title), spaced, promise);
        }
    }
    for (forgery, what, words) in [
        (Forgery::Empty, "empty", "are empty"),
        (Forgery::Foreign, "foreign", "are well-formed and nobody's"),
        (
            Forgery::Signed(SignedWrong::Signature),
            "altered",
            "are right but for the last digit of the signature",
        ),
        (
            Forgery::Signed(SignedWrong::Shortened),
            "shortened",
            "are right but for the last digit of the signature, which is missing",
        ),
        (
            Forgery::Signed(SignedWrong::Secret),
            "other-secret",
            "are made with another secret key",
        ),
        (
            Forgery::Signed(SignedWrong::Body),
            "other-body",
            "are made for another body",
        ),
        (
            Forgery::Signed(SignedWrong::Undated),
            "undated",
            "are right, but the date that is signed is not sent",
        ),
    ] {
        let title = format!("{headers} {words}");
        turned_away(
            bench,
            way.forged(forgery),
            &format!("{name}-{what}"),
            &title,
        );
    }
    // What no document says of signatures.
    for (wrong, what, words) in [
        (SignedWrong::Expired, "expired", "are of the day before"),
        (
            SignedWrong::HostUnsigned,
            "host-unsigned",
            "are right, and the host is not signed",
        ),
        (
            SignedWrong::DateUnsigned,
            "date-unsigned",
            "are right, and the date is not among the signed headers",
        ),
        (
            SignedWrong::Digest,
            "other-digest",
            "are right, and the digest that is signed is that of another body",
        ),
        (
            SignedWrong::Payload,
            "unsigned-payload",
            "are right, and say that the body is not signed",
        ),
    ] {
        let what = format!("{name}-{what}");
        let label = Label::negative(PLACE, &what, format!("{headers} {words}"));
        let step = presenting(bench, way.forged(Forgery::Signed(wrong)));
        bench.observe(label.about(rule.as_deref()), step);
    }
}

/// The step with white space in its body, if it has one.
fn spaced(step: &Step) -> Option<Step> {
    if matches!(step.body, BodyTemplate::Absent) {
        return None;
    }
    let of = Box::new(step.body.clone());
    let spelling = Spelling::Spaced;
    Some(Step {
        body: BodyTemplate::Spelled { of, spelling },
        ..step.clone()
    })
}

fn takes_json(bench: &Bench<'_>) -> bool {
    let request = bench.operation.request.as_ref();
    request.is_some_and(|spec| spec.media_type == "application/json")
}

/// Credentials beyond their stated lengths.
fn limits(bench: &mut Bench<'_>) {
    let operation = bench.operation;
    let schemas = &bench.validator.contract().schemas;
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| parameter.secret)
    {
        let spot = Spot {
            schema: parameter.schema.clone(),
            around: parameter.requirement.clone(),
        };
        let facts = Facts::of(schemas, &[spot]);
        let Some(most) = &facts.length.most else {
            continue;
        };
        let characters = most.count + 1;
        let what = format!("{}-{characters}-characters", word(&parameter.name));
        let title = format!(
            "{} has {characters} characters, one too many",
            parameter.name
        );
        malformed(
            bench,
            parameter,
            &"0".repeat(characters),
            (&what, &title),
            Presented::Nothing,
        );
    }
}

/// A malformed header of authentication: as it is, it is a fault of its own.
fn malformed(
    bench: &mut Bench<'_>,
    parameter: &Parameter,
    value: &str,
    (what, title): (&str, &str),
    presented: Presented,
) {
    if parameter.location != contract::ParameterLocation::Header {
        return;
    }
    let mut step = presenting(bench, presented);
    step.alterations.push(Alteration::Header {
        name: parameter.name.clone(),
        value: value.as_bytes().to_vec(),
    });
    let place = Location::Header(parameter.name.clone());
    bench.refuse_either(Label::negative(PLACE, what, title), step, &[place]);
}

/// The date of a signature in another form: refused with a signature, which is nobody's besides;
/// beside a right credential it means nothing that is documented.
fn dates(bench: &mut Bench<'_>, alternatives: &[Vec<(&str, &SecurityScheme)>]) {
    let operation = bench.operation;
    for (index, schemes) in alternatives.iter().enumerate() {
        let helper = schemes
            .iter()
            .find(|(_, scheme)| scheme.credential.is_none());
        let Some((name, scheme)) = helper else {
            continue;
        };
        let named = |parameter: &&Parameter| parameter.name.eq_ignore_ascii_case(&scheme.name);
        if let Some(parameter) = operation.parameters.iter().find(named) {
            let words = (
                format!("{name}-malformed"),
                format!(
                    "{} in another form beside a signature of nobody",
                    scheme.name
                ),
            );
            let presented = Presented::Forged {
                alternative: index,
                forgery: Forgery::Foreign,
            };
            malformed(
                bench,
                parameter,
                OTHER_DATE,
                (&words.0, &words.1),
                presented,
            );
            let words = (
                format!("{name}-malformed-and-signed"),
                format!("{} in another form, and signed like that", scheme.name),
            );
            malformed(
                bench,
                parameter,
                OTHER_DATE,
                (&words.0, &words.1),
                Presented::Alternative(index),
            );
        }
        let plain = alternatives
            .iter()
            .position(|schemes| schemes.iter().all(|(_, scheme)| scheme.signature.is_none()));
        if let Some(plain) = plain {
            let mut step = bench.sound();
            step.presented = Presented::Alternative(plain);
            step.alterations.push(Alteration::Header {
                name: scheme.name.clone(),
                value: OTHER_DATE.as_bytes().to_vec(),
            });
            let title = format!("{} in another form beside a right credential", scheme.name);
            let what = format!("{name}-malformed-beside-another");
            let rule = operation.rules.authentication.as_deref();
            bench.observe(Label::negative(PLACE, &what, title).about(rule), step);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::{Contract, Level};
    use rstest::rstest;
    use validator::Validator;

    use crate::case::{Case, Due, generated};

    fn case(api: &str, revision: &str, id: &str) -> Case {
        let contract = Contract::embedded_one(api, revision).expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let mut cases = generated(&validator).expect("cases").into_iter();
        let id = format!("{api}/{id}");
        let found = cases.find(|case| case.id == id);
        found.unwrap_or_else(|| panic!("no case is called {id}"))
    }

    #[rstest]
    #[case::documented("metastudio", "2025-12", "batch-action", "none", Some(Level::Must))]
    #[case::of_a_companion("smh", "2026-01", "task", "none", Some(Level::Should))]
    #[case::of_another_companion("roma", "2022-12", "asset-job", "none", Some(Level::Should))]
    #[case::lenient("smh", "2026-01", "batch-delete", "access-token-bearer", None)]
    fn nobody_is_turned_away_more_strongly_than_the_documents_say(
        #[case] api: &str,
        #[case] revision: &str,
        #[case] operation: &str,
        #[case] what: &str,
        #[case] level: Option<Level>,
    ) {
        let case = case(
            api,
            revision,
            &format!("{operation}/negative/credentials/{what}"),
        );
        assert_eq!(case.counted.then_some(case.level), level);
    }

    #[test]
    fn a_malformed_date_beside_an_unknown_key_may_be_told_as_either() {
        let id = "asset-summary/negative/credentials/sdk-date-malformed";
        let case = case("metastudio", "2025-12", id);
        let due = &case.steps().last().expect("a step").expected.due;
        let Due::Refused { refusal, .. } = due else {
            panic!("{due:?}");
        };
        assert_eq!(refusal.code, None);
    }

    #[test]
    fn what_a_companion_hides_is_there_to_be_hidden() {
        let id = "task/negative/credentials/access-token-foreign";
        let case = case("smh", "2026-01", id);
        assert_eq!(case.steps().len(), 2);
        assert!(case.steps()[1].link.is_some());
    }
}
