//! Requests to the fake and its admin interface, one after another.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::fake::run(input));
