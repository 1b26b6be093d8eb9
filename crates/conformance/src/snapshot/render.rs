//! A documented case's response as a text that stays the same from run to run: what differs by
//! nature (ids, times, the tenant) is replaced, so that any other change is a reviewable one.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use contract::{Contract, SchemaRef, Schemas, Volatile};
use serde_json::Value;
use validator::Response;

use crate::expression::States;
use crate::json_body;
use crate::mask::Mask;
use crate::tenant::Tenant;

/// Schemas refer to each other no deeper than this; a circle ends here.
const DEEPEST: usize = 64;

/// Values of this run that may come back in a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The case's tenant.
    pub(crate) tenant: &'a Tenant,
    /// What its set-ups returned.
    pub(crate) states: &'a States,
}

/// The redacted text: status, the documented headers and the content type, and the body as
/// indented JSON.
pub(crate) fn render(
    contract: &Contract,
    operation: usize,
    response: &Response,
    known: Known<'_>,
    mask: &Mask,
) -> String {
    let spec = contract.operations[operation].response(response.status);
    let mut text = format!("HTTP {}\n", response.status);
    let redaction = Redaction::new(&contract.schemas, known);

    if let Some(value) = response.header("content-type") {
        let _ = writeln!(text, "content-type: {}", mask.header("content-type", value));
    }
    for header in spec.iter().flat_map(|spec| &spec.headers) {
        let name = header.name.to_ascii_lowercase();
        let Some(value) = response.header(&name).filter(|_| name != "content-type") else {
            continue;
        };
        let value = match header.volatile {
            Some(volatile) => label(volatile).to_owned(),
            None => redaction.text(&mask.header(&name, value)),
        };
        let _ = writeln!(text, "{name}: {value}");
    }
    text.push('\n');
    match json_body::read(&response.body) {
        _ if response.body.is_empty() => text.push_str("(no body)"),
        Ok(mut body) => {
            let schema = spec
                .and_then(|spec| spec.body.as_ref())
                .map(|body| &body.schema);
            if let Some(schema) = schema {
                redaction.volatile(&mut body, schema, 0);
            }
            redaction.known(&mut body);
            let _ = write!(text, "{body:#}");
        }
        Err(_) => text.push_str(&redaction.text(&String::from_utf8_lossy(&response.body))),
    }
    mask.apply(&mut text);
    text
}

struct Redaction<'a> {
    schemas: &'a Schemas,
    tenant: BTreeSet<&'a str>,
    returned: BTreeSet<String>,
}

impl<'a> Redaction<'a> {
    fn new(schemas: &'a Schemas, known: Known<'a>) -> Self {
        let returned = known.states.values().flat_map(|members| members.values());
        Self {
            schemas,
            // Single characters such as the `-` of single-tenant mode stand for themselves.
            tenant: known
                .tenant
                .values()
                .filter(|value| value.len() > 1)
                .collect(),
            returned: returned
                .filter_map(|value| match value {
                    Value::String(text) if text.len() > 1 => Some(text.clone()),
                    _ => None,
                })
                .collect(),
        }
    }

