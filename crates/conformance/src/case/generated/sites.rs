//! The places of a base request's body, each with what the contract says of it. Of each array only
//! the first item is a place; of optional members that the base leaves out, a value is made.

use contract::{ProviderState, Schemas};
use serde_json::Value;
use validator::Validator;

use super::edit::{any_string, below};
use super::facts::{Facts, Spot};
use super::names::{BODY, word};
use super::sample::sample;

/// Bodies nest no deeper than this; a schema that refers to itself ends here.
const DEEPEST: usize = 8;

/// One place.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// JSON pointer into the body.
    pub(super) pointer: String,
    /// The place in ids: names of members joined by full stops, `item` for an item of an array.
    pub(super) place: String,
    /// What the contract says of it.
    pub(super) facts: Facts,
    /// The value there, or one that could be.
    pub(super) value: Value,
    /// Whether the value is there, and has to be.
    pub(super) presence: Presence,
    /// Whether the value itself comes from a state that is set up.
    pub(super) is_set_up: bool,
    /// What has to be put in so that there is anything to hold the value: pointers and values.
    pub(super) before: Vec<(String, Value)>,
}

/// What a place is to what holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// The whole body.
    Whole,
    /// A member that has to be there.
    Required,
    /// A member that is there and need not be.
    Optional,
    /// A member that could be there.
    Absent,
    /// An item of an array.
    Item,
}

impl Site {
    /// The place in titles.
    pub(super) fn title(&self) -> String {
        let named = |place: &str| match place {
            "" | BODY => "the body".to_owned(),
            place => format!("`{place}`"),
        };
        match (self.presence, self.place.strip_suffix("item")) {
            (Presence::Item, Some(array)) => {
                format!("an item of {}", named(array.trim_end_matches('.')))
            }
            _ => named(&self.place),
        }
    }

    /// Whether a made-up value there would name something that nobody has set up.
    pub(super) fn names_something(&self) -> bool {
        self.is_set_up || self.facts.is_id
    }
}

/// All places of this body, from the whole to the parts.
pub(super) fn sites(
    validator: &Validator,
    root: Spot,
    body: &Value,
    states: &[ProviderState],
) -> Vec<Site> {
    let mut walk = Walk {
        validator,
        schemas: &validator.contract().schemas,
        states,
        sites: Vec::new(),
    };
    let whole = Place {
        pointer: String::new(),
        names: Vec::new(),
        items: 0,
        presence: Presence::Whole,
        before: Vec::new(),
    };
    walk.at(&[root], body, whole, 0);
    walk.sites
}

/// Whether a text stands for something that one of the states sets up: it is what the state
/// returns, or what it is told to make.
pub(super) fn is_set_up(text: &str, states: &[ProviderState]) -> bool {
    text.starts_with("$states.")
        || states
            .iter()
            .any(|state| state.params.values().any(|param| param == text))
}

struct Walk<'v> {
    validator: &'v Validator,
    schemas: &'v Schemas,
    states: &'v [ProviderState],
    sites: Vec<Site>,
}

#[derive(Clone)]
struct Place {
    pointer: String,
    /// The names of the members on the way.
    names: Vec<String>,
    /// How many arrays the value is an item of since the last name.
    items: usize,
    presence: Presence,
    before: Vec<(String, Value)>,
}

impl Place {
    fn id(&self) -> String {
        let mut parts: Vec<&str> = self.names.iter().map(String::as_str).collect();
        parts.extend(std::iter::repeat_n("item", self.items));
        if parts.is_empty() {
            BODY.to_owned()
        } else {
            parts.join(".")
        }
    }
}

