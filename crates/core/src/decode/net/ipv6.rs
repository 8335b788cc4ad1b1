//! IPv6 and its extension headers (RFC 8200, RFC 8754).

use std::net::{IpAddr, Ipv6Addr};

use super::{Decoded, Fragment, Net, Next, Protocol, View, Walk};

const HEADER_BYTES: usize = 40;
const JUMBO_PAYLOAD: u8 = 0xc2;

/// Decodes an IPv6 header.
#[inline]
pub(in crate::decode) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ipv6);
    let Some(header) = view.head::<HEADER_BYTES>() else { return out.cut(Protocol::Ipv6) };
    if header[0] >> 4 != 6 {
        return out.malformed(Protocol::Ipv6);
    }
    let field = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let payload_bytes = if field == 0 && header[6] == 0 { jumbo_payload_bytes(view).unwrap_or(0) } else { field };
    let total_bytes = (HEADER_BYTES + payload_bytes).min(view.wire_bytes.max(HEADER_BYTES));
    out.net = Some(Net {
        source: address(header, 8),
        destination: address(header, 24),
        ttl: header[7],
        traffic_class: (header[0] << 4) | (header[1] >> 4),
        id: 0,
        dont_fragment: true,
        total_bytes: total_bytes as u32,
    });
    Some((Next::IpProtocol(header[6]), view.limit(total_bytes).skip(HEADER_BYTES)?))
}

fn address(header: &[u8; HEADER_BYTES], at: usize) -> IpAddr {
    let mut octets = [0; 16];
    octets.copy_from_slice(&header[at..at + 16]);
    IpAddr::V6(Ipv6Addr::from(octets))
}

/// The length in a jumbo payload option (RFC 2675), where the hop-by-hop header begins with it.
fn jumbo_payload_bytes(view: View<'_>) -> Option<usize> {
    (view.u8(HEADER_BYTES + 2)? == JUMBO_PAYLOAD).then_some(view.u32(HEADER_BYTES + 4)? as usize)
}

/// Decodes a hop-by-hop options header.
pub(super) fn hop_by_hop<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    extension(Protocol::HopByHop, view, out)
}

/// Decodes a destination options header.
pub(super) fn destination_options<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    extension(Protocol::DestinationOptions, view, out)
}

/// Decodes a routing header; while segments are left, the final destination is its last address.
pub(super) fn routing<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if let (Some(net), Some(destination)) = (out.net.as_mut(), final_destination(view)) {
        net.destination = destination;
    }
    extension(Protocol::Routing, view, out)
}

/// RFC 8200 §4.4 type 0 and RFC 6275 type 2 end with the final destination, RFC 8754 type 4 begins with it.
fn final_destination(view: View<'_>) -> Option<IpAddr> {
    let header = view.head::<8>()?;
    let addresses = usize::from(header[1]) / 2;
    let at = match (header[2], header[3], addresses) {
        (_, 0, _) | (_, _, 0) => return None,
        (0 | 2, ..) => 8 + (addresses - 1) * 16,
        (4, ..) => 8,
        _ => return None,
    };
    let octets: [u8; 16] = *view.bytes.get(at..)?.first_chunk()?;
    Some(IpAddr::V6(Ipv6Addr::from(octets)))
}

/// Decodes a fragment header (RFC 8200 §4.5). An atomic fragment (RFC 6946) is a whole datagram.
pub(super) fn fragment<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Fragment);
    let Some(&[protocol, _, high, low, a, b, c, d]) = view.head::<8>() else { return out.cut(Protocol::Fragment) };
    let payload = view.skip(8)?;
    let (offset_bytes, more) = (u32::from(u16::from_be_bytes([high, low]) & 0xfff8), low & 1 != 0);
    if (offset_bytes == 0 && !more) || out.quoted {
        return (offset_bytes == 0).then_some((Next::IpProtocol(protocol), payload));
    }
    out.fragment =
        Some(Fragment { net: out.net?, protocol, id: u32::from_be_bytes([a, b, c, d]), offset_bytes, more, payload });
    None
}

fn extension<'a>(protocol: Protocol, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(protocol);
    let Some(&[next, length]) = view.head::<2>() else { return out.cut(protocol) };
    let Some(rest) = view.skip(8 + usize::from(length) * 8) else { return out.cut(protocol) };
    Some((Next::IpProtocol(next), rest))
}
