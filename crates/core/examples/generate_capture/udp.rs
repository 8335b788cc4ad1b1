//! Everything that is not TCP.

use crate::conversation::PACE_US;
use crate::packet::{Ends, Packet};
use crate::random::Random;

const NAMES: [&[u8]; 6] = [
    b"\x03www\x07example\x03com\0",
    b"\x03api\x07example\x03net\0",
    b"\x04mail\x07example\x03org\0",
    b"\x06static\x03cdn\x07example\x03com\0",
    b"\x07metrics\x08internal\x04test\0",
    b"\x02db\x08internal\x04test\0",
];

/// A query, then its answer; one answer in fifty says that the name does not exist.
pub fn dns(packet: &mut Packet, ends: &Ends, from: usize, random: &mut Random) {
    let name = NAMES[ends.hosts[0] as usize % NAMES.len()];
    let found = from == 1 && random.chance(980);
    let length = 12 + name.len() + 4 + if found { 16 } else { 0 };
    packet.udp(ends, from, length);
    packet.put_u16(ends.ports[0] ^ 0x5a5a);
    packet.put_u16(match (from, found) {
        (0, _) => 0x0100,
        (_, true) => 0x8180,
        (_, false) => 0x8183,
    });
    packet.put(&[0, 1, 0, u8::from(found), 0, 0, 0, 0]);
    packet.put(name);
    packet.put(&[0, 1, 0, 1]);
    if found {
        packet.put(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4]);
        packet.put_u32(ends.hosts[1]);
    }
}

/// A long header first, then bursts from the server that the client acknowledges.
pub fn quic(packet: &mut Packet, ends: &Ends, spoken: u64, random: &mut Random) -> u64 {
    let place = spoken % 12;
    let from = usize::from(!matches!(place, 1 | 4 | 7 | 10));
    let length = if from == 1 || spoken == 1 { 1_200 } else { random.between(30, 90) as usize };
    packet.udp(ends, from, length);
    if spoken <= 2 {
        packet.put(&[0xc3, 0, 0, 0, 1, 8]);
        packet.put_u32(ends.hosts[0]);
        packet.put_u32(u32::from(ends.ports[0]));
        packet.fill(length - 14);
    } else {
        packet.put(&[0x40 | (spoken as u8 & 0x3f)]);
        packet.fill(length - 1);
    }
    if place == 0 { 11 * PACE_US } else { random.between(80, 30_000) }
}

/// Voice: 160 bytes every 20 ms, one way.
pub fn rtp(packet: &mut Packet, ends: &Ends, spoken: u64) {
    packet.udp(ends, 0, 172);
    packet.put(&[0x80, 0]);
    packet.put_u16(spoken as u16);
    packet.put_u32(spoken as u32 * 160);
    packet.put_u32(ends.hosts[0]);
    packet.fill(160);
}

/// An echo request, then its reply.
pub fn ping(packet: &mut Packet, ends: &Ends, from: usize, spoken: u64) {
    packet.ip(ends, from, 1, 64);
    packet.put(&[if from == 0 { 8 } else { 0 }, 0, 0, 0]);
    packet.put_u16(ends.ports[0]);
    packet.put_u16(spoken.div_ceil(2) as u16);
    packet.fill(56);
}

/// A request, then its reply.
pub fn arp(packet: &mut Packet, ends: &Ends, from: usize) {
    packet.ethernet(ends, from, 0x0806);
    packet.put(&[0, 1, 8, 0, 6, 4, 0, 1 + from as u8]);
    for side in [from, 1 - from] {
        packet.put(&[2, 0]);
        packet.put_u32(ends.hosts[side]);
        packet.put_u32(ends.hosts[side]);
    }
}
