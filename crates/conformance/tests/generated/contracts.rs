//! Plans of the embedded contracts and of the invented one.

use std::path::Path;
use std::sync::Arc;

use conformance::{Plan, Selection};
use contract::Contract;
use validator::Validator;

/// Every generated case of a contract.
pub(crate) fn plan(contract: Contract) -> Plan {
    selected(contract, &["*/*/positive/**", "*/*/negative/**"])
}

/// The cases of a contract that match the globs.
pub(crate) fn selected(contract: Contract, globs: &[&str]) -> Plan {
    let validator = Validator::new(Arc::new(contract)).expect("the schemas compile");
    let globs: Vec<String> = globs.iter().map(|&glob| glob.to_owned()).collect();
    let selection = Selection::new(Vec::new(), &globs, Vec::new()).expect("sound globs");
    Plan::new(vec![Arc::new(validator)], &selection).expect("there are generated cases")
}

/// The invented contract.
pub(crate) fn lamps() -> Contract {
    let folder = "tests/fixtures/schemas/lamps/2026-01";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    Contract::from_dir(&folder).unwrap_or_else(|error| panic!("{error}"))
}
