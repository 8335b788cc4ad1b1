//! GRE (RFC 2784, RFC 2890), with the source routes of RFC 1701 and the enhanced version for PPTP (RFC 2637).

use super::super::LinkType;
use super::{Decoded, Net, Next, Protocol, View, Walk, begins_with_ip, erspan, transport};

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
/// Only in version 1.
const ACKNOWLEDGEMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;
/// Protocol type of the enhanced version.
const PPP: u16 = 0x880b;
/// Source route entries that are passed over.
const MAX_ROUTES: usize = 16;

/// Decodes a GRE header. A GRE tunnel is also a flow without ports, as it may carry nothing that is decoded.
pub(in crate::decode) fn decode<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    transport::other(47, Protocol::Gre, net, view, out);
    let (Some(flags), Some(protocol)) = (view.u16(0), view.u16(2)) else { return out.cut(Protocol::Gre) };
    let header_bytes = header_bytes(flags);
    let Some(rest) = view.skip(header_bytes) else { return out.cut(Protocol::Gre) };
    match flags & VERSION {
        0 if flags & ROUTING != 0 => payload(protocol, flags, behind_routes(rest)?, out),
        0 => payload(protocol, flags, rest, out),
        1 => enhanced(protocol, view.u16(4), rest, out),
        _ => out.malformed(Protocol::Gre),
    }
}

fn header_bytes(flags: u16) -> usize {
    let fields = [CHECKSUM | ROUTING, KEY, SEQUENCE];
    let acknowledgement = flags & VERSION == 1 && flags & ACKNOWLEDGEMENT != 0;
    4 + 4 * fields.iter().filter(|&&field| flags & field != 0).count() + if acknowledgement { 4 } else { 0 }
}

/// Source routes (RFC 1701): address family, offset, length, address; the last is empty.
fn behind_routes(mut view: View<'_>) -> Option<View<'_>> {
    for _ in 0..MAX_ROUTES {
        let &[high, low, _, length] = view.head::<4>()?;
        view = view.skip(4 + usize::from(length))?;
        if (high, low, length) == (0, 0, 0) {
            return Some(view);
        }
    }
    None
}

/// The list of protocol types beyond the `EtherTypes`.
fn payload<'a>(protocol: u16, flags: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if view.wire_bytes == 0 {
        return None; // a keep-alive
    }
    match protocol {
        0 => out.unknown_tunnel_payload(0),
        0x00fe => super::super::link::llc::osi(view, out),
        0x2000 => out.name(Protocol::Cdp),
        0x2001 => out.name(Protocol::Nhrp),
        0x22eb => erspan::decode_iii(view, out),
        0x6559 => Some((Next::Link(LinkType::FRAME_RELAY), view)),
        0x883e => wccp(view, out),
        PPP => Some((Next::Ppp, view)),
        0x88be => erspan::decode_ii(flags & SEQUENCE != 0, view, out),
        // Aruba's tunnels between access points and controllers.
        0x8200..=0x8370 if protocol.trailing_zeros() >= 4 => Some((Next::Wlan { padded: false }, view)),
        other => Some((Next::EtherType(other), view)),
    }
}

/// Version 1 says how long its payload is; it carries PPP, or Ethernet in `MikroTik`'s `EoIP`.
fn enhanced<'a>(protocol: u16, length: Option<u16>, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const ETHERNET_OVER_IP: u16 = 0x6400;
    let view = view.limit(usize::from(length?));
    match protocol {
        _ if view.wire_bytes == 0 => None,
        PPP => Some((Next::Ppp, view)),
        ETHERNET_OVER_IP => Some((Next::ETHERNET, view)),
        other => out.unknown_tunnel_payload(other),
    }
}

/// Decodes a packet redirected by WCCP, whose second version has a header of four bytes.
fn wccp<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Wccp);
    Some((Next::IPV4, if begins_with_ip(view) { view } else { view.skip(4)? }))
}
