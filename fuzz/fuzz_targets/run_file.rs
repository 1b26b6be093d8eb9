//! Run files, merged and reported.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_targets::run_file::run(input));
