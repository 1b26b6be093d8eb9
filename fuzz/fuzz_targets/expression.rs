//! Runtime expressions, templates, conditions, patterns and queries.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::expression::run(input));
