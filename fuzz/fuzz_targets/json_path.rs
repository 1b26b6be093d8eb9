//! The queries of relations, beside a full JSONPath.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::json_path::run(input));
