//! ICMP (RFC 792) and ICMPv6 (RFC 4443). An error quotes the packet it complains about, which is decoded as quoted.

use super::{Decoded, Header, Next, Protocol, Transport, View, Walk, push};

/// Decodes an ICMP message.
pub(in crate::decode) fn icmp<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let is_error = |kind| matches!(kind, 3 | 4 | 5 | 11 | 12);
    message(Protocol::Icmp, 1, is_error, |kind| matches!(kind, 0 | 8), view, out)
}

/// Decodes an ICMPv6 message.
pub(in crate::decode) fn icmpv6<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    message(Protocol::Icmpv6, 58, |kind| matches!(kind, 1..=4), |kind| matches!(kind, 128 | 129), view, out)
}

fn message<'a>(
    name: Protocol,
    protocol: u8,
    is_error: impl Fn(u8) -> bool,
    is_echo: impl Fn(u8) -> bool,
    view: View<'a>,
    out: &mut Decoded<'a>,
) -> Walk<'a> {
    out.layer(name);
    let Some(&[kind, code]) = view.head::<2>() else { return out.cut(name) };
    let echo = view.u16(4).zip(view.u16(6)).filter(|_| is_echo(kind));
    let body = view.skip(8).unwrap_or(View::new(&[], 0));
    let (net, quoted) = (out.net?, out.quoted);
    let header = Header::Icmp { kind, code, echo };
    push(Transport { net, protocol, source_port: 0, destination_port: 0, header, payload: body, quoted }, out);
    if is_error(kind) && !body.bytes.is_empty() {
        out.quoted = true;
        return Some((Next::Ip, body));
    }
    None
}
