//! What runtime expressions amount to: inputs, outputs of steps, and the latest exchange.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use contract::Message;
use contract::arazzo::{Expression, Outputs, Source, Step};
use serde_json::{Map, Value};
use validator::{Bodies, Exchange, decode_query};

use crate::json_body;
use crate::play::Stage;

/// What a workflow knows, whatever the latest answer.
#[derive(Debug)]
pub(super) struct Memory<'w> {
    inputs: Map<String, Value>,
    /// What each step has put out, by the step's id.
    steps: BTreeMap<String, Map<String, Value>>,
    /// What the workflow puts out.
    outputs: &'w Outputs,
}

/// The latest exchange; each body is read when it is asked for, once.
#[derive(Debug)]
pub(super) struct Answer {
    exchange: Exchange,
    url: String,
    /// The values of the path parameters by name.
    path: BTreeMap<String, String>,
    request: OnceLock<Value>,
    response: OnceLock<Value>,
}

impl Answer {
    /// Reads an exchange; `path` are the values of its path parameters by name, and `bodies` what has
    /// been read already.
    pub(super) fn new(
        stage: &Stage<'_>,
        exchange: Exchange,
        path: BTreeMap<String, String>,
        bodies: Bodies,
    ) -> Self {
        let read = |body: Option<Value>| body.map_or_else(OnceLock::new, OnceLock::from);
        Self {
            url: stage.context.client.full_url(&exchange.request.target),
            path,
            request: read(bodies.request),
            response: read(bodies.response),
            exchange,
        }
    }

    /// The response.
    pub(super) fn response(&self) -> &validator::Response {
        &self.exchange.response
    }

    /// How long the server asks to be left alone (RFC 9110, 10.2.3; seconds only).
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.exchange.response.header("retry-after")?;
        let seconds = std::str::from_utf8(value).ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    fn read(&self, source: &Source) -> Option<Value> {
        let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes).into_owned());
        let Exchange { request, response } = &self.exchange;
        match source {
            Source::Url => Some(self.url.as_str().into()),
            Source::Method => Some(request.method.as_str().into()),
            Source::StatusCode => Some(response.status.into()),
            Source::Header(Message::Request, name) => request.header(name).map(text),
            Source::Header(Message::Response, name) => response.header(name).map(text),
            Source::Query(name) => request
                .query()
                .into_iter()
                .flat_map(decode_query)
                .find(|pair| pair.name == *name)
                .map(|pair| pair.value.unwrap_or_default().into()),
            Source::Path(name) => self.path.get(name).map(|value| value.as_str().into()),
            // What is not read anew, but kept.
            Source::Body(_) | Source::Input(_) | Source::Output(_) | Source::Step { .. } => None,
        }
    }

    fn body(&self, message: Message) -> &Value {
        match message {
            Message::Request => self
                .request
                .get_or_init(|| body(&self.exchange.request.body)),
            Message::Response => self
                .response
                .get_or_init(|| body(&self.exchange.response.body)),
        }
    }
}

/// A body that is no JSON is a text, and none is nothing.
fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    json_body::read(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned().into())
}

impl<'w> Memory<'w> {
    pub(super) fn new(inputs: Map<String, Value>, outputs: &'w Outputs) -> Self {
        Self {
            inputs,
            steps: BTreeMap::new(),
            outputs,
        }
    }

    /// Keeps what the step puts out; of what is not there, nothing.
    pub(super) fn keep(&mut self, step: &Step, answer: &Answer) {
        let outputs = step.outputs.iter();
        let outputs = outputs.filter_map(|(name, expression)| {
            let value = self.value(expression, Some(answer))?;
            Some((name.clone(), value.into_owned()))
        });
        let outputs = outputs.collect();
        self.steps.insert(step.id.clone(), outputs);
    }

    /// What the expression amounts to; none when it names nothing.
    pub(super) fn value<'v>(
        &'v self,
        expression: &Expression,
        answer: Option<&'v Answer>,
    ) -> Option<Cow<'v, Value>> {
        let pointer = &expression.pointer;
        let kept = match &expression.source {
            Source::Input(name) => named(&self.inputs, name)?,
            Source::Step { step, output } => named(self.steps.get(step)?, output)?,
            Source::Body(message) => answer?.body(*message),
            Source::Output(name) => {
                let mut outputs = self.outputs.iter();
                let (_, output) = outputs.find(|(known, _)| known == name)?;
                // The contract has no output that is made of outputs, so this ends.
                let whole = self.value(output, answer)?;
                return whole.pointer(pointer).cloned().map(Cow::Owned);
            }
            source => return answer?.read(source).map(Cow::Owned),
        };
        kept.pointer(pointer).map(Cow::Borrowed)
    }
}

/// The value of that name, which may have dots in it, or be the way to a member.
fn named<'v>(values: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    if let Some(value) = values.get(name) {
        return Some(value);
    }
    name.rmatch_indices('.').find_map(|(dot, _)| {
        let members = values.get(&name[..dot])?.as_object()?;
        named(members, &name[dot + 1..])
    })
}

#[cfg(test)]
pub(super) mod tests {
    use bytes::Bytes;
    use rstest::rstest;
    use serde_json::json;
    use validator::{Request, Response};

    use super::*;

