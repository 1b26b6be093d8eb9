//! A signed request, without the secret key.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::signature::run(input));
