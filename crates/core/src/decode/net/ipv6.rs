//! IPv6 and its extension headers (RFC 8200, RFC 8754).

use std::net::{IpAddr, Ipv6Addr};

use super::{Decoded, Fragment, Net, Next, Protocol, View, Walk, decode_payload, payload};

const HEADER_BYTES: usize = 40;
const JUMBO_PAYLOAD: u8 = 0xc2;
const HOME_ADDRESS: u8 = 0xc9;

/// Decodes an IPv6 header.
#[inline]
pub(in crate::decode) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if view.u8(0).is_some_and(|first| first >> 4 != 6) {
        return out.name(Protocol::Data);
    }
    out.layer(Protocol::Ipv6);
    let Some(header) = view.head::<HEADER_BYTES>() else { return out.cut(Protocol::Ipv6) };
    let field = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let payload_bytes = if field == 0 && header[6] == 0 { jumbo_payload_bytes(view).unwrap_or(0) } else { field };
    let by_header = HEADER_BYTES + payload_bytes;
    let total_bytes = if out.quoted { by_header } else { by_header.min(view.wire_bytes.max(HEADER_BYTES)) };
    let net = || Net {
        source: address(header, 8),
        destination: address(header, 24),
        ttl: header[7],
        traffic_class: (header[0] << 4) | (header[1] >> 4),
        id: 0,
        dont_fragment: true,
        fragmented: false,
        total_bytes: total_bytes as u32,
    };
    out.net = Some(net());
    decode_payload(header[6], net, payload(view, HEADER_BYTES, total_bytes, out.quoted)?, out)
}

#[inline]
fn address(header: &[u8; HEADER_BYTES], at: usize) -> IpAddr {
    let mut octets = [0; 16];
    octets.copy_from_slice(&header[at..at + 16]);
    IpAddr::V6(Ipv6Addr::from(octets))
}

/// The length in a jumbo payload option (RFC 2675), where the hop-by-hop header begins with it.
fn jumbo_payload_bytes(view: View<'_>) -> Option<usize> {
    (view.u8(HEADER_BYTES + 2)? == JUMBO_PAYLOAD).then_some(view.u32(HEADER_BYTES + 4)? as usize)
}

/// Decodes a header of options. A home address option (RFC 6275 §6.3) names the true source.
pub(super) fn options<'a>(protocol: Protocol, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if let (Some(net), Some(source)) = (out.net.as_mut(), home_address(view)) {
        net.source = source;
    }
    extension(protocol, view, out)
}

fn home_address(view: View<'_>) -> Option<IpAddr> {
    let length = 8 + usize::from(view.u8(1)?) * 8;
    let mut options = view.bytes.get(2..length)?;
    loop {
        match *options {
            [] | [_] => return None,
            [0, ..] => options = &options[1..],
            [HOME_ADDRESS, 16, ..] => return options.get(2..)?.first_chunk().map(|&octets| v6(octets)),
            [_, length, ..] => options = options.get(2 + usize::from(length)..)?,
        }
    }
}

fn v6(octets: [u8; 16]) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from(octets))
}

/// Decodes a routing header; while segments are left, it names the final destination.
pub(super) fn routing<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if let (Some(net), Some(destination)) = (out.net.as_mut(), final_destination(view)) {
        net.destination = destination;
    }
    extension(Protocol::Routing, view, out)
}

/// Types 0 and 2 list the destinations in order; the segment list of type 4 (RFC 8754 §2) begins with the last.
fn final_destination(view: View<'_>) -> Option<IpAddr> {
    let header = view.head::<8>()?;
    let addresses = usize::from(header[1]) / 2;
    let at = match (header[2], header[3], addresses) {
        (_, 0, _) | (_, _, 0) => return None,
        (0 | 2, ..) => 8 + (addresses - 1) * 16,
        (4, ..) => 8,
        _ => return None,
    };
    view.bytes.get(at..)?.first_chunk().map(|&octets| v6(octets))
}

/// Decodes a fragment header (RFC 8200 §4.5). An atomic fragment (RFC 6946) is a whole datagram.
pub(super) fn fragment<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Fragment);
    let Some(&[protocol, _, high, low, a, b, c, d]) = view.head::<8>() else { return out.cut(Protocol::Fragment) };
    let payload = view.skip(8)?;
    let (offset_bytes, more) = (u32::from(u16::from_be_bytes([high, low]) & 0xfff8), low & 1 != 0);
    let net = out.net.as_mut()?;
    net.fragmented = offset_bytes != 0 || more;
    if !net.fragmented || out.quoted {
        return (offset_bytes == 0).then_some((Next::IpProtocol(protocol), payload));
    }
    let whole = payload.bytes.len() >= payload.wire_bytes;
    let id = u32::from_be_bytes([a, b, c, d]);
    let net = *net;
    out.fragment(Fragment { net, protocol, id, offset_bytes, more, payload, whole });
    None
}

/// Decodes an extension header: next header and length in units of eight bytes, the first not counted (RFC 6564).
pub(super) fn extension<'a>(protocol: Protocol, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(protocol);
    let Some(&[next, length]) = view.head::<2>() else { return out.cut(protocol) };
    let Some(rest) = view.skip(8 + usize::from(length) * 8) else { return out.cut(protocol) };
    Some((Next::IpProtocol(next), rest))
}
