//! Cisco HDLC (RFC 1547 §4.3.1) and Frame Relay (RFC 2427).

use super::{Decoded, Next, Protocol, View, Walk, ether_type, llc};

/// Decodes a Cisco HDLC header: address, control, `EtherType`.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::CiscoHdlc);
    let Some(&[_, _, high, low]) = view.head::<4>() else { return out.cut(Protocol::CiscoHdlc) };
    let rest = view.skip(4)?;
    match u16::from_be_bytes([high, low]) {
        0x8035 => out.name(Protocol::Slarp),
        0x2000 => out.name(Protocol::Cdp),
        0xfefe => llc::osi(rest.skip(1)?, out),
        other => ether_type::decode(other, rest, out),
    }
}

/// Decodes a Frame Relay header: an address, then multiprotocol encapsulation or Cisco's bare `EtherType`.
pub(super) fn frame_relay<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const UNNUMBERED_INFORMATION: u8 = 3;
    out.layer(Protocol::FrameRelay);
    let Some(address_bytes) = address_bytes(view) else { return out.cut(Protocol::FrameRelay) };
    let rest = view.skip(address_bytes)?;
    let (Some(&[first, second]), Some(behind)) = (rest.head::<2>(), rest.skip(2)) else {
        return out.cut(Protocol::FrameRelay);
    };
    match (first, second) {
        // A zero aligns what follows.
        (UNNUMBERED_INFORMATION, 0) => network(behind.u8(0)?, behind.skip(1)?, out),
        (UNNUMBERED_INFORMATION, id) => network(id, behind, out),
        _ => ether_type::decode(u16::from_be_bytes([first, second]), behind, out),
    }
}

/// The address ends with the first byte whose lowest bit is set (ITU-T Q.922 §3.3).
fn address_bytes(view: View<'_>) -> Option<usize> {
    view.bytes.iter().take(4).position(|byte| byte & 1 == 1).map(|at| at + 1)
}

/// Decodes what stands behind a network layer protocol identifier.
fn network<'a>(id: u8, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match id {
        0x80 => {
            let Some(&[a, b, c, high, low]) = view.head::<5>() else { return out.cut(Protocol::FrameRelay) };
            llc::decode_snap([a, b, c], u16::from_be_bytes([high, low]), view.skip(5)?, out)
        }
        0xcc => Some((Next::IPV4, view)),
        0x8e => Some((Next::IPV6, view)),
        0xcf => Some((Next::Ppp, view)),
        _ => out.name(Protocol::Osi),
    }
}