    /// An answer with this status, headers and body to a request that has something of everything.
    pub(crate) fn answer(status: u16, headers: &[(&str, &str)], response: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let exchange = Exchange {
            request: Request {
                method: "POST".to_owned(),
                target: "/v1/p%201?user=u%201&flag".to_owned(),
                headers: vec![("X-App".to_owned(), b"app".to_vec())],
                body: Bytes::from_static(br#"{"ids":["a"]}"#),
            },
            response: Response {
                status,
                headers: headers.collect(),
                body: Bytes::copy_from_slice(response.as_bytes()),
            },
        };
        Answer {
            url: "http://h/v1/p%201?user=u%201&flag".to_owned(),
            path: BTreeMap::from([("project".to_owned(), "p 1".to_owned())]),
            request: OnceLock::new(),
            response: OnceLock::new(),
            exchange,
        }
    }

    /// A memory with inputs and the outputs of a step `ask`.
    pub(crate) fn memory() -> Memory<'static> {
        static NONE: Outputs = Vec::new();
        let Value::Object(inputs) = json!({
            "project_id": "p", "other": {"project_id": "q"}, "a.b": 1, "n": "7", "list": ["x", {"y": 2}]
        }) else {
            unreachable!("it is an object")
        };
        let Value::Object(outputs) = json!({ "job": {"id": 7}, "a.b": "c" }) else {
            unreachable!("it is an object")
        };
        let mut memory = Memory::new(inputs, &NONE);
        memory.steps.insert("ask".to_owned(), outputs);
        memory
    }

    #[rstest]
    #[case("$url", json!("http://h/v1/p%201?user=u%201&flag"))]
    #[case("$method", json!("POST"))]
    #[case("$statusCode", json!(202))]
    #[case("$request.header.x-app", json!("app"))]
    #[case("$request.query.user", json!("u 1"))]
    #[case("$request.query.flag", json!(""))]
    #[case("$request.path.project", json!("p 1"))]
    #[case("$request.body#/ids/0", json!("a"))]
    #[case("$response.header.Location", json!("/jobs/9"))]
    #[case("$response.body", json!({"taskId": 7, "a/b": null}))]
    #[case("$response.body#/taskId", json!(7))]
    #[case("$response.body#/a~1b", json!(null))]
    #[case("$inputs.project_id", json!("p"))]
    #[case("$inputs.other.project_id", json!("q"))]
    #[case("$inputs.a.b", json!(1))]
    #[case("$inputs.list#/1/y", json!(2))]
    #[case("$steps.ask.outputs.job.id", json!(7))]
    #[case("$steps.ask.outputs.job#/id", json!(7))]
    #[case("$steps.ask.outputs.a.b", json!("c"))]
    fn an_expression_has_a_value_with_its_type(#[case] text: &str, #[case] expected: Value) {
        let answer = answer(
            202,
            &[("location", "/jobs/9")],
            r#"{"taskId":7,"a/b":null}"#,
        );
        let expression = Expression::parse(text).expect("an expression");
        let memory = memory();
        let value = memory.value(&expression, Some(&answer));
        assert_eq!(value.as_deref(), Some(&expected));
    }

    #[test]
    fn an_output_is_the_one_of_its_name() {
        let expression = |text: &str| Expression::parse(text).expect("an expression");
        let outputs = vec![
            ("one".to_owned(), expression("$inputs.project_id")),
            ("two".to_owned(), expression("$inputs.list#/1")),
        ];
        let inputs = json!({ "project_id": "p", "list": ["x", {"y": 2}] });
        let inputs = inputs.as_object().expect("an object").clone();
        let memory = Memory::new(inputs, &outputs);
        let value = |text: &str| memory.value(&expression(text), None).map(Cow::into_owned);
        assert_eq!(value("$outputs.one"), Some(json!("p")));
        assert_eq!(value("$outputs.two#/y"), Some(json!(2)));
    }

    #[rstest]
    #[case("$request.header.x")]
    #[case("$request.query.u")]
    #[case("$request.path.p")]
    #[case("$response.body#/taskId/x")]
    #[case("$response.body#/0")]
    #[case("$inputs.other.instance_id")]
    #[case("$inputs.project_id.x")]
    #[case("$steps.ask.outputs.none")]
    #[case("$steps.tell.outputs.job")]
    #[case("$outputs.none")]
    fn what_is_not_there_has_none(#[case] text: &str) {
        let expression = Expression::parse(text).expect("an expression");
        let answer = answer(202, &[], r#"{"taskId":7}"#);
        assert_eq!(memory().value(&expression, Some(&answer)), None);
    }

    #[rstest]
    #[case("", json!(null))]
    #[case("rubbish", json!("rubbish"))]
    #[case("[1]", json!([1]))]
    fn a_body_is_json_or_text_or_nothing(#[case] text: &str, #[case] expected: Value) {
        assert_eq!(body(text.as_bytes()), expected);
    }

    #[rstest]
    #[case("3", Some(3))]
    #[case(" 0 ", Some(0))]
    #[case("-1", None)]
    #[case("99999999999999999999", None)]
    #[case("Wed, 21 Oct 2015 07:28:00 GMT", None)]
    fn a_server_may_ask_to_be_left_alone(#[case] value: &str, #[case] seconds: Option<u64>) {
        let answer = answer(503, &[("Retry-After", value)], "");
        assert_eq!(answer.retry_after(), seconds.map(Duration::from_secs));
    }
}
