//! An exchange that comes close to a documented one.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::shaped_exchange::run(input));
