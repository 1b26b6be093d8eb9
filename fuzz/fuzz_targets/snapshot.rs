//! A snapshot of the fake, restored.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::snapshot::run(input));
