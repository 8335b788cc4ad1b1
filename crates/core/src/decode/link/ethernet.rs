//! Ethernet II and IEEE 802.3, and the link types that put something before it.

use super::{Decoded, Next, Protocol, View, Walk, ether_type, llc};

const HEADER_BYTES: usize = 14;
/// Smaller values of the type field are lengths, up to 1500 (IEEE 802.3 §3.2.6).
pub(super) const LEAST_ETHER_TYPE: u16 = 0x600;
const LARGEST_LENGTH: u16 = 1500;
/// Preamble and start-of-frame delimiter, where a capture has them.
const PREAMBLE_BYTES: usize = 8;

/// Decodes an Ethernet header.
#[inline]
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ethernet);
    let Some(header) = view.head::<HEADER_BYTES>() else { return out.cut(Protocol::Ethernet) };
    let field = u16::from_be_bytes([header[12], header[13]]);
    decode_type(field, view.skip(HEADER_BYTES)?, out)
}

/// Decodes what stands behind a field that is an `EtherType` or a length.
#[inline]
pub(super) fn decode_type<'a>(field: u16, rest: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match field {
        LEAST_ETHER_TYPE.. => ether_type::decode(field, rest, out),
        1..=LARGEST_LENGTH => llc::decode_802_3(rest.limit(usize::from(field)), out),
        _ => out.unknown_ether_type(field),
    }
}

/// Decodes an Ethernet frame behind `before` bytes of another header, which is noted as `protocol` where it has a name.
pub(super) fn behind<'a>(before: usize, protocol: Option<Protocol>, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if let Some(protocol) = protocol {
        out.layer(protocol);
    }
    let Some(rest) = view.skip(before) else { return out.cut(protocol.unwrap_or(Protocol::Ethernet)) };
    Some((Next::ETHERNET, rest))
}

/// Decodes an mPacket (IEEE 802.3br) that holds a whole frame.
pub(super) fn mpacket<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    behind(PREAMBLE_BYTES, None, view, out)
}

/// Decodes a frame of a Hilscher netANALYZER: four bytes, and the preamble in transparent mode.
pub(super) fn net_analyzer<'a>(transparent: bool, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    behind(if transparent { 4 + PREAMBLE_BYTES } else { 4 }, None, view, out)
}
