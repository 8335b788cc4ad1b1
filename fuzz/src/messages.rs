//! Any bytes as messages of protocols: reading them ends, and what is shown of them is bounded and plain.

use pcap_analyzer_core::protocols::http::hpack::Decoder;
use pcap_analyzer_core::protocols::http::http2::FrameHeader;
use pcap_analyzer_core::protocols::http::message::{Chunk, Head, begins, chunk, head_bytes};
use pcap_analyzer_core::protocols::{dhcp, dns, ntp, services, snmp};

/// Any bytes as a message of DNS.
///
/// # Panics
/// When a name is too long or not plain.
pub fn dns(input: &[u8]) {
    let Some(message) = dns::message::Message::parse(input) else { return };
    let _ = (
        message.edns(),
        message.is_whole(),
        message.is_plausible(input.len()),
        dns::message::Message::is_plain_query(input),
    );
    for question in message.questions() {
        check(&question.name);
    }
    for record in message.records() {
        check(&record.name);
        record.target().iter().for_each(check);
        assert!(record.addresses().count() <= record.data.len());
        let _ = record.edns();
    }
}

fn check(name: &dns::message::Name<'_>) {
    let (mut text, mut netbios) = (String::new(), String::new());
    name.write(&mut text);
    name.write_netbios(&mut netbios);
    for text in [text, netbios] {
        assert!(!text.is_empty() && text.len() <= 4 * 255, "{text:?}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

/// Any bytes as a message of DHCP.
///
/// # Panics
/// When the hardware address is longer than one can be.
pub fn dhcp(input: &[u8]) {
    if let Some(message) = dhcp::message::Message::parse(input) {
        assert!(message.hardware.len() <= 16);
    }
}

/// Any bytes as a message of NTP.
///
/// # Panics
/// When a text is not plain.
pub fn ntp(input: &[u8]) {
    let Some(message) = ntp::message::Message::parse(input) else { return };
    for text in [message.kiss_code(), message.reference_text()].into_iter().flatten() {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    for near_ns in [i64::MIN, 0, i64::MAX] {
        let _ = message.transmit.unix_ns(near_ns);
    }
    let _ = message.transmit.since_ns(message.receive);
}

/// Any bytes as a message of SNMP.
///
/// # Panics
/// When an object has too many numbers.
pub fn snmp(input: &[u8]) {
    let Some(message) = snmp::message::Message::parse(input) else { return };
    if let Some(text) = message.unit.and_then(|unit| unit.object_text()) {
        assert!(text.split('.').count() <= 33, "{text}");
    }
    let _ = message.id();
}

/// Any bytes as a message of HTTP/1.x: where a head ends does not depend on how much of it was searched before.
///
/// # Panics
/// When it does, or when a part is longer than what it is a part of.
pub fn http(input: &[u8]) {
    let _ = begins(input);
    let end = head_bytes(input, 0);
    for searched in [1, 2, 7].into_iter().filter(|&searched| end.is_some_and(|end| searched + 3 < end)) {
        assert_eq!(head_bytes(input, searched.min(input.len())), end, "the end of the head");
    }
    for cut in [input, end.and_then(|end| input.get(..end)).unwrap_or_default()] {
        let heads = [Head::parse(cut), Head::parse_cut(cut)];
        for head in heads.into_iter().flatten() {
            assert!(head.bytes <= cut.len());
            let _ = (head.body(None), head.body(Some("HEAD")), head.persists());
        }
    }
    if let Chunk::Last(length) = chunk(input) {
        assert!(length <= input.len());
    }
}

/// Any bytes as what either end of each service says.
pub fn services(input: &[u8]) {
    services::look_at_all(input);
}

/// Any bytes as frames of HTTP/2, and as header blocks: each is a length and so many bytes.
///
/// # Panics
/// When the memory of fields grows beyond what it may.
pub fn http2(input: &[u8]) {
    if let Some(frame) = FrameHeader::parse(input) {
        let payload = input.get(9..).unwrap_or_default();
        assert!(frame.block(payload).is_none_or(|block| block.len() <= payload.len()));
    }
    let (mut decoder, mut rest) = (Decoder::default(), input);
    while let [length, after @ ..] = rest {
        let (block, behind) = after.split_at(usize::from(*length).min(after.len()));
        if decoder.decode(block).is_none() {
            return;
        }
        assert!(decoder.memory_bytes() <= 4 << 20);
        rest = behind;
    }
}
