//! LISP: the data plane (RFC 9300) and encapsulated control messages (RFC 9301).

use super::{Decoded, Next, Protocol, View, Walk, begins_with_ip};

/// Decodes a data packet: flags with nonce or version, locator status bits, an IP packet.
pub(super) fn data<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HEADER_BYTES: usize = 8;
    inner(Protocol::LispData, view.skip(HEADER_BYTES)?, out)
}

/// Decodes an encapsulated control message, the only kind that carries a packet.
pub(super) fn control<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HEADER_BYTES: usize = 4;
    const ENCAPSULATED: u8 = 8;
    if view.u8(0)? >> 4 != ENCAPSULATED {
        return None;
    }
    inner(Protocol::Lisp, view.skip(HEADER_BYTES)?, out)
}

fn inner<'a>(protocol: Protocol, packet: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if !begins_with_ip(packet) {
        return None;
    }
    out.layer(protocol);
    Some((Next::Ip, packet))
}