    /// Replaces each value below `value` that its schema calls volatile.
    fn volatile(&self, value: &mut Value, schema: &SchemaRef, depth: usize) {
        let Some(Value::Object(keywords)) = self.schemas.resolve(schema) else {
            return;
        };
        if depth > DEEPEST {
            return;
        }
        let stated = keywords.get("x-volatile");
        if let Some(volatile) = stated.and_then(|v| serde_json::from_value(v.clone()).ok()) {
            *value = Value::from(label(volatile));
            return;
        }
        if let Some(target) = keywords
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.schemas.follow(schema, reference))
        {
            self.volatile(value, &target, depth + 1);
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            let branches = keywords
                .get(keyword)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for index in 0..branches {
                let branch = self.schemas.child(schema, [keyword, &index.to_string()]);
                self.volatile(value, &branch, depth + 1);
            }
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let child = self.schemas.child(schema, ["properties", name]);
                    self.volatile(member, &child, depth + 1);
                }
            }
            Value::Array(items) => {
                let child = self.schemas.child(schema, ["items"]);
                for item in items {
                    self.volatile(item, &child, depth + 1);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Replaces what the case knows: its tenant, and what its set-ups returned.
    fn known(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.known(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.known(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&self, text: &str) -> String {
        if self.tenant.contains(text) {
            "[tenant]".to_owned()
        } else if self.returned.contains(text) {
            "[id]".to_owned()
        } else {
            // Within a longer text only values that cannot stand there by chance.
            let long = |value: &&str| value.len() >= 16;
            let text = self
                .tenant
                .iter()
                .copied()
                .filter(long)
                .fold(text.to_owned(), |text, value| {
                    text.replace(value, "[tenant]")
                });
            let ids = self.returned.iter().map(String::as_str).filter(long);
            ids.fold(text, |text, value| text.replace(value, "[id]"))
        }
    }
}

fn label(volatile: Volatile) -> &'static str {
    match volatile {
        Volatile::Id => "[id]",
        Volatile::Time => "[time]",
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use contract::Contract;
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::Target;

    #[test]
    fn what_differs_from_run_to_run_is_replaced_and_the_rest_stays() {
        let contract = Contract::embedded_one("smh", "2026-01").expect("a sound contract");
        let operation = contract.operation("batch-delete").expect("it is there");
        let target = Target::new("http://h").expect("a base URL");
        let mut tenant = Tenant::default();
        tenant.extend(operation, &target, 0, "case");
        let library = tenant.get("LibraryId").expect("made").to_owned();
        let Value::Object(returned) = json!({ "file_id": "file-0815" }) else {
            unreachable!("it is an object");
        };
        let states = States::from([("file".to_owned(), returned)]);
        let body = json!({ "result": [{
            "status": 200,
            "path": [library, format!("in {library}"), "file-0815", "foo"],
            "recycledItemId": 4711,
        }] });
        let response = Response {
            status: 200,
            headers: vec![
                ("content-type".to_owned(), b"application/json".to_vec()),
                ("date".to_owned(), b"today".to_vec()),
            ],
            body: Bytes::from(body.to_string()),
        };
        let index = contract
            .operations
            .iter()
            .position(|other| other.id == operation.id);
        insta::assert_snapshot!(
            render(
                &contract,
                index.expect("it is there"),
                &response,
                Known { tenant: &tenant, states: &states },
                &Mask::default(),
            ),
            @r#"
        HTTP 200
        content-type: application/json

        {
          "result": [
            {
              "path": [
                "[tenant]",
                "in [tenant]",
                "[id]",
                "foo"
              ],
              "recycledItemId": "[id]",
              "status": 200
            }
          ]
        }
        "#
        );
    }

    #[test]
    fn a_documented_header_is_shown_and_a_body_that_is_not_there_is_told() {
        let contract = Contract::embedded_one("metastudio", "2025-12").expect("a sound contract");
        let mut operations = contract.operations.iter();
        let index = operations.position(|operation| operation.id == "batch-action");
        let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
        let response = Response {
            status: 200,
            headers: vec![
                header("content-type", "application/json"),
                header("x-request-id", "4f2a9c1d"),
            ],
            body: Bytes::new(),
        };
        let (tenant, states) = (Tenant::default(), States::new());
        let known = Known {
            tenant: &tenant,
            states: &states,
        };
        assert_eq!(
            render(
                &contract,
                index.expect("it is there"),
                &response,
                known,
                &Mask::default()
            ),
            "HTTP 200\ncontent-type: application/json\nx-request-id: [id]\n\n(no body)"
        );
    }

    /// A body nests as deep as its sender likes, and schemas refer to each other in circles.
    #[rstest]
    #[case::members("members", |inner| json!({ "next": inner }), 31)]
    #[case::items("items", |inner| json!([inner]), 31)]
    #[case::choices("choices", |inner| json!({ "next": inner }), 20)]
    fn a_circle_of_schemas_is_followed_to_its_end(
        #[case] circle: &str,
        #[case] wrap: fn(Value) -> Value,
        #[case] deepest: usize,
    ) {
        let schema = json!({ "$defs": {
            "id": { "x-volatile": "id" },
            "members": { "properties": {
                "id": { "$ref": "#/$defs/id" },
                "next": { "$ref": "#/$defs/members" },
            } },
            "items": {
                "properties": { "id": { "$ref": "#/$defs/id" } },
                "items": { "$ref": "#/$defs/items" },
            },
            "choices": { "anyOf": [{ "properties": {
                "id": { "$ref": "#/$defs/id" },
                "next": { "$ref": "#/$defs/choices" },
            } }] },
        } });
        let path = "schemas/smh/2026-01/batch-delete.response.schema.json";
        let files = [(path.to_owned(), schema.to_string().into_bytes())];
        let contract = Contract::embedded_with_files("smh", "2026-01", files.into());
        let contract = contract.expect("a contract");
        let (tenant, states) = (Tenant::default(), States::new());
        let known = Known {
            tenant: &tenant,
            states: &states,
        };
        let redaction = Redaction::new(&contract.schemas, known);
        let root = SchemaRef {
            document: format!("assetproof:///{path}"),
            pointer: format!("/$defs/{circle}"),
        };
        let nested = |levels: usize, id: &Value| {
            let innermost = json!({ "id": id });
            (0..levels).fold(innermost, |inner, _| wrap(inner))
        };
        for (levels, expected) in [
            (0, json!("[id]")),
            (deepest, json!("[id]")),
            (deepest + 1, json!(4711)),
        ] {
            let mut value = nested(levels, &json!(4711));
            redaction.volatile(&mut value, &root, 0);
            assert_eq!(value, nested(levels, &expected), "{levels} levels");
        }
    }
}
