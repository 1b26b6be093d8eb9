//! Requirements and errata of a small contract.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::contract_files::promises(input));
