//! ICMP (RFC 792) and `ICMPv6` (RFC 4443). An error quotes the packet it complains about, which is decoded as quoted.

use super::{Decoded, Header, Net, Next, Protocol, Transport, View, Walk, push};

const HEADER_BYTES: usize = 8;
/// A redirect complains about the route, not about what was sent: no more than RFC 792 demands is read of it.
const REDIRECT: u8 = 5;
const QUOTED_PAYLOAD_BYTES: usize = 8;
const LEAST_EXTENDED_QUOTATION: usize = 128;
const NEIGHBOUR_REDIRECT: u8 = 137;

/// Decodes an ICMP message.
pub(in crate::decode) fn icmp<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let (kind, body) = message(Protocol::Icmp, 1, &[0, 8], net, view, out)?;
    let length = if matches!(kind, 3 | 11 | 12) { quotation_length(view.u8(5)?, 4) } else { 0 };
    match kind {
        REDIRECT => quotation(body, usize::from(body.u8(0)? & 0x0f) * 4 + QUOTED_PAYLOAD_BYTES, out),
        3 | 4 | 11 | 12 => quotation(body, length, out),
        _ => None,
    }
}

/// Decodes an `ICMPv6` message.
pub(in crate::decode) fn icmpv6<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let (kind, body) = message(Protocol::Icmpv6, 58, &[128, 129], net, view, out)?;
    let length = if matches!(kind, 1 | 3) { quotation_length(view.u8(4)?, 8) } else { 0 };
    match kind {
        1..=4 => quotation(body, length, out),
        NEIGHBOUR_REDIRECT => quotation(redirected(body)?, 0, out),
        _ => None,
    }
}

/// Notes the message; returns its type and what stands behind its first eight bytes.
fn message<'a>(
    name: Protocol,
    protocol: u8,
    echo_kinds: &[u8],
    net: &Net,
    view: View<'a>,
    out: &mut Decoded<'a>,
) -> Option<(u8, View<'a>)> {
    out.layer(name);
    let Some(&[kind, code]) = view.head::<2>() else {
        out.cut(name);
        return None;
    };
    let (checksum, rest) = (view.u16(2), view.u32(4));
    let echo = rest.map(|rest| ((rest >> 16) as u16, rest as u16)).filter(|_| echo_kinds.contains(&kind));
    let body = view.skip(HEADER_BYTES);
    let header = Header::Icmp { kind, code, checksum, rest, echo };
    let (net, payload, quoted) = (*net, body.unwrap_or(View::new(&[], 0)), out.quoted);
    push(Transport { net, protocol, source_port: 0, destination_port: 0, header, payload, quoted }, out);
    Some((kind, body?))
}

/// The length of the quotation where extensions follow it (RFC 4884 §4), else 0. It is at least 128 then.
fn quotation_length(units: u8, unit_bytes: usize) -> usize {
    let length = usize::from(units) * unit_bytes;
    if length < LEAST_EXTENDED_QUOTATION { 0 } else { length }
}

/// Goes on into the quoted packet, of which `length` bytes are quoted where the message says so.
fn quotation<'a>(body: View<'a>, length: usize, out: &mut Decoded<'a>) -> Walk<'a> {
    if body.bytes.is_empty() {
        return None;
    }
    out.quoted = true;
    Some((Next::Ip, if length == 0 { body } else { body.limit(length) }))
}

/// The packet in the redirected header option (RFC 4861 §4.6.3) of a redirect, whose options follow two addresses.
fn redirected(body: View<'_>) -> Option<View<'_>> {
    const REDIRECTED_HEADER: u8 = 4;
    let mut options = body.skip(32)?;
    loop {
        let &[kind, units] = options.head::<2>()?;
        let length = usize::from(units) * 8;
        if kind == REDIRECTED_HEADER {
            return options.limit(length).skip(8);
        }
        if length == 0 {
            return None;
        }
        options = options.skip(length)?;
    }
}
