//! Link types whose header is a few fields before something known.

use super::{Decoded, LinkType, Next, Protocol, View, Walk, ether_type, ethernet};

/// Decodes Apple's IP over IEEE 1394: two eight-byte addresses and an `EtherType`.
pub(super) fn ieee1394<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ieee1394);
    let (Some(kind), Some(rest)) = (view.u16(16), view.skip(18)) else { return out.cut(Protocol::Ieee1394) };
    ether_type::decode(kind, rest, out)
}

/// Decodes IP over Fibre Channel (RFC 4338): two eight-byte addresses and LLC.
pub(super) fn ip_over_fc<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::IpOverFc);
    let Some(rest) = view.skip(16) else { return out.cut(Protocol::IpOverFc) };
    Some((Next::Llc, rest))
}

/// Decodes a PKTAP header: its length, a record type and the link type of the packet behind it, in little endian.
pub(super) fn pktap<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Pktap);
    let (Some(length), Some(link_type)) = (view.u32(0), view.u32(8)) else { return out.cut(Protocol::Pktap) };
    let Some(rest) = view.skip(length.swap_bytes() as usize) else { return out.cut(Protocol::Pktap) };
    if length == 0 {
        return out.malformed(Protocol::Pktap);
    }
    Some((Next::Link(LinkType(link_type.swap_bytes())), rest))
}

/// Decodes a DOCSIS header (CM-SP-MULPI §6.2): frame control, length of the extended header, length, check sequence.
pub(super) fn docsis<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HAS_EXTENDED_HEADER: u8 = 0x01;
    out.layer(Protocol::Docsis);
    let Some(&[control, parameter]) = view.head::<2>() else { return out.cut(Protocol::Docsis) };
    let extended_bytes = if control & HAS_EXTENDED_HEADER == 0 { 0 } else { usize::from(parameter) };
    match control >> 6 {
        0 => ethernet::behind(6 + extended_bytes, None, view, out),
        _ => None,
    }
}

/// Decodes ARCNET with the BSD header, or with Linux' two further bytes: addresses, system code (RFC 1201, RFC 1051).
pub(super) fn arcnet<'a>(linux: bool, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Arcnet);
    let code_at = if linux { 4 } else { 2 };
    let (Some(code), Some(rest)) = (view.u8(code_at), view.skip(code_at + 1)) else {
        return out.cut(Protocol::Arcnet);
    };
    match code {
        0xf0 => Some((Next::IPV4, rest)),
        0xd4 => Some((Next::IPV4, unsplit(rest)?)),
        0xd5 => out.arp(unsplit(rest)?),
        0xf1 => out.arp(rest),
        0xcd => Some((Next::Llc, rest)),
        0xdd => out.name(Protocol::AppleTalk),
        0xfa => out.name(Protocol::Ipx),
        _ => out.name(Protocol::Data),
    }
}

/// Passes over the split flag and sequence number of RFC 1201; a packet in several frames would need reassembly.
fn unsplit(view: View<'_>) -> Option<View<'_>> {
    match view.u8(0)? {
        0 => view.skip(3),
        0xff => view.skip(7),
        _ => None,
    }
}

/// Decodes a Juniper capture of an Ethernet interface: magic number, flags, optional extensions, frame.
pub(super) fn juniper_ethernet<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const MAGIC: [u8; 3] = *b"MGC";
    const HAS_EXTENSIONS: u8 = 0x80;
    const NO_LINK_HEADER: u8 = 0x02;
    out.layer(Protocol::Juniper);
    let Some(&[a, b, c, flags]) = view.head::<4>() else { return out.cut(Protocol::Juniper) };
    if [a, b, c] != MAGIC {
        return out.malformed(Protocol::Juniper);
    }
    let header_bytes = match (flags & HAS_EXTENSIONS, view.u16(4)) {
        (0, _) => 4,
        (_, Some(length)) => 6 + usize::from(length),
        (_, None) => return out.cut(Protocol::Juniper),
    };
    let rest = view.skip(header_bytes)?;
    if flags & NO_LINK_HEADER == 0 {
        return Some((Next::ETHERNET, rest));
    }
    // The protocol is in four little-endian bytes.
    Some((Next::Ip, rest.skip(4)?))
}

/// Passes over one byte that says which way the frame went.
pub(super) fn behind_direction(next: Next, view: View<'_>) -> Walk<'_> {
    Some((next, view.skip(1)?))
}
