//! A file of known failures.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::baseline::run(input));
