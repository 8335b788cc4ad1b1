//! PPP over Ethernet (RFC 2516).

use super::{Decoded, Next, Protocol, View, Walk};

const HEADER_BYTES: usize = 6;

/// Notes a discovery packet.
pub(super) fn discovery<'a>(out: &mut Decoded<'a>) -> Walk<'a> {
    out.name(Protocol::PppoeDiscovery)
}

/// Decodes a session packet.
pub(super) fn session<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::PppoeSession);
    let Some(&[_, _, _, _, high, low]) = view.head::<HEADER_BYTES>() else {
        return out.cut(Protocol::PppoeSession);
    };
    let payload_bytes = usize::from(u16::from_be_bytes([high, low]));
    Some((Next::Ppp, view.skip(HEADER_BYTES)?.limit(payload_bytes)))
}
