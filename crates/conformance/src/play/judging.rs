//! Judging what came back: at once where the bodies are small, and on a thread for long work where
//! they are not, because the requests of all other cases wait while a thread of the runtime is busy.

use std::sync::Arc;

use serde_json::Value;
use tokio::task::spawn_blocking;
use validator::{Exchange, Response};

use super::{Halt, Stage};
use crate::case::Step;
use crate::json_body;
use crate::judge::{self, Judgement};

/// A longer body takes milliseconds to judge, in bytes: 256 KiB.
const LARGE: usize = 262_144;

impl Stage<'_> {
    /// What the contract and the step say of an exchange, apart from the step's assertions on the
    /// body ([`judge::exchange`]).
    pub(crate) async fn judge(
        &self,
        step: &Step,
        exchange: &Exchange,
    ) -> Result<Judgement, String> {
        let counted = self.planned.case.counted;
        if !is_large(exchange) {
            return judge::exchange(self.validator(), step, counted, exchange);
        }
        let validator = Arc::clone(&self.planned.validator);
        let (step, exchange) = (step.clone(), exchange.clone());
        apart(move || judge::exchange(&validator, &step, counted, &exchange)).await
    }

    /// What the step's own assertions say of the body ([`judge::assertions`]).
    pub(crate) async fn judge_body(
        &self,
        step: &Step,
        exchange: &Exchange,
    ) -> Result<Judgement, String> {
        let states = &self.states.returned;
        if !is_large(exchange) {
            return judge::assertions(self.validator(), step, &exchange.response, states);
        }
        let validator = Arc::clone(&self.planned.validator);
        let (step, response, states) = (step.clone(), exchange.response.clone(), states.clone());
        apart(move || judge::assertions(&validator, &step, &response, &states)).await
    }

    /// Whether the body of the response is JSON and matches the schema.
    pub(crate) async fn matches(&self, schema: &Value, response: &Response) -> Result<bool, Halt> {
        let matches = |validator: &validator::Validator, schema: &Value, body: &[u8]| {
            let body = json_body::read(body).unwrap_or(Value::Null);
            let matches = validator.matches(schema, &body);
            matches.map_err(|error| Halt::Error(error.to_string()))
        };
        if response.body.len() <= LARGE {
            return matches(self.validator(), schema, &response.body);
        }
        let validator = Arc::clone(&self.planned.validator);
        let (schema, body) = (schema.clone(), response.body.clone());
        apart(move || matches(&validator, &schema, &body)).await
    }
}

fn is_large(exchange: &Exchange) -> bool {
    exchange
        .request
        .body
        .len()
        .max(exchange.response.body.len())
        > LARGE
}

/// Does the work on a thread that may block. A panic in it stays one.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rstest::rstest;
    use validator::Request;

    use super::*;

    #[rstest]
    #[case(LARGE, LARGE, false)]
    #[case(LARGE + 1, 0, true)]
    #[case(0, LARGE + 1, true)]
    fn the_longer_body_tells(#[case] sent: usize, #[case] came: usize, #[case] large: bool) {
        let exchange = Exchange {
            request: Request {
                method: "POST".to_owned(),
                target: String::new(),
                headers: Vec::new(),
                body: Bytes::from(vec![b'x'; sent]),
            },
            response: Response {
                status: 200,
                headers: Vec::new(),
                body: Bytes::from(vec![b'x'; came]),
            },
        };
        assert_eq!(is_large(&exchange), large);
    }
}
