//! VXLAN (RFC 7348) and its generic protocol extension (draft-ietf-nvo3-vxlan-gpe).

use super::{Decoded, Next, Protocol, View, Walk};

const HEADER_BYTES: usize = 8;
/// The network identifier is valid.
const INSTANCE: u8 = 0x08;
/// The last byte of the header names the next protocol.
const NEXT_PROTOCOL: u8 = 0x04;
const ETHERNET_HEADER_BYTES: usize = 14;

/// Decodes a VXLAN header. The group policy extension uses bits that are reserved here, so only the I flag and the last byte
/// are checked. The generic extension is met on this port too.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let &[flags, .., reserved] = view.head::<HEADER_BYTES>()?;
    let rest = view.skip(HEADER_BYTES)?;
    if flags & NEXT_PROTOCOL != 0 {
        return decode_gpe(view, out);
    }
    if flags & INSTANCE == 0 || reserved != 0 || rest.wire_bytes < ETHERNET_HEADER_BYTES {
        return None;
    }
    out.layer(Protocol::Vxlan);
    Some((Next::ETHERNET, rest))
}

/// Decodes a VXLAN-GPE header. Senders are met that name the next protocol without setting the P flag.
pub(super) fn decode_gpe<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let &[flags, _, _, next, ..] = view.head::<HEADER_BYTES>()?;
    let rest = view.skip(HEADER_BYTES)?;
    if flags & INSTANCE == 0 {
        return None;
    }
    let next = match next {
        1 => Next::IPV4,
        2 => Next::IPV6,
        3 => Next::ETHERNET,
        4 => Next::Nsh,
        5 => Next::Mpls,
        _ => return None,
    };
    out.layer(Protocol::Vxlan);
    Some((next, rest))
}
