//! The value of `--fault`: faults in JSON, given there or in a file.

use std::fs;

use fake_server::engine::Fault;

/// What one `--fault` asks for.
#[derive(Debug, Clone)]
pub struct FaultArg {
    pub(crate) faults: Vec<Fault>,
}

impl FaultArg {
    /// Reads the flag's value: JSON, or `@` and the name of a file with it. The error is for clap,
    /// which says which flag it is about.
    pub(crate) fn read(value: &str) -> Result<Self, String> {
        let faults = match value.strip_prefix('@') {
            None => Fault::read(value).map_err(|error| error.to_string()),
            Some(file) => fs::read_to_string(file)
                .map_err(|error| format!("failed to read {file}: {error}"))
                .and_then(|text| Fault::read(&text).map_err(|error| format!("in {file}: {error}"))),
        };
        faults.map(|faults| Self { faults })
    }
}
