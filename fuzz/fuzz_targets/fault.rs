//! Faults of the fake in JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::fault::run(input));
