//! Packets, from the inside out.

/// Bytes from hexadecimal digits; spaces are for the reader.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let value = |digit: u8| (digit as char).to_digit(16).expect("hexadecimal digit") as u8;
    digits.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect()
}

/// Hexadecimal digits before a packet.
pub(super) fn before(text: &str, packet: &[u8]) -> Vec<u8> {
    [hex(text).as_slice(), packet].concat()
}

/// `count` zeros before a packet.
pub(super) fn zeros(count: usize, packet: &[u8]) -> Vec<u8> {
    [vec![0; count].as_slice(), packet].concat()
}

/// A TCP segment with 4 bytes of data.
pub(super) fn tcp(port: u16) -> Vec<u8> {
    [port.to_be_bytes().as_slice(), &hex("01bb 00000001 00000002 50 18 0400 0000 0000 61626364")].concat()
}

/// A UDP datagram to a port.
pub(super) fn udp(port: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let length = 8 + payload.len() as u16;
    [port.to_be_bytes().as_slice(), &destination.to_be_bytes(), &length.to_be_bytes(), &[0, 0], payload].concat()
}

/// An IPv4 packet from 10.0.0.1 to 10.0.0.2.
pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_fragment(protocol, 0, payload)
}

/// An IPv4 packet with flags and fragment offset.
pub(super) fn ipv4_fragment(protocol: u8, flags: u16, payload: &[u8]) -> Vec<u8> {
    let length = (20 + payload.len() as u16).to_be_bytes();
    let header = [hex("4500").as_slice(), &length, &[0, 7], &flags.to_be_bytes(), &[64, protocol]].concat();
    [header.as_slice(), &hex("0000 0a000001 0a000002"), payload].concat()
}

/// An IPv6 packet from `fd00::1` to `fd00::2`.
pub(super) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16).to_be_bytes();
    let addresses = hex("fd000000000000000000000000000001 fd000000000000000000000000000002");
    [hex("60000000").as_slice(), &length, &[next, 64], &addresses, payload].concat()
}

/// An Ethernet frame of a type.
pub(super) fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    [hex("020000000001 020000000002").as_slice(), &kind.to_be_bytes(), payload].concat()
}

/// An Ethernet frame with TCP in IPv4.
pub(super) fn ethernet_tcp(port: u16) -> Vec<u8> {
    ethernet(0x0800, &ipv4(6, &tcp(port)))
}

/// An Ethernet frame with UDP in IPv4.
pub(super) fn ethernet_udp(port: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    ethernet(0x0800, &ipv4(17, &udp(port, destination, payload)))
}

/// TCP in IPv4 behind LLC and SNAP.
pub(super) fn snap_tcp(port: u16) -> Vec<u8> {
    before("aaaa03 000000 0800", &ipv4(6, &tcp(port)))
}
