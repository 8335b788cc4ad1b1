//! `InfiniBand` as far as it carries IP (RFC 4391).

use super::{Decoded, Protocol, View, Walk, ether_type};

const LOCAL_HEADER_BYTES: usize = 8;
const GLOBAL_HEADER_BYTES: usize = 40;
const TRANSPORT_HEADER_BYTES: usize = 12;
const DATAGRAM_HEADER_BYTES: usize = 8;
/// Opcodes of a send in one packet: reliable connection, unreliable connection, unreliable datagram.
const RELIABLE_SEND: u8 = 0x04;
const UNRELIABLE_SEND: u8 = 0x24;
const DATAGRAM_SEND: u8 = 0x64;
/// Queue pairs 0 and 1 are for management.
const LEAST_DATA_QUEUE_PAIR: u32 = 2;

/// Decodes a packet from its local route header on.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Infiniband);
    let transport_at = match view.u8(1)? & 3 {
        2 => LOCAL_HEADER_BYTES,
        3 => LOCAL_HEADER_BYTES + GLOBAL_HEADER_BYTES,
        _ => return None,
    };
    let datagram_bytes = match view.u8(transport_at)? {
        RELIABLE_SEND | UNRELIABLE_SEND => 0,
        DATAGRAM_SEND => DATAGRAM_HEADER_BYTES,
        _ => return None,
    };
    let queue_pair = view.u32(transport_at + 4)? & 0x00ff_ffff;
    if queue_pair < LEAST_DATA_QUEUE_PAIR {
        return None;
    }
    encapsulated(view.skip(transport_at + TRANSPORT_HEADER_BYTES + datagram_bytes)?, out)
}

/// Decodes the encapsulation header of IP over `InfiniBand`: `EtherType` and two reserved bytes.
fn encapsulated<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match (view.u16(0)?, view.u16(2)?) {
        (kind @ (0x0800 | 0x0806 | 0x86dd), 0) => ether_type::decode(kind, view.skip(4)?, out),
        _ => None,
    }
}

/// Decodes IP over `InfiniBand` as a link type: a pseudo-header of 40 bytes stands before the encapsulation header.
pub(super) fn ip_over_infiniband<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::IpOverInfiniband);
    let Some(rest) = view.skip(GLOBAL_HEADER_BYTES) else { return out.cut(Protocol::IpOverInfiniband) };
    encapsulated(rest, out)
}
