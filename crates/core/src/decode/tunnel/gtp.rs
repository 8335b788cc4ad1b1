//! GTP-U, the user plane of mobile networks (3GPP TS 29.281).

use super::{Decoded, Next, Protocol, View, Walk, begins_with_ip};

const HEADER_BYTES: usize = 8;
/// Version 1, and GTP rather than charging.
const VERSION_1: u8 = 0x30;
const VERSION_MASK: u8 = 0xf0;
/// Any of the flags for an extension header, a sequence number and an N-PDU number.
const OPTIONAL_FIELDS: u8 = 0x07;
const EXTENSION: u8 = 0x04;
/// Message type of a user's packet.
const PACKET: u8 = 255;
/// Extension headers that are passed over.
const MAX_EXTENSIONS: usize = 8;

/// Decodes a GTP header with its extension headers (§5.1, §5.2).
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let &[flags, kind, high, low, ..] = view.head::<HEADER_BYTES>()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let rest = view.skip(HEADER_BYTES)?;
    if flags & VERSION_MASK != VERSION_1 {
        return None;
    }
    let packet = behind_extensions(flags, rest.limit(length)).filter(|_| kind == PACKET);
    // Either the length or what is carried must fit.
    match packet.filter(|&packet| begins_with_ip(packet)) {
        None if length > rest.wire_bytes => None,
        None => out.name(Protocol::Gtp),
        Some(packet) => {
            out.layer(Protocol::Gtp);
            Some((Next::Ip, packet))
        }
    }
}

fn behind_extensions(flags: u8, mut view: View<'_>) -> Option<View<'_>> {
    if flags & OPTIONAL_FIELDS == 0 {
        return Some(view);
    }
    let mut next = if flags & EXTENSION == 0 { 0 } else { view.u8(3)? };
    view = view.skip(4)?;
    for _ in 0..MAX_EXTENSIONS {
        if next == 0 {
            return Some(view);
        }
        let length = usize::from(view.u8(0)?) * 4;
        next = view.u8(length.checked_sub(1)?)?;
        view = view.skip(length)?;
    }
    None
}
