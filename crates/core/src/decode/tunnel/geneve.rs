//! Geneve (RFC 8926).

use super::{Decoded, Next, Protocol, View, Walk};

const HEADER_BYTES: usize = 8;

/// Decodes a Geneve header with its options, which are counted in units of four bytes.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let &[first, flags, high, low, _, _, _, reserved] = view.head::<HEADER_BYTES>()?;
    let protocol = u16::from_be_bytes([high, low]);
    if first >> 6 != 0 || flags & 0x3f != 0 || reserved != 0 || protocol < 0x600 {
        return None;
    }
    out.layer(Protocol::Geneve);
    let option_bytes = usize::from(first & 0x3f) * 4;
    let Some(rest) = view.skip(HEADER_BYTES + option_bytes) else { return out.cut(Protocol::Geneve) };
    Some((Next::EtherType(protocol), rest))
}
