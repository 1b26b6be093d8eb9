//! The request that all generated cases of an operation begin with: one that is as documented, once
//! with the states that make its values name something, and once with made-up values alone.

use std::collections::BTreeMap;
use std::rc::Rc;

use contract::{Contract, ExampleBody, Link, Operation, ProviderState};
use serde_json::{Map, Value};
use validator::Validator;

use super::edit::strings;
use super::facts::{Facts, Spot};
use super::sample::{sample, text, whole};
use super::sites::{Site, holds_set_up, sites};
use crate::PlanError;
use crate::case::documented::{replayed, steps};
use crate::case::{BodyTemplate, Due, Expected, Presented, Step};
use crate::expression::States;
use crate::patch;

/// The base of one operation's cases.
#[derive(Debug)]
pub(super) struct Base {
    /// What has to be sent before it, so that it can be accepted.
    pub(super) before: Vec<Step>,
    /// The request with the states that it needs to be accepted.
    pub(super) sound: Step,
    /// The body of that one, with `$states.NAME.member` where a state fills it.
    pub(super) body: Option<Value>,
    /// The same body with made-up values in place of those.
    pub(super) bare_body: Option<Value>,
    /// Values of all parameters without states and links.
    pub(super) bare_parameters: BTreeMap<String, String>,
    /// The places of `body`.
    pub(super) sites: Rc<[Site]>,
    /// What stands in for what the states will return.
    pub(super) stand_ins: States,
    /// Whether the contract shows such a request: made of tables alone, it may make no sense.
    pub(super) is_shown: bool,
}

impl Base {
    /// The base of the operation with this index: the request of the first documented 2xx that the
    /// contract says how to bring about; otherwise what a link or an example leads to; otherwise
    /// what the schemas say.
    ///
    /// # Errors
    /// [`PlanError::Case`] when an example's `x-replay` names what is not there.
    pub(super) fn new(validator: &Validator, index: usize) -> Result<Self, PlanError> {
        let contract = validator.contract();
        let operation = &contract.operations[index];
        let failed = |problem| PlanError::Case {
            case: format!("{}/{}", contract.api, operation.id),
            problem,
        };
        let mut row = Vec::new();
        let success = |status: u16| (200..300).contains(&status);
        let mut is_shown = true;
        if let Some(found) = replayed(operation).find(|found| success(found.response.status)) {
            row = steps(contract, index, &found).map_err(failed)?;
        } else if let Some((before, link)) = linked(contract, operation).map_err(failed)? {
            row = before;
            row.push(unlike_any(index, Some(link)));
        }
        let mut sound = row.pop().unwrap_or_else(|| unlike_any(index, None));
        if matches!(sound.body, BodyTemplate::Absent) && operation.request.is_some() {
            let shown = example(operation).map_err(failed)?;
            is_shown = shown.is_some();
            let value = shown.or_else(|| made(validator, operation));
            sound.body = value.map_or(BodyTemplate::Absent, json);
        }
        sound.until = None;
        sound.expected.body = Vec::new();
        fill_parameters(validator, operation, &mut sound);

        let mut body = value_of(&sound.body).map_err(failed)?;
        if let Some(body) = &mut body {
            trim(body, &sound.provider_states);
        }
        sound.body = body.clone().map_or(BodyTemplate::Absent, json);
        let places = match (&operation.request, &body) {
            (Some(spec), Some(body)) => {
                let around = spec.requirement.clone();
                let schema = spec.schema.clone();
                sites(
                    validator,
                    Spot { schema, around },
                    body,
                    &sound.provider_states,
                )
            }
            _ => Vec::new(),
        };
        let stand_ins = stand_ins(validator, &sound, &places);
        let filled = |text: &str| stand_in(text, &stand_ins);
        let bare_body = body.clone().map(|mut body| {
            fill(&mut body, &filled);
            body
        });
        let mut bare_parameters = sound.parameters.clone();
        for text in bare_parameters.values_mut() {
            if let Some(value) = filled(text) {
                *text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
            }
        }
        for (name, value) in required(validator, operation) {
            bare_parameters.entry(name).or_insert(value);
        }
        Ok(Self {
            before: row,
            sound,
            body,
            bare_body,
            bare_parameters,
            sites: places.into(),
            stand_ins,
            is_shown,
        })
    }

    /// The request without states and without anything before it. Whatever it names does not
    /// exist, so it can only show that a request is refused.
    pub(super) fn bare(&self) -> Step {
        Step {
            provider_states: Vec::new(),
            parameters: self.bare_parameters.clone(),
            link: None,
            body: self.bare_body.clone().map_or(BodyTemplate::Absent, json),
            alterations: Vec::new(),
            presented: Presented::Own,
            until: None,
            expected: self.sound.expected.clone(),
            operation: self.sound.operation,
        }
    }
}

/// A body that is this value.
pub(super) fn json(value: Value) -> BodyTemplate {
    BodyTemplate::Json {
        value,
        corrections: Vec::new(),
    }
}

/// A step of which nothing is known yet.
fn unlike_any(operation: usize, link: Option<Link>) -> Step {
    Step {
        operation,
        provider_states: Vec::new(),
        presented: Presented::Own,
        parameters: BTreeMap::new(),
        alterations: Vec::new(),
        link,
        body: BodyTemplate::Absent,
        until: None,
        expected: Expected {
            due: Due::Anything {
                requirement: String::new(),
            },
            body: Vec::new(),
        },
    }
}

/// The documented steps whose last response has a link to the operation, with that link.
fn linked(contract: &Contract, operation: &Operation) -> Result<Option<(Vec<Step>, Link)>, String> {
    for (index, other) in contract.operations.iter().enumerate() {
        for found in replayed(other) {
            let mut links = found.response.links.values();
            if let Some(link) = links.find(|link| link.operation == operation.id) {
                return Ok(Some((steps(contract, index, &found)?, link.clone())));
            }
        }
    }
    Ok(None)
}

