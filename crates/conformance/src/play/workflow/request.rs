//! The request of a step, filled in with what the workflow knows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use contract::arazzo::{Credentials, Expression, Parameter, RequestBody, Source, Step, Template};
use contract::{Correction, ParameterLocation, PatchOp};
use serde_json::Value;
use validator::Request;

use super::values::Memory;
use crate::case::Alteration;
use crate::credentials::Secret;
use crate::json_body;
use crate::patch;
use crate::play::{Halt, Stage};
use crate::request::{self, Authentication, Credential, Values};

/// A request with the values of its path parameters by name.
pub(super) type Made = (Request, BTreeMap<String, String>);

/// Makes the request of a step; `own` is what it authenticates by when it sends the target's own
/// credentials.
///
/// # Errors
/// [`Halt::Skipped`] when an earlier answer did not hold what is needed, [`Halt::Error`] when the
/// workflow or the set-up of a state is to blame.
pub(super) fn make(
    stage: &Stage<'_>,
    step: &Step,
    own: &Authentication<'_>,
    memory: &Memory<'_>,
) -> Result<Made, Halt> {
    let filler = Filler { step, memory };
    let operation = stage.operation(step.operation);
    let mut parameters = BTreeMap::new();
    for parameter in &step.parameters {
        parameters.insert(parameter.name.clone(), filler.text(parameter)?);
    }
    let given;
    let authentication = match &step.credentials {
        Credentials::Own | Credentials::Nothing => own,
        Credentials::Given(values) => {
            given = values
                .iter()
                .map(|parameter| {
                    Ok(Credential {
                        location: parameter.location,
                        name: &parameter.name,
                        value: Cow::Owned(Secret::new(filler.text(parameter)?)),
                    })
                })
                .collect::<Result<Authentication<'_>, Halt>>()?;
            &given
        }
    };
    let body = step.body.as_ref();
    let content_type = body.and_then(|body| body.content_type.clone());
    let alterations: Vec<Alteration> = content_type
        .map(|content_type| Alteration::ContentType(Some(content_type)))
        .into_iter()
        .chain(step.without.iter().cloned().map(Alteration::Without))
        .collect();
    let body = body.map(|body| filler.body(body)).transpose()?;
    let values = Values {
        tenant: &stage.tenant,
        parameters: &parameters,
        alterations: &alterations,
    };
    let request = request::build(operation, values, authentication, body)
        .map_err(|problem| filler.failed(&problem))?;
    let path = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == ParameterLocation::Path)
        .filter_map(|parameter| {
            let name = &parameter.name;
            let given = parameters.get(name).map(String::as_str);
            let value = given.or_else(|| stage.tenant.get(name))?;
            Some((name.clone(), value.to_owned()))
        })
        .collect();
    Ok((request, path))
}

struct Filler<'s> {
    step: &'s Step,
    memory: &'s Memory<'s>,
}

