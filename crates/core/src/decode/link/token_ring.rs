//! Token ring (IEEE 802.5) and FDDI (ANSI X3.139): both carry LLC.

use super::{Decoded, Next, Protocol, View, Walk};

/// Decodes a token ring header with its routing information.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HEADER_BYTES: usize = 14;
    const SOURCE_AT: usize = 8;
    const SOURCE_ROUTED: u8 = 0x80;
    out.layer(Protocol::TokenRing);
    let Some(header) = view.head::<HEADER_BYTES>() else { return out.cut(Protocol::TokenRing) };
    let routing_bytes = match header[SOURCE_AT] & SOURCE_ROUTED {
        0 => 0,
        _ => usize::from(view.u8(HEADER_BYTES).unwrap_or(0) & 0x1f),
    };
    // The two highest bits of frame control tell LLC frames from those of the ring itself.
    let is_llc = header[1] >> 6 == 1;
    let Some(rest) = view.skip(HEADER_BYTES + routing_bytes) else { return out.cut(Protocol::TokenRing) };
    is_llc.then_some((Next::Llc, rest))
}

/// Decodes an FDDI header.
pub(super) fn fddi<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HEADER_BYTES: usize = 13;
    out.layer(Protocol::Fddi);
    let (Some(control), Some(rest)) = (view.u8(0), view.skip(HEADER_BYTES)) else { return out.cut(Protocol::Fddi) };
    // Frame control CLFF ZZZZ: asynchronous, long addresses, LLC.
    if control >> 4 == 0b0101 { Some((Next::Llc, rest)) } else { out.name(Protocol::Data) }
}
