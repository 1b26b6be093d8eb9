//! A case's own assertion on a response body: a JSON Schema given with the case.

use contract::{Level, Message, SchemaRef};
use serde_json::Value;

use crate::compile::{Frame, Schema};
use crate::finding::{Check, Finding};
use crate::judge::Validator;
use crate::{Error, Result};

impl Validator {
    /// Judges a body by a schema that a case brings along. `requirement` and `level` are those of
    /// every finding.
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
        for finding in &mut findings {
            finding.level = level;
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
