#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pcap_analyzer_fuzz::http2(input));