/// The first request example.
fn example(operation: &Operation) -> Result<Option<Value>, String> {
    let mut examples = operation.request.iter().flat_map(|body| &body.examples);
    examples
        .next()
        .map(|example| match &example.body {
            ExampleBody::Constructed { value, .. } => Ok(value.clone()),
            ExampleBody::Verbatim { bytes, file } => {
                serde_json::from_slice(bytes).map_err(|error| format!("{file}: {error}"))
            }
        })
        .transpose()
}

fn made(validator: &Validator, operation: &Operation) -> Option<Value> {
    let spec = operation.request.as_ref()?;
    let spot = Spot {
        schema: spec.schema.clone(),
        around: spec.requirement.clone(),
    };
    Some(sample(validator, &[spot]))
}

/// Gives each required parameter a value that has none: tenants are made when a case is played, a
/// link fills what it names, and credentials are another matter.
fn fill_parameters(validator: &Validator, operation: &Operation, step: &mut Step) {
    for (name, value) in required(validator, operation) {
        let linked = |name: &String| {
            let links = step.link.iter().flat_map(|link| link.parameters.keys());
            links
                .into_iter()
                .any(|key| key.rsplit('.').next() == Some(name))
        };
        if !linked(&name) {
            step.parameters.entry(name).or_insert(value);
        }
    }
}

/// A value for each parameter that a request cannot do without.
fn required(validator: &Validator, operation: &Operation) -> Vec<(String, String)> {
    let schemas = &validator.contract().schemas;
    let needed = operation.parameters.iter().filter(|parameter| {
        parameter.required && !parameter.secret && !parameter.tenant && !parameter.flag
    });
    needed
        .map(|parameter| {
            let spot = Spot {
                schema: parameter.schema.clone(),
                around: parameter.requirement.clone(),
            };
            let facts = Facts::of(schemas, &[spot]);
            (parameter.name.clone(), parameter_text(validator, &facts))
        })
        .collect()
}

/// A text that a parameter of this kind can have.
pub(super) fn parameter_text(validator: &Validator, facts: &Facts) -> String {
    let shown = facts.values.first().or(facts.shown.first());
    match shown {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None if facts.is("integer") || facts.is("number") => whole(facts).to_string(),
        None if facts.is("boolean") => "true".to_owned(),
        None => text(validator, facts),
    }
}

/// The value of a template with its corrections; `$states.` stays.
fn value_of(template: &BodyTemplate) -> Result<Option<Value>, String> {
    match template {
        BodyTemplate::Bytes(bytes) => serde_json::from_slice(bytes)
            .map(Some)
            .map_err(|error| error.to_string()),
        BodyTemplate::Json { value, corrections } => {
            let mut value = value.clone();
            for correction in corrections {
                patch::apply(&mut value, correction, correction.value.clone())?;
            }
            Ok(Some(value))
        }
        BodyTemplate::Absent | BodyTemplate::Damaged { .. } | BodyTemplate::Spelled { .. } => {
            Ok(None)
        }
    }
}

/// Takes the items out that name nothing, where others in the same array are set up: what becomes
/// of those is a question of its own.
fn trim(value: &mut Value, states: &[ProviderState]) {
    match value {
        Value::Array(items) => {
            if items.iter().any(|item| holds_set_up(item, states)) {
                items.retain(|item| holds_set_up(item, states));
            }
            for item in items {
                trim(item, states);
            }
        }
        Value::Object(members) => members.values_mut().for_each(|member| trim(member, states)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A value for each member of a state that the step refers to.
fn stand_ins(validator: &Validator, step: &Step, sites: &[Site]) -> States {
    let mut states = States::new();
    let mut add = |text: &str, value: Value| {
        if let Some((name, member)) = text
            .strip_prefix("$states.")
            .and_then(|path| path.split_once('.'))
        {
            let members: &mut Map<String, Value> = states.entry(name.to_owned()).or_default();
            members.entry(member.to_owned()).or_insert(value);
        }
    };
    // What is no string has to be something else.
    for site in sites {
        if let Value::String(text) = &site.value
            && text.starts_with("$states.")
            && !site.facts.types.is_empty()
            && !site.facts.is("string")
        {
            let value = if site.facts.is("boolean") {
                Value::Bool(true)
            } else {
                whole(&site.facts).into()
            };
            add(text, value);
        }
    }
    if let BodyTemplate::Json { value, .. } = &step.body {
        let mut value = value.clone();
        strings(&mut value, &mut |text| {
            let name = text.trim_start_matches("$states.").replace('.', "-");
            add(text, fitted(validator, sites, text, name));
        });
    }
    for text in step.parameters.values() {
        let name = text.trim_start_matches("$states.").replace('.', "-");
        add(text, name.into());
    }
    states
}

/// The name, or what the contract allows where it stands.
fn fitted(validator: &Validator, sites: &[Site], reference: &str, name: String) -> Value {
    let site = sites.iter().find(|site| site.value == reference);
    match site {
        Some(site) if !super::sample::matches(validator, &site.facts, &name) => {
            text(validator, &site.facts).into()
        }
        _ => name.into(),
    }
}

fn stand_in(text: &str, states: &States) -> Option<Value> {
    let (name, member) = text.strip_prefix("$states.")?.split_once('.')?;
    states.get(name)?.get(member).cloned()
}

/// Replaces each string that has a stand-in.
fn fill(value: &mut Value, stand_in: &dyn Fn(&str) -> Option<Value>) {
    match value {
        Value::String(text) => {
            if let Some(other) = stand_in(text) {
                *value = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, stand_in)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| fill(member, stand_in)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests;
