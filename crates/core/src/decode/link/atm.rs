//! ATM: multiprotocol encapsulation (RFC 2684), classical IP, and `SunATM` with LAN emulation.

use super::{Decoded, Next, Protocol, View, Walk, ethernet, llc};

/// Decodes an LLC-encapsulated PDU.
pub(super) fn rfc1483<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match view.head::<4>() {
        Some([0xfe, 0xfe, 3, 0xcf]) => Some((Next::Ppp, view.skip(4)?)),
        _ => llc::decode(view, out),
    }
}

/// Decodes a PDU of Linux' classical IP over ATM, which is with or without LLC.
pub(super) fn classical_ip<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Clip);
    if view.u16(0) == Some(0xaaaa) {
        return llc::decode(view, out);
    }
    Some((Next::Ip, view))
}

/// Decodes the header of a `SunATM` capture: kind of traffic, virtual path, virtual channel.
pub(super) fn sun<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const LAN_EMULATION: u8 = 1;
    const LLC: u8 = 2;
    out.layer(Protocol::Atm);
    let (Some(flags), Some(rest)) = (view.u8(0), view.skip(4)) else { return out.cut(Protocol::Atm) };
    match flags & 0x0f {
        // A two-byte identifier of the emulation client stands first; 0xff00 marks a control frame.
        LAN_EMULATION if rest.u16(0) != Some(0xff00) => ethernet::behind(2, None, rest, out),
        LLC => rfc1483(rest, out),
        _ => out.name(Protocol::Data),
    }
}

/// Decodes the header of a Network Monitor capture: addresses of the hosts, virtual path and channel.
pub(super) fn netmon<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Atm);
    let Some(rest) = view.skip(16) else { return out.cut(Protocol::Atm) };
    rfc1483(rest, out)
}
