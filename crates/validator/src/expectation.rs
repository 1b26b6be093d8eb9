//! A case's own assertion on a response body: a JSON Schema given with the case.

use contract::{Level, Message, SchemaRef};
use serde_json::Value;

use crate::compile::{Frame, Schema};
use crate::finding::{Check, Finding};
use crate::judge::Validator;
use crate::{Error, Result};

impl Validator {
    /// Judges a body by a schema that a case brings along. `requirement` and `level` are those of
    /// every finding; the schema's `title`, if it has one, is what was expected.
    ///
    /// # Errors
    /// [`Error::Schema`] when the schema is no valid JSON Schema 2020-12.
    pub fn expectation(
        &self,
        schema: &Value,
        body: &Value,
        requirement: &str,
        level: Level,
    ) -> Result<Vec<Finding>> {
        let place = SchemaRef {
            document: "expect".to_owned(),
            pointer: String::new(),
        };
        let schema = Schema::from_linked(schema.clone(), &place)?;
        let frame = Frame {
            contract: self.contract(),
            check: Check::CaseExpectation,
            message: Message::Response,
            requirement: Some(requirement),
        };
        let mut findings = Vec::new();
        schema.judge(body, frame, &mut findings);
        let title = schema.linked.get("title").and_then(Value::as_str);
        for finding in &mut findings {
            finding.level = level;
            // What the whole is about says more than the keyword that happened to be missed.
            if let Some(title) = title {
                title.clone_into(&mut finding.expected);
            }
        }
        Ok(findings)
    }

    /// Whether a body matches a schema that a case brings along.
    ///
    /// # Errors
    /// [`Error::Schema`] when the schema is no valid JSON Schema 2020-12.
    pub fn matches(&self, schema: &Value, body: &Value) -> Result<bool, Error> {
        let compiled = jsonschema::draft202012::new(schema).map_err(|error| Error::Schema {
            document: "until".to_owned(),
            pointer: String::new(),
            problem: error.to_string(),
        })?;
        Ok(compiled.is_valid(body))
    }
}
