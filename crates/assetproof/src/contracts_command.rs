//! `assetproof contracts`: what is built in, and whether a contract of one's own is sound.

use std::fmt::Write;
use std::sync::Arc;

use conformance::{Plan, Selection};
use contract::{Contract, Level, embedded};
use validator::Validator;

use crate::cli::ContractsArgs;
use crate::{CONFORMANT, Result, announce};

pub(crate) fn run(args: &ContractsArgs) -> Result<u8> {
    let mut text = String::new();
    if args.contract.is_empty() {
        for (api, revision) in embedded::names() {
            describe(&Contract::embedded_one(api, revision)?, &mut text);
        }
    }
    for dir in &args.contract {
        let contract = Contract::from_dir(dir)?;
        let validator = Arc::new(Validator::new(Arc::new(contract.clone()))?);
        // The cases are made of the examples, which have to be sound for that.
        Plan::new(vec![validator], &Selection::default())?;
        describe(&contract, &mut text);
    }
    announce::out(&text);
    Ok(CONFORMANT)
}

fn describe(contract: &Contract, text: &mut String) {
    let count = |level| {
        contract
            .requirements
            .values()
            .filter(|found| found.level == level)
            .count()
    };
    let _infallible = writeln!(
        text,
        "{:<20} {}: {} MUST, {} SHOULD, {} MAY, {} errata",
        contract.name(),
        contract.title,
        count(Level::Must),
        count(Level::Should),
        count(Level::May),
        contract.errata.len(),
    );
    for operation in &contract.operations {
        let _infallible = writeln!(
            text,
            "  {:<18} {} {}",
            operation.id, operation.method, operation.path
        );
    }
}
