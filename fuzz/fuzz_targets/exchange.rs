//! An exchange as text, judged by every built-in contract.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::exchange::run(input));
