//! An invented API of kettles with one operation, `boil`, which each test makes as it needs it; and
//! what a reader has to see of its cases.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use contract::{Contract, Level};
use serde_json::{Value, json};
use validator::Validator;

use super::bench::Bench;
use super::generated;
use crate::case::{Alteration, BodyTemplate, Case, Presented, Step};
use crate::credentials::Credentials;
use crate::request;
use crate::signing::Caller;

/// What a test wants of `boil`. Nothing of it is there unless a test says so.
pub(super) struct Kettles {
    /// The schema of the request's body; null where it has none.
    pub(super) schema: Value,
    /// The request example; null where there is none.
    pub(super) shown: Value,
    /// The states that make that example accepted; null where no documented case says so.
    pub(super) states: Value,
    pub(super) path: &'static str,
    pub(super) parameters: Value,
    pub(super) media_type: &'static str,
    pub(super) security: Value,
    /// Other paths of the API.
    pub(super) others: Value,
    /// The examples that its errata explain, each by operation, message and name, from KE-E02 on.
    pub(super) explained: &'static [[&'static str; 3]],
}

impl Default for Kettles {
    fn default() -> Self {
        Self {
            schema: Value::Null,
            shown: Value::Null,
            states: Value::Null,
            path: "/v1/kettles",
            parameters: json!([]),
            media_type: "application/json",
            security: json!([{"key": []}]),
            others: json!({}),
            explained: &[],
        }
    }
}

impl Kettles {
    /// With a body of this schema, as in this example.
    pub(super) fn with(schema: Value, shown: Value) -> Self {
        Self {
            schema,
            shown,
            ..Self::default()
        }
    }

    /// With an object of which each member is there: its schema and its value.
    pub(super) fn of<const N: usize>(members: [(&str, Value, Value); N]) -> Self {
        let names: Vec<&str> = members.iter().map(|(name, ..)| *name).collect();
        let mut properties = json!({});
        let mut shown = json!({});
        for (name, mut schema, value) in members {
            schema["x-requirement"] = json!("KE-07");
            properties[name] = schema;
            shown[name] = value;
        }
        let schema = json!({
            "type": "object", "x-requirement": "KE-06", "required": names, "properties": properties,
        });
        Self::with(schema, shown)
    }

    pub(super) fn contract(&self) -> Contract {
        let base = "schemas/kettles/2026-01";
        let files = [
            ("openapi.yaml", self.openapi()),
            ("body.schema.json", self.schema.clone()),
            ("requirements.yaml", requirements()),
            ("errata.yaml", errata(self.explained)),
        ];
        let files = files.into_iter().filter(|(_, content)| !content.is_null());
        let files: BTreeMap<String, Vec<u8>> = files
            .map(|(name, content)| (format!("{base}/{name}"), content.to_string().into_bytes()))
            .collect();
        Contract::from_files(base, files).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(super) fn validator(&self) -> Validator {
        Validator::new(Arc::new(self.contract())).expect("the schemas compile")
    }

    fn openapi(&self) -> Value {
        let mut operation = json!({
            "operationId": "boil",
            "summary": "Boil water",
            "security": self.security,
            "x-requirements": {
                "operation": "KE-01", "authentication": "KE-02", "status": "KE-03",
                "json": "KE-04", "media-type": "KE-05",
            },
            "x-refusals": {
                "unauthenticated": {
                    "requirement": "KE-02", "status": 401, "status-level": "MUST", "code": "K.1",
                },
                "malformed": {
                    "requirement": "KE-03", "status": 400, "status-level": "MUST", "code": "K.2",
                },
            },
            "parameters": self.parameters,
            "responses": {
                "200": {"description": "It boils", "x-requirement": "KE-12"},
                "400": {"description": "Malformed", "x-requirement": "KE-03"},
                "401": {"description": "Unknown caller", "x-requirement": "KE-02"},
            },
        });
        if !self.schema.is_null() {
            let mut content = json!({"schema": {"$ref": "body.schema.json"}});
            if !self.shown.is_null() {
                content["examples"] = json!({
                    "shown": {"summary": "A kettle", "value": self.shown, "x-constructed": "invented"},
                });
            }
            operation["requestBody"] =
                json!({"required": true, "content": {self.media_type: content}});
        }
        if !self.states.is_null() {
            let mut replay = json!({"requirement": "KE-12", "provider-states": self.states});
            if !self.shown.is_null() {
                replay["request"] = json!("shown");
            }
            operation["responses"]["200"]["content"] = json!({"application/json": {
                "schema": {"type": "object"},
                "examples": {"boiled": {
                    "summary": "It boils", "value": {}, "x-constructed": "invented", "x-replay": replay,
                }},
            }});
        }
        let mut paths = self.others.clone();
        paths[self.path]["post"] = operation;
        json!({
            "openapi": "3.1.1",
            "info": {"x-api": "kettles", "version": "2026-01", "title": "Kettles"},
            "paths": paths,
            "components": {"securitySchemes": {
                "key": {
                    "type": "apiKey", "in": "header", "name": "X-Key", "x-credential": "token",
                },
                "aksk": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "x-credential": "access_key", "x-signature": "SDK-HMAC-SHA256",
                },
                "date": {"type": "apiKey", "in": "header", "name": "X-Sdk-Date"},
            }},
        })
    }

