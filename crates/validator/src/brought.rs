//! The schemas that cases bring along, compiled once for all the times that they are asked about.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use contract::SchemaRef;
use serde_json::Value;

use crate::Result;
use crate::compile::Schema;

/// So many are kept. What a run asks about is far less; whoever brings a new one each time does not
/// fill the memory with them.
const KEPT: usize = 1000;

/// Compiled schemas by their text.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    compiled: Mutex<HashMap<String, Arc<Schema>>>,
}

impl Brought {
    /// The schema, compiled now or before.
    ///
    /// # Errors
    /// [`crate::Error::Schema`] when it is no valid JSON Schema 2020-12.
    pub(crate) fn schema(&self, schema: &Value) -> Result<Arc<Schema>> {
        let text = schema.to_string();
        // Whoever panics with the lock in hand leaves a map that is whole.
        let lock = || self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = lock().get(&text) {
            return Ok(Arc::clone(compiled));
        }
        let place = SchemaRef {
            document: "case".to_owned(),
            pointer: String::new(),
        };
        let compiled = Arc::new(Schema::from_linked(schema.clone(), &place)?);
        let mut kept = lock();
        if kept.len() < KEPT {
            kept.insert(text, Arc::clone(&compiled));
        }
        Ok(compiled)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_compiled_once() {
        let brought = Brought::default();
        let of = |value: Value| brought.schema(&value).expect("a schema");
        let (one, same) = (of(json!({"const": 1})), of(json!({"const": 1})));
        assert!(Arc::ptr_eq(&one, &same));
        let other = of(json!({"const": 2}));
        assert_eq!(
            (&one.linked["const"], &other.linked["const"]),
            (&json!(1), &json!(2))
        );
    }

    #[test]
    fn what_is_beyond_the_limit_is_compiled_all_the_same() {
        let brought = Brought::default();
        for number in 0..KEPT + 2 {
            let schema = brought.schema(&json!({"const": number})).expect("a schema");
            assert_eq!(schema.linked["const"], json!(number));
        }
        assert_eq!(brought.compiled.lock().expect("unused").len(), KEPT);
    }

    #[test]
    fn what_is_no_schema_is_told_each_time() {
        let brought = Brought::default();
        for _ in 0..2 {
            let error = brought.schema(&json!({"type": 1})).map(|_| ());
            let said = error.expect_err("no schema").to_string();
            assert!(said.contains("case"), "{said}");
        }
    }
}
