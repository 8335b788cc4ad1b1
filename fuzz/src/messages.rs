//! Any bytes as messages of protocols: reading them ends, and what is shown of them is bounded and plain.

use pcap_analyzer_core::protocols::{dhcp, dns, ntp, snmp};

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