    /// A line for each case that this picks by its place and by what it does there: how it counts,
    /// its id, what it covers, its title, the status that is due, and how its request differs from
    /// the documented one.
    pub(super) fn listing(&self, picks: impl Fn(&str, &str) -> bool) -> String {
        let validator = self.validator();
        let cases = generated(&validator).expect("sound examples");
        let stand_ins = Credentials::from_lookup(|_| Some("credential".to_owned()));
        let bench = bench(&validator, &stand_ins);
        let mut lines = String::new();
        for case in &cases {
            let parts: Vec<&str> = case.id.splitn(5, '/').collect();
            let [_, "boil", kind, place, what] = parts.as_slice() else {
                continue;
            };
            if !picks(place, what) {
                continue;
            }
            let step = case.steps().last().expect("a step");
            let due = step.expected.due.status();
            let due = due.map_or_else(String::new, |status| format!(" {status}"));
            writeln!(
                lines,
                "{:8} {kind}/{place}/{what} [{}]{due} {}: {}",
                counts(case),
                case.covers.join(" "),
                case.title,
                request_of(&bench, step),
            )
            .expect("a string");
        }
        lines
    }
}

/// The bench of the operation.
fn bench<'v>(validator: &'v Validator, stand_ins: &'v Credentials) -> Bench<'v> {
    let contract = validator.contract();
    let mut operations = contract.operations.iter();
    let index = operations.position(|operation| operation.id == "boil");
    let index = index.expect("it is there");
    let caller = Caller::of_nobody(stand_ins);
    let way = request::authentication(contract, &contract.operations[index], &caller);
    Bench::new(validator, index, way.unwrap_or_default()).expect("a bench")
}

fn requirements() -> Value {
    let levels = [
        (1, "MUST"),
        (2, "MUST"),
        (3, "MUST"),
        (4, "MUST"),
        (5, "SHOULD"),
        (6, "MUST"),
        (7, "MUST"),
        (8, "MUST"),
        (9, "SHOULD"),
        (10, "MAY"),
        (11, "SHOULD"),
        (12, "MUST"),
    ];
    let requirements = levels.map(|(number, level)| {
        json!({
            "id": format!("KE-{number:02}"), "level": level, "statement": "It is promised.",
            "source": {"document": "kettles.txt", "section": "All"},
        })
    });
    json!({"requirements": requirements})
}

/// A slip that explains no example, and one for each of these.
fn errata(explained: &[[&str; 3]]) -> Value {
    let explained = explained.iter().map(Some);
    let errata = std::iter::once(None).chain(explained).enumerate();
    let errata = errata.map(|(index, explains)| {
        let mut erratum = json!({
            "id": format!("KE-E{:02}", index + 1), "kind": "slip", "detectable": explains.is_some(),
            "statement": "Somewhere it is mistyped.", "reading": "The table wins.",
            "source": {"document": "kettles.txt", "section": "All"},
        });
        if let Some([operation, message, example]) = explains {
            erratum["explains"] = json!([{
                "operation": operation, "message": message, "example": example,
                "requirement": "KE-07", "at": "/mode",
            }]);
        }
        erratum
    });
    json!({"errata": errata.collect::<Vec<Value>>()})
}

