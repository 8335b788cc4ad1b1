//! The Prism monitoring header and its successor by AVS, which share link types.

use super::{Decoded, Next, Protocol, View, Walk};

const AVS_MAGIC: u32 = 0x8021_1000;
const AVS_MAGIC_MASK: u32 = 0xffff_f000;
/// A Prism header's length is in the byte order of the capturing host, and small.
const LARGEST_PRISM_HEADER: u32 = 0xffff;

/// Decodes either header: AVS by its magic number, else Prism, else there is none.
pub(in crate::decode::link) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let (Some(first), Some(length)) = (view.u32(0), view.u32(4)) else { return out.cut(Protocol::Prism) };
    let (protocol, header_bytes) = if first & AVS_MAGIC_MASK == AVS_MAGIC {
        (Protocol::WlanCap, length)
    } else {
        (Protocol::Prism, length.min(length.swap_bytes()))
    };
    out.layer(protocol);
    if header_bytes > LARGEST_PRISM_HEADER {
        return out.malformed(protocol);
    }
    let Some(rest) = view.skip(header_bytes as usize) else { return out.cut(protocol) };
    out.layer(Protocol::WlanRadio);
    Some((Next::Wlan { padded: false }, rest))
}
