//! Teredo (RFC 4380): IPv6 in UDP, for hosts behind address translation.

use super::{Decoded, Next, Protocol, View, Walk};

const AUTHENTICATION: u16 = 0x0001;
const ORIGIN: u16 = 0x0000;
const IPV6_HEADER_BYTES: usize = 40;

/// Decodes the indications (§5.1.1) and the IPv6 packet behind them, whose length must fit.
pub(super) fn decode<'a>(mut view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if view.u16(0)? == AUTHENTICATION {
        // Client identifier and authentication value of given lengths, nonce, confirmation.
        view = view.skip(4 + usize::from(view.u8(2)?) + usize::from(view.u8(3)?) + 9)?;
    }
    if view.u16(0)? == ORIGIN {
        view = view.skip(8)?;
    }
    let packet_bytes = IPV6_HEADER_BYTES + usize::from(view.u16(4)?);
    if view.u8(0)? >> 4 != 6 || packet_bytes > view.wire_bytes {
        return None;
    }
    out.layer(Protocol::Teredo);
    Some((Next::IPV6, view))
}
