//! A case's own assertion on a response body: a JSON Schema given with the case.

use contract::{Level, Message};
use serde_json::Value;

use crate::Result;
use crate::compile::Frame;
use crate::finding::{Check, Finding};
use crate::judge::Validator;

impl Validator {
    /// Judges a body by a schema that a case brings along. `requirement` and `level` are those of
    /// every finding; the schema's `title`, if it has one, is what was expected.
    ///
    /// # Errors
    /// [`crate::Error::Schema`] when the schema is no valid JSON Schema 2020-12.
    pub fn expectation(
        &self,
        schema: &Value,
        body: &Value,
        requirement: &str,
        level: Level,
    ) -> Result<Vec<Finding>> {
        let schema = self.brought.schema(schema)?;
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
    /// [`crate::Error::Schema`] when the schema is no valid JSON Schema 2020-12.
    pub fn matches(&self, schema: &Value, body: &Value) -> Result<bool> {
        Ok(self.brought.schema(schema)?.accepts(body))
    }
}