impl Filler<'_> {
    fn failed(&self, problem: &str) -> Halt {
        Halt::Error(format!(
            "failed to make the request of step {}: {problem}",
            self.step.id
        ))
    }

    fn fill(&self, template: &Template) -> Result<Value, Halt> {
        template.fill(&mut |expression| {
            let value = self.memory.value(expression, None);
            value
                .map(Cow::into_owned)
                .ok_or_else(|| self.missing(expression))
        })
    }

    /// What a target did not answer skips the case; what was to be there is an error of it.
    fn missing(&self, expression: &Expression) -> Halt {
        let step = &self.step.id;
        match &expression.source {
            Source::Step { .. } | Source::Output(_) => Halt::Skipped(format!(
                "step {step} needs {expression}, and no answer before it held that"
            )),
            _ => self.failed(&format!("{expression}: there is nothing of that name")),
        }
    }

    fn text(&self, parameter: &Parameter) -> Result<String, Halt> {
        match self.fill(&parameter.value)? {
            Value::String(text) => Ok(text),
            value @ (Value::Number(_) | Value::Bool(_)) => Ok(value.to_string()),
            value => Err(self.failed(&format!(
                "the parameter {} is no text: {value}",
                parameter.name
            ))),
        }
    }

    fn body(&self, body: &RequestBody) -> Result<Bytes, Halt> {
        let mut value = self.fill(&body.payload)?;
        // A text that is written as such is the body as it is; a value that an expression gives
        // is JSON, whatever its type.
        let written = matches!(body.payload, Template::Constant(_) | Template::Text(_));
        if let Value::String(text) = &value
            && written
        {
            if body.replacements.is_empty() {
                return Ok(Bytes::from(text.clone()));
            }
            value = serde_json::from_str(text).map_err(|error| {
                self.failed(&format!(
                    "nothing can be replaced in what is no JSON: {error}"
                ))
            })?;
        }
        for replacement in &body.replacements {
            let op = if value.pointer(&replacement.target).is_some() {
                PatchOp::Replace
            } else {
                PatchOp::Add
            };
            let correction = Correction {
                erratum: None,
                op,
                path: replacement.target.clone(),
                value: Value::Null,
            };
            let new = self.fill(&replacement.value)?;
            patch::apply(&mut value, &correction, new).map_err(|problem| self.failed(&problem))?;
        }
        Ok(json_body::bytes(&value))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::super::values::tests::memory;
    use super::*;

    fn step() -> Step {
        Step {
            id: "send".to_owned(),
            description: None,
            operation: 0,
            expects: contract::arazzo::Expects::Anything,
            credentials: Credentials::Own,
            parameters: Vec::new(),
            without: Vec::new(),
            body: None,
            success_criteria: Vec::new(),
            on_success: Vec::new(),
            on_failure: Vec::new(),
            outputs: Vec::new(),
        }
    }

    fn body(payload: Template, replacements: &[(&str, &str)]) -> Result<String, Halt> {
        let replacements =
            replacements
                .iter()
                .map(|(target, value)| contract::arazzo::Replacement {
                    target: (*target).to_owned(),
                    value: Template::string(value).expect("a template"),
                });
        let body = RequestBody {
            content_type: None,
            payload,
            replacements: replacements.collect(),
        };
        let (step, memory) = (step(), memory());
        let filler = Filler {
            step: &step,
            memory: &memory,
        };
        let bytes = filler.body(&body)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    #[rstest]
    #[case::as_it_is(r#"{"a": "#, r#"{"a": "#)]
    #[case::with_a_value(r#"{"a": "{$inputs.project_id}"}"#, r#"{"a": "p"}"#)]
    #[case::a_value_is_json("$inputs.project_id", r#""p""#)]
    #[case::of_any_type("$inputs.list", r#"["x",{"y":2}]"#)]
    fn a_text_is_sent_as_it_is_and_a_value_as_json(#[case] payload: &str, #[case] sent: &str) {
        let payload = Template::string(payload).expect("a template");
        assert_eq!(body(payload, &[]).ok().as_deref(), Some(sent));
    }

    #[test]
    fn the_values_of_the_path_are_told_beside_the_request() {
        let (context, planned) = crate::play::stage::tests::shared();
        let now = tokio::time::Instant::now();
        let mut stage = Stage::new(&context, &planned, false, now);
        stage.enter(0);
        let project = stage
            .tenant
            .get("project_id")
            .expect("it is made")
            .to_owned();
        let own = Authentication::new();
        let (request, path) = make(&stage, &step(), &own, &memory()).expect("it can be made");
        assert!(request.target.contains(&project), "{}", request.target);
        assert_eq!(path, BTreeMap::from([("project_id".to_owned(), project)]));
    }

    #[test]
    fn replacements_replace_and_add() {
        let payload = Template::Constant(json!({ "a": [1, 2], "b": {} }));
        let sent = body(
            payload,
            &[
                ("/a/1", "$inputs.n"),
                ("/b/c", "$inputs.list"),
                ("/a/-", "x"),
            ],
        );
        let expected = r#"{"a":[1,"7","x"],"b":{"c":["x",{"y":2}]}}"#;
        assert_eq!(sent.ok().as_deref(), Some(expected));
        let text = Template::Constant(json!(r#"{"a": 1}"#));
        let sent = body(text, &[("/a", "2")]);
        assert_eq!(sent.ok().as_deref(), Some(r#"{"a":"2"}"#));
    }

    #[rstest]
    #[case::no_place(json!({}), "/a/b", "2", "nothing stands at")]
    #[case::no_json(json!("{"), "/a", "2", "no JSON")]
    #[case::no_input(json!({}), "/a", "$inputs.other.none", "nothing of that name")]
    fn what_cannot_be_made_is_an_error_that_names_the_step(
        #[case] payload: Value,
        #[case] target: &str,
        #[case] value: &str,
        #[case] says: &str,
    ) {
        let Err(Halt::Error(problem)) = body(Template::Constant(payload), &[(target, value)])
        else {
            panic!("it can be made")
        };
        assert!(
            problem.contains("step send") && problem.contains(says),
            "{problem}"
        );
    }

    #[test]
    fn what_an_answer_did_not_hold_skips_the_case() {
        let payload = Template::string("$steps.ask.outputs.none").expect("a template");
        let Err(Halt::Skipped(reason)) = body(payload, &[]) else {
            panic!("it can be made")
        };
        assert!(reason.contains("$steps.ask.outputs.none"), "{reason}");
    }
}