fn counts(case: &Case) -> String {
    match (case.counted, case.level) {
        (false, Level::May) => "observed".to_owned(),
        (false, level) => format!("observed as {level}"),
        (true, level) => level.to_string(),
    }
}

/// How the request differs from the documented one, or from the same without its states.
fn request_of(bench: &Bench<'_>, step: &Step) -> String {
    let base = &bench.base;
    let mut parts = Vec::new();
    let aliases: Vec<&str> = step
        .provider_states
        .iter()
        .map(|state| state.alias.as_deref().unwrap_or(&state.state))
        .collect();
    let is_bare = aliases.is_empty() && !base.sound.provider_states.is_empty();
    if !aliases.is_empty() {
        parts.push(format!("after {}", aliases.join(", ")));
    } else if is_bare {
        parts.push("after nothing".to_owned());
    }
    for (name, value) in &step.parameters {
        if base.sound.parameters.get(name) != Some(value) {
            parts.push(format!("{name}={}", brief(&json!(value), 0)));
        }
    }
    let gone = base.sound.parameters.keys();
    let gone = gone.filter(|&name| !step.parameters.contains_key(name));
    parts.extend(gone.map(|name| format!("no {name}")));
    parts.extend(step.alterations.iter().map(|one| match one {
        Alteration::Header { name, value } => {
            format!("{name}: {}", String::from_utf8_lossy(value))
        }
        other => format!("{other:?}"),
    }));
    if step.presented != Presented::Own {
        parts.push(format!("{:?}", step.presented));
    }
    let known = if is_bare { &base.bare_body } else { &base.body };
    parts.extend(body_of(known.as_ref(), &step.body));
    parts.join(", ")
}

fn body_of(base: Option<&Value>, body: &BodyTemplate) -> Vec<String> {
    match body {
        BodyTemplate::Absent if base.is_none() => Vec::new(),
        BodyTemplate::Absent => vec!["no body".to_owned()],
        BodyTemplate::Bytes(bytes) => vec![format!("{} bytes", bytes.len())],
        BodyTemplate::Json { value, .. } => {
            let mut changes = Vec::new();
            changed(base.unwrap_or(&Value::Null), value, "", &mut changes);
            changes
        }
        BodyTemplate::Damaged { of, damage } => {
            let what = vec![format!("{damage:?}")];
            what.into_iter().chain(body_of(base, of)).collect()
        }
        BodyTemplate::Spelled { of, spelling } => {
            let what = vec![format!("{spelling:?}")];
            what.into_iter().chain(body_of(base, of)).collect()
        }
    }
}

fn changed(old: &Value, new: &Value, pointer: &str, changes: &mut Vec<String>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in new {
                match old.get(name) {
                    Some(known) => changed(known, value, &format!("{pointer}/{name}"), changes),
                    None => changes.push(format!("{pointer}/{name} + {}", brief(value, 0))),
                }
            }
            let gone = old.keys().filter(|&name| !new.contains_key(name));
            changes.extend(gone.map(|name| format!("no {pointer}/{name}")));
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                changed(old, new, &format!("{pointer}/{index}"), changes);
            }
        }
        (_, new) => changes.push(format!("{pointer} = {}", brief(new, 0))),
    }
}

/// The value without the middle of what is long.
fn brief(value: &Value, depth: usize) -> Value {
    match value {
        Value::String(text) if text.chars().count() > 24 => {
            let start: String = text.chars().take(8).collect();
            json!(format!("{start}\u{2026} ({})", text.chars().count()))
        }
        Value::Array(items) if items.len() > 3 => {
            let ends = [items.first(), items.last()].map(|item| item.map(|item| brief(item, 0)));
            json!([ends[0], format!("\u{2026} ({})", items.len()), ends[1]])
        }
        Value::Array(_) | Value::Object(_) if depth > 3 => json!("\u{2026}"),
        Value::Array(items) => items.iter().map(|item| brief(item, depth + 1)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| (name.clone(), brief(value, depth + 1)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}
