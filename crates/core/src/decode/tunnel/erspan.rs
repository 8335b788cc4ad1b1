//! ERSPAN (draft-foschiano-erspan-03): mirrored frames in GRE.

use super::{Decoded, Next, Protocol, View, Walk};

/// Decodes type I, which has no header and no GRE sequence number, or type II.
pub(super) fn decode_ii<'a>(has_sequence: bool, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HEADER_BYTES: usize = 8;
    out.layer(Protocol::Erspan);
    let Some(rest) = view.skip(if has_sequence { HEADER_BYTES } else { 0 }) else {
        return out.cut(Protocol::Erspan);
    };
    Some((Next::ETHERNET, rest))
}

/// Decodes type III with its optional platform specific subheader.
pub(super) fn decode_iii<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HEADER_BYTES: usize = 12;
    const SUBHEADER_BYTES: usize = 8;
    const HAS_SUBHEADER: u16 = 0x0001;
    out.layer(Protocol::Erspan);
    let Some(fields) = view.u16(10) else { return out.cut(Protocol::Erspan) };
    let header_bytes = HEADER_BYTES + if fields & HAS_SUBHEADER == 0 { 0 } else { SUBHEADER_BYTES };
    let Some(rest) = view.skip(header_bytes) else { return out.cut(Protocol::Erspan) };
    // Frame type: 0 is Ethernet, 2 is IP.
    match fields >> 10 & 0x1f {
        0 => Some((Next::ETHERNET, rest)),
        2 => Some((Next::Ip, rest)),
        other => out.unknown_tunnel_payload(other),
    }
}
