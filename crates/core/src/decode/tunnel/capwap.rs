//! CAPWAP data messages (RFC 5415 §4.3): frames between an access point and its controller.

use super::{Decoded, Next, Protocol, View, Walk};

const PREAMBLE: u8 = 0;
/// Bits of the second and third byte.
const NATIVE_FRAME: u8 = 0x01;
const FRAGMENT_OR_KEEP_ALIVE: u8 = 0x88;
/// Binding for IEEE 802.11 (RFC 5416).
const BINDING_802_11: u8 = 1;

/// Decodes a data message that is neither encrypted nor a fragment. Native frames are IEEE 802.11, others Ethernet.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let &[preamble, length, binding, flags] = view.head::<4>()?;
    let header_bytes = usize::from(length >> 3) * 4;
    let rest = view.skip(header_bytes)?;
    if preamble != PREAMBLE || header_bytes < 8 || flags & 0x07 != 0 {
        return None;
    }
    out.layer(Protocol::Capwap);
    if flags & FRAGMENT_OR_KEEP_ALIVE != 0 {
        return None;
    }
    match (binding & NATIVE_FRAME != 0, binding >> 1 & 0x1f) {
        (false, _) => Some((Next::ETHERNET, rest)),
        (true, BINDING_802_11) => Some((Next::Wlan { padded: false }, rest)),
        (true, other) => out.unknown_tunnel_payload(u16::from(other)),
    }
}
