//! Tags between the addresses and the type of an Ethernet frame: each ends in the next `EtherType`.

use super::{Decoded, Next, Protocol, View, Walk, ethernet};

/// Decodes an IEEE 802.1Q or 802.1ad tag (IEEE 802.1Q §9.6).
pub(super) fn decode<'a>(protocol: Protocol, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(protocol);
    let Some(&[high, low, a, b]) = view.head::<4>() else { return out.cut(protocol) };
    out.vlan = Some(u16::from_be_bytes([high, low]) & 0x0fff);
    typed(u16::from_be_bytes([a, b]), view.skip(4)?, out)
}

/// Decodes a backbone service instance tag (IEEE 802.1Q §9.7): the customer's whole Ethernet header follows.
pub(super) fn service_instance<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const TAG_AND_ADDRESSES_BYTES: usize = 4 + 12;
    tag(Protocol::Ieee8021ah, TAG_AND_ADDRESSES_BYTES, view, out)
}

/// Decodes a tag of `type_at` bytes that is followed by an `EtherType`.
pub(super) fn tag<'a>(protocol: Protocol, type_at: usize, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(protocol);
    let (Some(field), Some(rest)) = (view.u16(type_at), view.skip(type_at + 2)) else { return out.cut(protocol) };
    typed(field, rest, out)
}

/// Decodes a Cisco metadata header (`EtherType` 0x8909): version, length in options, options of four bytes, `EtherType`.
pub(super) fn cisco_metadata<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let options = view.u8(1).unwrap_or(1).max(1);
    tag(Protocol::CiscoMetadata, 2 + 4 * usize::from(options), view, out)
}

/// Decodes a TRILL header (RFC 6325 §3.1); its options are counted in units of four bytes.
pub(super) fn trill<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Trill);
    let Some(head) = view.u16(0) else { return out.cut(Protocol::Trill) };
    let option_bytes = usize::from(head >> 6 & 0x1f) * 4;
    let Some(rest) = view.skip(6 + option_bytes) else { return out.cut(Protocol::Trill) };
    Some((Next::ETHERNET, rest))
}

/// An `EtherType` goes back to the walk, which bounds a chain of tags; a length is decoded at once.
fn typed<'a>(field: u16, rest: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if field >= ethernet::LEAST_ETHER_TYPE {
        return Some((Next::EtherType(field), rest));
    }
    ethernet::decode_type(field, rest, out)
}
