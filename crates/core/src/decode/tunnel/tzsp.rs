//! TZSP, the `TaZmen` sniffer protocol: frames captured elsewhere, as `MikroTik` routers send them.

use super::super::LinkType;
use super::{Decoded, Next, Protocol, View, Walk};

const HEADER_BYTES: usize = 4;
const PADDING: u8 = 0;
const END: u8 = 1;
/// Tags that are passed over.
const MAX_TAGS: usize = 32;

/// Decodes a TZSP header: version, type, encapsulated protocol, tags.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let &[version, kind, high, low] = view.head::<HEADER_BYTES>()?;
    let next = match u16::from_be_bytes([high, low]) {
        1 => Next::ETHERNET,
        18 => Next::Wlan { padded: false },
        119 => Next::Link(LinkType::IEEE802_11_PRISM),
        127 => Next::Link(LinkType::IEEE802_11_AVS),
        _ => return None,
    };
    let frame = behind_tags(view.skip(HEADER_BYTES)?)?;
    if version != 1 || kind > 1 {
        return None;
    }
    out.layer(Protocol::Tzsp);
    Some((next, frame))
}

fn behind_tags(mut view: View<'_>) -> Option<View<'_>> {
    for _ in 0..MAX_TAGS {
        match view.u8(0)? {
            END => return view.skip(1),
            PADDING => view = view.skip(1)?,
            _ => view = view.skip(2 + usize::from(view.u8(1)?))?,
        }
    }
    None
}
