//! Ethernet II and IEEE 802.3.

use super::{Decoded, Next, Protocol, View, Walk};

const HEADER_BYTES: usize = 14;
/// Smaller values of the type field are lengths (IEEE 802.3 §3.2.6).
const LEAST_ETHER_TYPE: u16 = 0x600;

/// Decodes an Ethernet header.
#[inline]
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ethernet);
    let Some(header) = view.head::<HEADER_BYTES>() else { return out.cut(Protocol::Ethernet) };
    let field = u16::from_be_bytes([header[12], header[13]]);
    let rest = view.skip(HEADER_BYTES)?;
    if field >= LEAST_ETHER_TYPE {
        return Some((Next::EtherType(field), rest));
    }
    Some((Next::Llc, rest.limit(usize::from(field))))
}
