//! PPP (RFC 1661) and its framings.

use super::{Decoded, Next, Protocol, View, Walk, hdlc};
use crate::issue::IssueKind;

/// The address byte for all stations (RFC 1662 §3.1); a control byte follows it.
const ALL_STATIONS: u8 = 0xff;

/// Decodes a PPP frame. Address and control may be left out, and so may a leading zero of the protocol (RFC 1661 §6.5, §6.6).
pub(in crate::decode) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ppp);
    let view = if view.u8(0) == Some(ALL_STATIONS) { view.skip(2)? } else { view };
    decode_protocol(view, out)
}

/// Decodes a frame of a serial line that a capture calls PPP: it may be Cisco's HDLC (RFC 1547 §4.3.1 tells them apart).
pub(super) fn serial<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if is_cisco_hdlc(view) == Some(true) {
        out.layer(Protocol::Ppp);
        return hdlc::decode(view, out);
    }
    decode(view, out)
}

/// Whether a frame begins with the unicast or multicast address of Cisco's HDLC.
pub(super) fn is_cisco_hdlc(view: View<'_>) -> Option<bool> {
    Some(matches!(view.u16(0)?, 0x0f00 | 0x8f00))
}

/// Decodes the protocol field and what stands behind it.
pub(in crate::decode) fn decode_protocol<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let Some(first) = view.u8(0) else { return out.cut(Protocol::Ppp) };
    if first & 1 == 1 {
        return decode_payload(u16::from(first), view.skip(1)?, out);
    }
    let Some(protocol) = view.u16(0) else { return out.cut(Protocol::Ppp) };
    decode_payload(protocol, view.skip(2)?, out)
}

/// The list of all PPP protocols (RFC 1661 §2 and the IANA registry).
fn decode_payload<'a>(protocol: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match protocol {
        0x0021 | 0x0800 => Some((Next::IPV4, view)),
        0x0057 => Some((Next::IPV6, view)),
        0x0023 => super::llc::osi(view, out),
        0x0031 => bridged(view, out),
        0x003d => multilink(view, out),
        0x0281 | 0x0283 => Some((Next::Mpls, view)),
        other => by_name(other, out),
    }
}

/// PPP protocols of which only the name is known.
fn by_name<'a>(protocol: u16, out: &mut Decoded<'a>) -> Walk<'a> {
    let name = match protocol {
        0x0029 => Protocol::AppleTalk,
        0x002b => Protocol::Ipx,
        0x002d | 0x002f => Protocol::PppVanJacobson,
        0x00fb | 0x00fd => Protocol::PppCompressed,
        0x0207 => Protocol::Cdp,
        0x8021 => Protocol::PppIpcp,
        0x8031 => Protocol::PppBcp,
        0x8057 => Protocol::PppIpv6cp,
        0x80fb | 0x80fd => Protocol::PppCcp,
        0x8207 => Protocol::PppCdpcp,
        0x8281 => Protocol::PppMplscp,
        0xc021 => Protocol::PppLcp,
        0xc023 => Protocol::PppPap,
        0xc025 => Protocol::PppLqr,
        0xc02b => Protocol::PppBacp,
        0xc223 => Protocol::PppChap,
        0xc227 => Protocol::PppEap,
        other => {
            out.odd(IssueKind::UnknownPppProtocol, u64::from(other));
            Protocol::Data
        }
    };
    out.name(name)
}

/// Decodes a bridged frame (RFC 3518 §4.1) that holds Ethernet.
fn bridged<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const CONTROL_PRESENT: u8 = 0x10;
    out.layer(Protocol::PppBridging);
    let Some(&[flags, mac_type]) = view.head::<2>() else { return out.cut(Protocol::PppBridging) };
    let header_bytes = if flags & CONTROL_PRESENT == 0 { 2 } else { 6 };
    (mac_type == 1).then_some((Next::ETHERNET, view.skip(header_bytes)?))
}

/// Decodes a multilink fragment (RFC 1990 §3) that is a whole packet; the others would need reassembly.
fn multilink<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const BEGINNING_AND_END: u8 = 0xc0;
    const LONG_HEADER_BYTES: usize = 4;
    out.layer(Protocol::PppMultilink);
    let Some(flags) = view.u8(0) else { return out.cut(Protocol::PppMultilink) };
    if flags & BEGINNING_AND_END != BEGINNING_AND_END {
        return out.name(Protocol::Data);
    }
    Some((Next::PppProtocol, view.skip(LONG_HEADER_BYTES)?))
}
