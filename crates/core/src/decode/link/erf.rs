//! Endace Extensible Record Format (ERF types of the Endace specification).

use super::{Decoded, Next, Protocol, View, Walk, infiniband, ppp};

const HEADER_BYTES: usize = 16;
const HAS_EXTENSION: u8 = 0x80;
/// Extension headers that are passed over.
const MAX_EXTENSIONS: usize = 8;

/// Decodes an ERF header with its extensions.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Erf);
    let (Some(kind), Some(wire_bytes), Some(mut rest)) = (view.u8(8), view.u16(14), view.skip(HEADER_BYTES)) else {
        return out.cut(Protocol::Erf);
    };
    let mut more = kind & HAS_EXTENSION != 0;
    for _ in 0..MAX_EXTENSIONS {
        if !more {
            break;
        }
        more = rest.u8(0).unwrap_or(0) & HAS_EXTENSION != 0;
        rest = rest.skip(8)?;
    }
    payload(kind & !HAS_EXTENSION, usize::from(wire_bytes), rest, out)
}

/// Types 1, 10, 12 and 17 are HDLC; 2, 11, 16 and 20 Ethernet; 21 and 25 InfiniBand; 22 and 23 IP.
fn payload<'a>(kind: u8, wire_bytes: usize, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match kind {
        1 | 10 | 12 | 17 => hdlc(view.limit(wire_bytes), out),
        // Offset and padding stand before an Ethernet frame.
        2 | 11 | 16 | 20 => Some((Next::ETHERNET, view.skip(2)?.limit(wire_bytes))),
        21 | 25 => infiniband::decode(view.limit(wire_bytes), out),
        22 => Some((Next::IPV4, view.limit(wire_bytes))),
        23 => Some((Next::IPV6, view.limit(wire_bytes))),
        _ => out.name(Protocol::Data),
    }
}

fn hdlc<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match ppp::is_cisco_hdlc(view) {
        Some(true) => super::hdlc::decode(view, out),
        Some(false) => ppp::decode(view, out),
        None => out.cut(Protocol::Erf),
    }
}
