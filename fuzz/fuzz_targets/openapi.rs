//! The OpenAPI document of a small contract, and its JSON Schema.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::contract_files::openapi(input));
