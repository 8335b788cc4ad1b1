//! Per-Packet Information (CACE PPI 1.0.10): fields about the reception, then a frame of any link type.

use super::{Decoded, LinkType, Next, Protocol, View, Walk, without_check_sequence};

const HEADER_BYTES: usize = 8;
const COMMON_802_11: u16 = 2;
/// Bit of the flags of the common 802.11 field.
const CHECK_SEQUENCE: u16 = 0x0001;

/// Decodes a PPI header.
pub(in crate::decode::link) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ppi);
    let Some(&[_, _, low, high, a, b, c, d]) = view.head::<HEADER_BYTES>() else { return out.cut(Protocol::Ppi) };
    let header_bytes = usize::from(u16::from_le_bytes([low, high]));
    let (Some(rest), 8..) = (view.skip(header_bytes), header_bytes) else { return out.cut(Protocol::Ppi) };
    let link_type = LinkType(u32::from_le_bytes([a, b, c, d]));
    if link_type != LinkType::IEEE802_11 {
        return Some((Next::Link(link_type), rest));
    }
    out.layer(Protocol::WlanRadio);
    let checked =
        common_flags(&view.bytes[HEADER_BYTES..header_bytes]).is_some_and(|flags| flags & CHECK_SEQUENCE != 0);
    Some((Next::Wlan { padded: false }, if checked { without_check_sequence(rest) } else { rest }))
}

/// The flags of the common 802.11 field, which follow its eight-byte timer.
fn common_flags(mut fields: &[u8]) -> Option<u16> {
    loop {
        let (&[a, b, c, d], rest) = fields.split_first_chunk()?;
        let length = usize::from(u16::from_le_bytes([c, d]));
        if u16::from_le_bytes([a, b]) == COMMON_802_11 {
            return rest.get(8..10).map(|flags| u16::from_le_bytes([flags[0], flags[1]]));
        }
        fields = rest.get(length..)?;
    }
}
