//! IPv4 (RFC 791).

use std::net::{IpAddr, Ipv4Addr};

use super::{Decoded, Fragment, Net, Next, Protocol, View, Walk, decode_payload, payload};

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
    let field = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let total_bytes = total_length(field, view.wire_bytes, out.quoted);
    if header[0] >> 4 != 4 || header_bytes < HEADER_BYTES || total_bytes < header_bytes {
        return odd_version(header[0] >> 4, view, out);
    }
    let flags = u16::from_be_bytes([header[6], header[7]]);
    let destination = if header_bytes == HEADER_BYTES { None } else { routed_destination(view, header_bytes) };
    let net = || Net {
        source: address([header[12], header[13], header[14], header[15]]),
        destination: destination.unwrap_or(address([header[16], header[17], header[18], header[19]])),
        ttl: header[8],
        traffic_class: header[1],
        id: u16::from_be_bytes([header[4], header[5]]),
        dont_fragment: flags & DONT_FRAGMENT != 0,
        fragmented: false,
        total_bytes: total_bytes as u32,
    };
    out.net = Some(net());
    let Some(payload) = payload(view, header_bytes, total_bytes, out.quoted) else {
        return out.cut(Protocol::Ipv4);
    };
    if flags & (MORE_FRAGMENTS | OFFSET) != 0 {
        let claimed_bytes = if field == 0 { total_bytes } else { field } - header_bytes;
        let whole = payload.bytes.len() >= claimed_bytes;
        return fragment(net(), header[9], flags, whole, payload, out);
    }
    decode_payload(header[9], net, payload, out)
}

/// The packet's length: 0 means that the sender left segmentation to its network card, and a length beyond the frame is
/// bogus; in both cases the frame's own length is the truth.
#[inline]
fn total_length(field: usize, wire_bytes: usize, quoted: bool) -> usize {
    match field {
        0 => wire_bytes,
        length if quoted => length,
        length => length.min(wire_bytes),
    }
}

#[inline]
fn address(octets: [u8; 4]) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(octets))
}

/// What is announced as IPv4 is sometimes IPv6.
#[cold]
fn odd_version<'a>(version: u8, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if version == 6 { Some((Next::IPV6, view)) } else { out.malformed(Protocol::Ipv4) }
}

/// A fragment ends the walk, unless there is no hope of putting its datagram together and it holds the transport header.
#[cold]
fn fragment<'a>(net: Net, protocol: u8, flags: u16, whole: bool, payload: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let offset_bytes = u32::from(flags & OFFSET) * 8;
    let net = Net { fragmented: true, ..net };
    out.net = Some(net);
    if payload.wire_bytes == 0 {
        return None;
    }
    if !out.quoted {
        let (id, more) = (u32::from(net.id), flags & MORE_FRAGMENTS != 0);
        out.fragment(Fragment { net, protocol, id, offset_bytes, more, payload, whole });
    }
    if offset_bytes != 0 || (whole && !out.quoted) {
        return None;
    }
    decode_payload(protocol, || net, payload, out)
}

/// The last address of a loose or strict source route (RFC 791 §3.1) that is not used up.
#[cold]
fn routed_destination(view: View<'_>, header_bytes: usize) -> Option<IpAddr> {
    let mut options = view.bytes.get(HEADER_BYTES..header_bytes)?;
    loop {
        match *options {
            [] | [0, ..] => return None,
            [1, ..] => options = &options[1..],
            [131 | 137, length, pointer, ..] if pointer < length => {
                let route = options.get(..usize::from(length))?;
                return route.get(3..)?.last_chunk().copied().map(address);
            }
            [_, length, ..] => options = options.get(usize::from(length.max(2))..)?,
            [_] => return None,
        }
    }
}
