//! An exchange, as [`crate::http_text`], through the validators of all built-in contracts.

use std::sync::{Arc, LazyLock};

use contract::{Contract, Message};
use serde_json::Value;
use validator::{Exchange, Finding, Validator};

use crate::http_text;

/// The validators of all built-in contracts.
pub static VALIDATORS: LazyLock<Vec<Validator>> = LazyLock::new(|| {
    let contracts = Contract::embedded().expect("the built-in contracts are sound");
    contracts
        .into_iter()
        .map(|contract| Validator::new(Arc::new(contract)).expect("their schemas are valid"))
        .collect()
});

/// Judges it by each contract.
pub fn run(input: &[u8]) {
    let exchange = http_text::exchange(input);
    for validator in VALIDATORS.iter() {
        judge(validator, &exchange);
    }
}

/// Judges it in every way there is, and returns what was found in the exchange.
pub fn judge(validator: &Validator, exchange: &Exchange) -> Vec<Finding> {
    let contract = validator.contract();
    let reading = validator.request(&exchange.request);
    let findings = validator.exchange(exchange);
    assert!(
        findings.starts_with(&reading.findings),
        "what is found in the request alone is found in the exchange"
    );
    if let Some(index) = reading.operation {
        let known = validator.request_for(index, &exchange.request);
        assert_eq!(
            known.findings, reading.findings,
            "who knows the operation finds the same"
        );
        let mut of_response = findings[reading.findings.len()..].to_vec();
        let alone = validator.response(index, &exchange.response);
        assert!(of_response.starts_with(&alone));
        of_response.retain(|finding| finding.message != Message::Response);
        assert!(of_response.is_empty(), "{of_response:?}");
        let json = serde_json::from_slice::<Value>(&exchange.request.body);
        if let (Some(body), Ok(json)) = (&reading.body, json) {
            assert_eq!(*body, json, "a body is read as serde_json reads it");
        }
    } else {
        for index in 0..contract.operations.len() {
            let forced = validator.request_for(index, &exchange.request);
            assert!(!forced.findings.is_empty(), "it is no request of it");
        }
    }
    for requirement in validator.exercised(exchange) {
        assert!(
            contract.requirements.contains_key(&requirement),
            "{requirement} is exercised, and nowhere written down"
        );
    }
    for finding in &findings {
        if let Some(requirement) = &finding.requirement {
            assert!(contract.requirements.contains_key(requirement));
        }
        if let Some(erratum) = &finding.erratum {
            assert!(contract.errata.contains_key(erratum));
        }
    }
    findings
}
