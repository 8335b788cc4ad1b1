//! The metadata that Microsoft Network Monitor puts before an IEEE 802.11 frame (MS-NMPR, `NmWiFiMetadata`).

use super::{Decoded, Next, Protocol, View, Walk};

/// Decodes the header: its version, its length in little endian, and facts about the reception.
pub(in crate::decode::link) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const LEAST_HEADER_BYTES: usize = 12;
    out.layer(Protocol::NetmonWlan);
    let Some(&[_, low, high]) = view.head::<3>() else { return out.cut(Protocol::NetmonWlan) };
    let header_bytes = usize::from(u16::from_le_bytes([low, high]));
    if header_bytes < LEAST_HEADER_BYTES {
        return out.malformed(Protocol::NetmonWlan);
    }
    let Some(rest) = view.skip(header_bytes) else { return out.cut(Protocol::NetmonWlan) };
    out.layer(Protocol::WlanRadio);
    Some((Next::Wlan { padded: false }, rest))
}