impl Walk<'_> {
    fn at(&mut self, spots: &[Spot], value: &Value, place: Place, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let mut facts = Facts::of(self.schemas, spots);
        // Of several readings those facts count that belong to the one which the value follows.
        let follows = facts.branches.iter().find(|branch| {
            let reading = Facts::of(self.schemas, std::slice::from_ref(&branch.spot));
            reading.types.is_empty() || reading.types.iter().any(|name| is_a(value, name))
        });
        if let Some(followed) = follows.map(|branch| branch.spot.clone()) {
            let requirement = facts.requirement.clone();
            facts.add(self.schemas, &followed);
            facts.requirement = requirement.or(facts.requirement);
        }
        let states = self.states;
        let listed = !facts.values.is_empty();
        self.sites.push(Site {
            pointer: place.pointer.clone(),
            place: place.id(),
            value: value.clone(),
            presence: place.presence,
            is_set_up: !listed && value.as_str().is_some_and(|text| is_set_up(text, states)),
            before: place.before.clone(),
            facts: facts.clone(),
        });
        match value {
            Value::Object(members) => self.members(&facts, members, &place, depth),
            Value::Array(items) if !facts.elements.is_empty() => {
                let mut inner = Place {
                    pointer: below(&place.pointer, "0"),
                    items: place.items + 1,
                    presence: Presence::Item,
                    ..place
                };
                if let Some(first) = items.first() {
                    self.at(&facts.elements, first, inner, depth + 1);
                } else {
                    let made = sample(self.validator, &facts.elements);
                    let array = Value::Array(vec![made.clone()]);
                    inner.before.push((place.pointer, array));
                    self.at(&facts.elements, &made, inner, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn members(
        &mut self,
        facts: &Facts,
        members: &serde_json::Map<String, Value>,
        place: &Place,
        depth: usize,
    ) {
        for (name, member) in &facts.members {
            let mut inner = Place {
                pointer: below(&place.pointer, name),
                items: 0,
                ..place.clone()
            };
            inner.names.push(word(name));
            match members.get(name) {
                Some(value) => {
                    inner.presence = if member.required {
                        Presence::Required
                    } else {
                        Presence::Optional
                    };
                    self.at(&member.spots, value, inner, depth + 1);
                }
                // One that has to be there and is not makes the base invalid, and that shows.
                None if member.required => {}
                None => {
                    let made = sample(self.validator, &member.spots);
                    inner.presence = Presence::Absent;
                    inner.before.push((inner.pointer.clone(), made.clone()));
                    self.at(&member.spots, &made, inner, depth + 1);
                }
            }
        }
    }
}

/// Whether a value is of the JSON type of that name. A text that a state will replace may be of
/// any.
fn is_a(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "number" || (name == "integer" && !number.is_f64()),
        Value::String(text) => {
            name == "string"
                || (text.starts_with("$states.") && !matches!(name, "array" | "object"))
        }
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    }
}

/// Whether the value holds anything that a state sets up.
pub(super) fn holds_set_up(value: &Value, states: &[ProviderState]) -> bool {
    any_string(value, &|text| is_set_up(text, states))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::Contract;
    use rstest::rstest;
    use serde_json::json;

    use super::super::kettles::Kettles;
    use super::*;

    fn places(
        api: &str,
        revision: &str,
        operation: &str,
        body: &Value,
    ) -> Vec<(String, String, Presence)> {
        let contract = Contract::embedded_one(api, revision).expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let operation = validator
            .contract()
            .operation(operation)
            .expect("it is there");
        let schema = operation.request.as_ref().expect("a body").schema.clone();
        sites(
            &validator,
            Spot {
                schema,
                around: None,
            },
            body,
            &[],
        )
        .into_iter()
        .map(|site| (site.place, site.pointer, site.presence))
        .collect()
    }

    #[test]
    fn each_part_is_a_place_once() {
        let found = places(
            "roma",
            "2025-10",
            "assets-delete",
            &json!({"apps": [{"id": "a"}, {"id": "b"}], "tasks": []}),
        );
        let expected = [
            ("body", "", Presence::Whole),
            ("apps", "/apps", Presence::Required),
            ("apps.item", "/apps/0", Presence::Item),
            ("apps.id", "/apps/0/id", Presence::Optional),
            ("tasks", "/tasks", Presence::Required),
            ("tasks.item", "/tasks/0", Presence::Item),
            ("tasks.id", "/tasks/0/id", Presence::Absent),
        ];
        let expected =
            expected.map(|(place, pointer, is)| (place.to_owned(), pointer.to_owned(), is));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_body_that_is_an_array_has_named_places_too() {
        let found = places("smh", "2026-01", "batch-delete", &json!([{"path": "a"}]));
        let names: Vec<&str> = found.iter().map(|(place, ..)| place.as_str()).collect();
        assert_eq!(names, ["body", "item", "path", "permanent"]);
    }

    #[test]
    fn what_a_state_returns_or_is_told_to_make_is_set_up() {
        let params = json!({"path": "a/b", "enabled": true});
        let state = ProviderState {
            state: "file exists".to_owned(),
            params: params.as_object().cloned().unwrap_or_default(),
            alias: None,
        };
        for (text, expected) in [("a/b", true), ("a", false), ("$states.x.y", true)] {
            assert_eq!(
                is_set_up(text, std::slice::from_ref(&state)),
                expected,
                "{text}"
            );
        }
    }

    /// The pointers of the places that a body of this schema has.
    fn pointers(schema: Value, body: &Value) -> Vec<String> {
        let validator = Kettles::with(schema, Value::Null).validator();
        let operation = validator.contract().operation("boil").expect("it is there");
        let schema = operation.request.as_ref().expect("a body").schema.clone();
        let root = Spot {
            schema,
            around: None,
        };
        let sites = sites(&validator, root, body, &[]);
        sites.into_iter().map(|site| site.pointer).collect()
    }

    #[rstest]
    #[case::members_that_are_there("a", json!({"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}}}))]
    #[case::members_that_could_be("a", json!({}))]
    #[case::items_that_are_there("0", json!([[[[[[[[[[[]]]]]]]]]]]))]
    #[case::items_that_could_be("0", json!([]))]
    fn what_refers_to_itself_has_places_of_eight_levels(#[case] token: &str, #[case] body: Value) {
        let again = || json!({"$ref": "#"});
        let schema = json!({
            "type": ["object", "array"], "properties": {"a": again()}, "items": again(),
        });
        let schema = if body.is_array() {
            json!({"type": "array", "items": again()})
        } else {
            schema
        };
        let found = pointers(schema, &body);
        let expected: Vec<String> = (0..=8)
            .map(|depth| format!("/{token}").repeat(depth))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_required_member_that_is_missing_and_an_item_of_which_nothing_is_said_are_no_places() {
        let schema = json!({
            "type": "object",
            "required": ["gone"],
            "properties": {
                "gone": {"type": "string"},
                "items": {"type": "array"},
                "other": {"type": "string"},
            },
        });
        let found = pointers(schema, &json!({"items": [1]}));
        assert_eq!(found, ["", "/items", "/other"]);
    }

    #[rstest]
    #[case(json!(null), &["null"])]
    #[case(json!(true), &["boolean"])]
    #[case(json!(1), &["integer", "number"])]
    #[case(json!(1.5), &["number"])]
    #[case(json!("a"), &["string"])]
    #[case::what_a_state_replaces(json!("$states.a.b"), &["null", "boolean", "integer", "number", "string"])]
    #[case(json!([]), &["array"])]
    #[case(json!({}), &["object"])]
    fn a_value_is_of_its_types_and_of_no_other(#[case] value: Value, #[case] expected: &[&str]) {
        let all = [
            "null", "boolean", "integer", "number", "string", "array", "object",
        ];
        let types: Vec<&str> = all.into_iter().filter(|name| is_a(&value, name)).collect();
        assert_eq!(types, expected);
    }
}
