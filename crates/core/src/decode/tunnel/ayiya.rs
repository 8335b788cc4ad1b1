//! AYIYA (draft-massar-v6ops-ayiya-02): IPv6 in UDP, as tunnel brokers used it.

use super::{Decoded, Next, Protocol, View, Walk, begins_with_ip};

/// Operation code of a packet that is to be forwarded.
const FORWARD: u8 = 1;

/// Decodes an AYIYA header, whose identity and signature have lengths of their own.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let &[identity, signature, operation, next, ..] = view.head::<8>()?;
    let header_bytes = 8 + (1 << (identity >> 4)) + usize::from(signature >> 4) * 4;
    let packet = view.skip(header_bytes)?;
    if operation & 0x0f != FORWARD || !matches!(next, 4 | 41) || !begins_with_ip(packet) {
        return None;
    }
    out.layer(Protocol::Ayiya);
    Some((Next::Ip, packet))
}
