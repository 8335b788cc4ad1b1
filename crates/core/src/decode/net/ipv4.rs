//! IPv4 (RFC 791).

use std::net::{IpAddr, Ipv4Addr};

use super::{Decoded, Fragment, Net, Next, Protocol, View, Walk};

const HEADER_BYTES: usize = 20;
const MORE_FRAGMENTS: u16 = 0x2000;
const DONT_FRAGMENT: u16 = 0x4000;
const OFFSET: u16 = 0x1fff;

/// Decodes an IPv4 header.
#[inline]
pub(in crate::decode) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ipv4);
    let Some(header) = view.head::<HEADER_BYTES>() else { return out.cut(Protocol::Ipv4) };
    let header_bytes = usize::from(header[0] & 0x0f) * 4;
    let total_bytes = total_length(u16::from_be_bytes([header[2], header[3]]), view.wire_bytes);
    if header[0] >> 4 != 4 || header_bytes < HEADER_BYTES || total_bytes < header_bytes {
        return out.malformed(Protocol::Ipv4);
    }
    let flags = u16::from_be_bytes([header[6], header[7]]);
    let net = Net {
        source: address(header, 12),
        destination: address(header, 16),
        ttl: header[8],
        traffic_class: header[1],
        id: u16::from_be_bytes([header[4], header[5]]),
        dont_fragment: flags & DONT_FRAGMENT != 0,
        total_bytes: total_bytes as u32,
    };
    out.net = Some(net);
    let Some(payload) = view.limit(total_bytes).skip(header_bytes) else { return out.cut(Protocol::Ipv4) };
    if flags & (MORE_FRAGMENTS | OFFSET) != 0 && !out.quoted {
        out.fragment = Some(Fragment {
            net,
            protocol: header[9],
            id: u32::from(net.id),
            offset_bytes: u32::from(flags & OFFSET) * 8,
            more: flags & MORE_FRAGMENTS != 0,
            payload,
        });
        return None;
    }
    Some((Next::IpProtocol(header[9]), payload))
}

/// The packet's length: 0 means that the sender left segmentation to its network card, and a length beyond the frame is
/// bogus; in both cases the frame's own length is the truth.
fn total_length(field: u16, wire_bytes: usize) -> usize {
    match usize::from(field) {
        0 => wire_bytes,
        length => length.min(wire_bytes),
    }
}

fn address(header: &[u8; HEADER_BYTES], at: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(header[at], header[at + 1], header[at + 2], header[at + 3]))
}
