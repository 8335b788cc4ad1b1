//! L2TP, version 2 (RFC 2661) and version 3 (RFC 3931).

use super::{Decoded, Net, Next, Protocol, View, Walk, begins_with_ip, transport};

const CONTROL: u16 = 0x8000;
const LENGTH: u16 = 0x4000;
const SEQUENCE: u16 = 0x0800;
const OFFSET: u16 = 0x0200;
const RESERVED: u16 = 0x34f0;
const VERSION: u16 = 0x000f;

/// Decodes an L2TP header in UDP.
pub(super) fn over_udp<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let flags = view.u16(0)?;
    if flags & RESERVED != 0 || !matches!(flags & VERSION, 2 | 3) {
        return None;
    }
    out.layer(Protocol::L2tp);
    match (flags & CONTROL != 0, flags & VERSION) {
        (true, _) => None,
        (false, 2) => data_v2(flags, view, out),
        (false, _) => pseudowire(view.skip(8)?, out),
    }
}

/// Decodes a version 2 data message: optional fields, then PPP.
fn data_v2<'a>(flags: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let length_bytes = if flags & LENGTH == 0 { 0 } else { 2 };
    let view = if flags & LENGTH == 0 { view } else { view.limit(usize::from(view.u16(2)?)) };
    let sequence_bytes = if flags & SEQUENCE == 0 { 0 } else { 4 };
    let mut header_bytes = 2 + length_bytes + 4 + sequence_bytes;
    if flags & OFFSET != 0 {
        header_bytes += 2 + usize::from(view.u16(header_bytes)?);
    }
    let Some(rest) = view.skip(header_bytes) else { return out.cut(Protocol::L2tp) };
    (rest.wire_bytes != 0).then_some((Next::Ppp, rest))
}

/// Decodes an L2TP version 3 header in IP; session 0 is for control messages.
pub(in crate::decode) fn over_ip<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    transport::other(115, Protocol::L2tp, net, view, out);
    let Some(session) = view.u32(0) else { return out.cut(Protocol::L2tp) };
    if session == 0 { None } else { pseudowire(view.skip(4)?, out) }
}

/// What a session of version 3 carries, and the lengths of its cookie and sublayer, were agreed on by control messages. An
/// Ethernet frame with IP in it is recognised at the places it can have.
fn pseudowire<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let frame = [0, 4, 8, 12].into_iter().filter_map(|at| view.skip(at)).find(|&frame| is_ethernet_with_ip(frame));
    match frame {
        Some(frame) => Some((Next::ETHERNET, frame)),
        None => out.unknown_tunnel_payload(0),
    }
}

fn is_ethernet_with_ip(frame: View<'_>) -> bool {
    let length_fits = |at, header| frame.u16(at).is_some_and(|length| usize::from(length) + header <= frame.wire_bytes);
    match frame.u16(12) {
        Some(0x0800) => frame.skip(14).is_some_and(begins_with_ip) && length_fits(16, 14),
        Some(0x86dd) => frame.skip(14).is_some_and(begins_with_ip) && length_fits(18, 54),
        Some(0x0806) => frame.u32(14) == Some(0x0001_0800),
        _ => false,
    }
}
