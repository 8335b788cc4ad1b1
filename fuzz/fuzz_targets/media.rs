#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pcap_analyzer_fuzz::media(input));
