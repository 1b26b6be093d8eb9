//! All generated cases of a contract: a bench for each operation, handed from room to room.

use validator::Validator;

use super::bench::Bench;
use super::{
    arrays, credentials, limits, message, missing, near_misses, observed, parameters, presence,
    syntax, texts, types, values,
};
use crate::PlanError;
use crate::case::Case;
use crate::credentials::Credentials;
use crate::request;
use crate::signing::Caller;

/// Every case that the contract implies, in order of its operations. The same contract makes the
/// same cases in the same order.
///
/// # Errors
/// [`PlanError::Case`] when an example's `x-replay` names what is not there.
pub(crate) fn generated(validator: &Validator) -> Result<Vec<Case>, PlanError> {
    let contract = validator.contract();
    let stand_ins = Credentials::from_lookup(|_| Some("credential".to_owned()));
    let mut cases = Vec::new();
    for (index, operation) in contract.operations.iter().enumerate() {
        // Who can only sign is told so when the case is played.
        let authentication =
            request::authentication(contract, operation, &Caller::of_nobody(&stand_ins))
                .unwrap_or_default();
        let mut bench = Bench::new(validator, index, authentication)?;
        if !bench.is_sound() {
            // An example that breaks its own contract is found by its documented case.
            continue;
        }
        for room in ROOMS {
            room(&mut bench);
        }
        cases.extend(bench.cases());
    }
    Ok(cases)
}

/// What makes cases, in order.
const ROOMS: [fn(&mut Bench<'_>); 13] = [
    // What has to be accepted.
    message::add,
    presence::add,
    values::add,
    texts::add,
    arrays::add,
    // What has to be refused.
    missing::add,
    types::add,
    limits::add,
    near_misses::add,
    syntax::add,
    // Both.
    parameters::add,
    credentials::add,
    // What nothing is said of.
    observed::add,
];

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use contract::Contract;

    use super::super::bench::failures;
    use super::*;
    use crate::case::{Due, Presented};

    fn contracts() -> Vec<Contract> {
        let lamps =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/lamps/2026-01");
        let mut contracts = Contract::embedded().expect("sound contracts");
        contracts.push(Contract::from_dir(&lamps).expect("a sound contract"));
        contracts
    }

    #[test]
    fn each_counted_request_is_what_it_is_meant_to_be() {
        let stand_ins = Credentials::from_lookup(|_| Some("credential".to_owned()));
        for contract in contracts() {
            let validator = Validator::new(Arc::new(contract)).expect("it compiles");
            let contract = validator.contract();
            let benches: Vec<Bench<'_>> = (0..contract.operations.len())
                .map(|index| {
                    let operation = &contract.operations[index];
                    let way = request::authentication(
                        contract,
                        operation,
                        &Caller::of_nobody(&stand_ins),
                    );
                    Bench::new(&validator, index, way.expect("a way")).expect("a bench")
                })
                .collect();
            let mut proven = 0;
            for case in generated(&validator).expect("cases") {
                let step = case.steps().last().expect("a step");
                let operation = &contract.operations[step.operation];
                assert_eq!(operation.id, case.operation);
                let request = benches[step.operation].request(step).expect("a request");
                // As a server would read it: by method and path.
                let reading = validator.request(&request);
                let wrong: Vec<_> = failures(&reading.findings).collect();
                match &step.expected.due {
                    _ if !case.counted => continue,
                    Due::Accepted { .. } | Due::Anything { .. } => {
                        assert!(wrong.is_empty(), "{}: {wrong:#?}", case.id);
                        assert_eq!(reading.operation, Some(step.operation), "{}", case.id);
                    }
                    Due::Refused {
                        fault: Some(fault), ..
                    } => {
                        assert!(!wrong.is_empty(), "{} is valid", case.id);
                        for finding in wrong {
                            assert_eq!(finding.requirement.as_ref(), Some(fault), "{}", case.id);
                        }
                    }
                    Due::Refused { fault: None, .. } => assert!(
                        matches!(
                            step.presented,
                            Presented::Nothing | Presented::Forged { .. }
                        ),
                        "{}",
                        case.id
                    ),
                    Due::Status { .. } => panic!("{} expects one status", case.id),
                }
                proven += 1;
            }
            assert!(proven > 50, "{}: {proven}", contract.name());
        }
    }
}
