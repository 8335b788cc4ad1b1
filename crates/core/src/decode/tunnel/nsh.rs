//! Network service header (RFC 8300).

use super::{Decoded, Next, Protocol, View, Walk};

/// Decodes an NSH; its length field counts words of four bytes.
pub(in crate::decode) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Nsh);
    let Some(&[_, low, _, next]) = view.head::<4>() else { return out.cut(Protocol::Nsh) };
    let header_bytes = usize::from(low & 0x3f) * 4;
    let (Some(rest), 8..) = (view.skip(header_bytes), header_bytes) else { return out.cut(Protocol::Nsh) };
    match next {
        1 => Some((Next::IPV4, rest)),
        2 => Some((Next::IPV6, rest)),
        3 => Some((Next::ETHERNET, rest)),
        4 => Some((Next::Nsh, rest)),
        5 => Some((Next::Mpls, rest)),
        other => out.unknown_tunnel_payload(u16::from(other)),
    }
}
