//! Radiotap (radiotap.org).

use super::{Decoded, Next, Protocol, View, Walk, without_check_sequence};

/// Bits of the first presence word.
const TSFT: u32 = 1 << 0;
const FLAGS: u32 = 1 << 1;
const FURTHER_WORD: u32 = 1 << 31;
/// Bits of the flags field.
const CHECK_SEQUENCE: u8 = 0x10;
const PADDED: u8 = 0x20;

/// Decodes a radiotap header, of which only the flags matter here.
pub(in crate::decode::link) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Radiotap);
    let Some(&[_, _, low, high]) = view.head::<4>() else { return out.cut(Protocol::Radiotap) };
    let header_bytes = usize::from(u16::from_le_bytes([low, high]));
    let (Some(rest), 8..) = (view.skip(header_bytes), header_bytes) else { return out.cut(Protocol::Radiotap) };
    let flags = flags(&view.bytes[..header_bytes]).unwrap_or(0);
    out.layer(Protocol::WlanRadio);
    let frame = if flags & CHECK_SEQUENCE == 0 { rest } else { without_check_sequence(rest) };
    Some((Next::Wlan { padded: flags & PADDED != 0 }, frame))
}

/// The flags field: the second possible one, after a timer that is aligned to eight bytes.
fn flags(header: &[u8]) -> Option<u8> {
    let words = header.get(4..)?.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    let present = words.clone().next()?;
    if present & FLAGS == 0 {
        return None;
    }
    let count = 1 + words.take_while(|word| word & FURTHER_WORD != 0).count();
    let fields_at = 4 + 4 * count;
    header.get(if present & TSFT == 0 { fields_at } else { fields_at.next_multiple_of(8) + 8 }).copied()
}
