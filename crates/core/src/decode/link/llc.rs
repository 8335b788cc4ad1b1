//! IEEE 802.2 LLC, and SNAP within it (IEEE 802 §9.5, RFC 1042).

use super::{Decoded, LinkType, Next, Protocol, View, Walk};
use crate::issue::IssueKind;

const UNNUMBERED_INFORMATION: u8 = 0x03;
const SNAP: u8 = 0xaa;
/// The organisation of IEEE 802.1, whose protocols are bridged frames.
const BRIDGING: [u8; 3] = [0, 0x80, 0xc2];

/// Decodes the payload of an IEEE 802.3 frame: LLC, or Novell's IPX without it.
pub(in crate::decode) fn decode_802_3<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match view.u16(0) {
        Some(0xffff) => out.name(Protocol::Ipx),
        Some(_) => decode(view, out),
        None => out.cut(Protocol::Llc),
    }
}

/// Decodes an LLC header.
pub(in crate::decode) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Llc);
    let Some(&[destination, source, control]) = view.head::<3>() else { return out.cut(Protocol::Llc) };
    if (destination, source, control) == (SNAP, SNAP, UNNUMBERED_INFORMATION) {
        return snap(view, out);
    }
    // Information and supervisory frames have a second control byte.
    let header_bytes = if control & 3 == 3 { 3 } else { 4 };
    let Some(rest) = view.skip(header_bytes) else { return out.cut(Protocol::Llc) };
    let carries_data = control & 1 == 0 || control == UNNUMBERED_INFORMATION;
    if !carries_data || rest.wire_bytes == 0 {
        return None;
    }
    decode_sap(destination & 0xfe, rest, out)
}

/// The list of all service access points.
fn decode_sap<'a>(sap: u8, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match sap {
        0x04 | 0x08 | 0x0c | 0x40 | 0xc8 => out.name(Protocol::Sna),
        0x06 => Some((Next::IPV4, view)),
        0x42 => out.name(Protocol::Stp),
        0x7e => out.name(Protocol::X25),
        0x80 => out.name(Protocol::Xns),
        0x82 => out.name(Protocol::Bacnet),
        0x98 => out.arp(view),
        0xbc => out.name(Protocol::Vines),

        0xf0 => out.name(Protocol::NetBios),
        0x10 | 0xe0 => out.name(Protocol::Ipx),
        0xf8 => out.name(Protocol::HpExtended),
        0xfc => out.name(Protocol::Rpl),
        0x14 | 0x20 | 0x34 | 0x54 | 0xfe => osi(view, out),
        other => {
            out.odd(IssueKind::UnknownLlcSap, u64::from(other));
            out.name(Protocol::Data)
        }
    }
}

/// ISO network layers, by their first byte (ISO/IEC TR 9577).
pub(in crate::decode) fn osi<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match view.u8(0) {
        Some(0x81) => out.name(Protocol::Clnp),
        Some(0x82) => out.name(Protocol::EsIs),
        Some(0x83) => out.name(Protocol::IsIs),
        Some(0xcc) => Some((Next::IPV4, view.skip(1)?)),
        Some(0x8e) => Some((Next::IPV6, view.skip(1)?)),
        Some(_) => out.name(Protocol::Osi),
        None => out.name(Protocol::Data),
    }
}

/// Decodes a SNAP header: an organisation and what it calls a protocol.
fn snap<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let Some(&[_, _, _, a, b, c, high, low]) = view.head::<8>() else { return out.cut(Protocol::Llc) };
    let (organisation, id) = ([a, b, c], u16::from_be_bytes([high, low]));
    // Bridged frames are padded so that what follows their addresses is aligned (RFC 2684 §5.2).
    let padding_bytes = match (organisation, id) {
        (BRIDGING, 1 | 3 | 7 | 9) => 2,
        (BRIDGING, 4 | 0x0a) => 3,
        _ => 0,
    };
    decode_snap(organisation, id, view.skip(8 + padding_bytes)?, out)
}

/// Decodes what stands behind an organisation's number and its protocol's.
pub(super) fn decode_snap<'a>(organisation: [u8; 3], id: u16, rest: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match (organisation, id) {
        // Encapsulated Ethernet, and Apple's bridge tunnel encapsulation (IEEE 802.1H).
        ([0, 0, 0 | 0xf8], super::ethernet::LEAST_ETHER_TYPE..) => Some((Next::EtherType(id), rest)),
        ([0, 0, 0x0c], 0x0104) => out.name(Protocol::Pagp),
        ([0, 0, 0x0c], 0x0111) => out.name(Protocol::Udld),
        ([0, 0, 0x0c], 0x2000) => out.name(Protocol::Cdp),
        ([0, 0, 0x0c], 0x2003) => out.name(Protocol::Vtp),
        ([0, 0, 0x0c], 0x2004) => out.name(Protocol::Dtp),
        ([0, 0, 0x81], 0x01a1 | 0x01a2) => out.name(Protocol::NortelDiscovery),
        ([8, 0, 7], 0x809b) => out.name(Protocol::AppleTalk),
        // With and without checksum.
        (BRIDGING, 1 | 7) => Some((Next::ETHERNET, rest)),
        (BRIDGING, 4 | 0x0a) => Some((Next::Link(LinkType::FDDI), rest)),
        (BRIDGING, 3 | 9) => Some((Next::Link(LinkType::TOKEN_RING), rest)),
        ([0, 0, 0x0c], 0x0108..=0x010c) | (BRIDGING, 0x0e) => out.name(Protocol::Stp),
        ([a, b, c], _) => {
            out.odd(IssueKind::UnknownSnap, u64::from_be_bytes([0, 0, 0, a, b, c, (id >> 8) as u8, id as u8]));
            out.name(Protocol::Data)
        }
    }
}
