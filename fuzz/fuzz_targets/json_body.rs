//! A body as JSON, beside serde_json.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::json_body::run(input));
