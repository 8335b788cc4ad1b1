//! Transport protocols that begin with two ports: UDP (RFC 768), UDP-Lite (RFC 3828), SCTP (RFC 9260), DCCP (RFC 4340).

use super::super::tunnel;
use super::{Decoded, Header, Net, Protocol, Transport, View, Walk, push};

const UDP_HEADER_BYTES: usize = 8;
/// A packet longer than this is a jumbogram, and then a UDP length of 0 is in order (RFC 2675 §4).
const LARGEST_PACKET: u32 = 0xffff;

/// Source and destination port, which stand first.
#[inline]
pub(super) fn of(head: &[u8]) -> (u16, u16) {
    match head {
        &[a, b, c, d, ..] => (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])),
        _ => (0, 0),
    }
}

/// Decodes a UDP header, and what it carries where that is a tunnel.
#[inline]
pub(in crate::decode) fn udp<'a>(net: Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Udp);
    let Some(head) = view.head::<UDP_HEADER_BYTES>() else { return cut(Protocol::Udp, 17, &{ net }, view, out) };
    let length = match usize::from(u16::from_be_bytes([head[4], head[5]])) {
        0 if net.total_bytes > LARGEST_PACKET => view.wire_bytes,
        length if length < UDP_HEADER_BYTES => return out.malformed(Protocol::Udp),
        length => length,
    };
    let payload = view.limit(length).skip(UDP_HEADER_BYTES)?;
    let (source_port, destination_port) = ported(17, Header::Udp, &net, head, payload, out);
    tunnel::decode_udp(source_port, destination_port, payload, out)
}

/// Decodes a UDP-Lite header; its third field says how much the checksum covers.
pub(in crate::decode) fn udp_lite<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::UdpLite);
    let Some(head) = view.head::<UDP_HEADER_BYTES>() else { return cut(Protocol::UdpLite, 136, net, view, out) };
    ported(136, Header::Udp, net, head, view.skip(UDP_HEADER_BYTES)?, out);
    None
}

/// Decodes an SCTP common header.
pub(in crate::decode) fn sctp<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const HEADER_BYTES: usize = 12;
    out.layer(Protocol::Sctp);
    let Some(head) = view.head::<HEADER_BYTES>() else { return cut(Protocol::Sctp, 132, net, view, out) };
    ported(132, Header::Sctp, net, head, view.skip(HEADER_BYTES)?, out);
    None
}

/// Decodes the beginning of a DCCP header, whose length is a field of its own.
pub(in crate::decode) fn dccp<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Dccp);
    let Some(head) = view.head::<12>() else { return cut(Protocol::Dccp, 33, net, view, out) };
    let payload = view.skip(usize::from(head[4]) * 4).unwrap_or(View::new(&[], 0));
    ported(33, Header::Dccp, net, head, payload, out);
    None
}

/// A header that is cut. An ICMP error may quote no more than eight bytes (RFC 792), and still tells the flow.
fn cut<'a>(name: Protocol, protocol: u8, net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if let (true, Some(head)) = (out.quoted, view.head::<UDP_HEADER_BYTES>()) {
        let header = if protocol == 132 { Header::Sctp } else { Header::Dccp };
        ported(protocol, header, net, head, View::new(&[], 0), out);
        return None;
    }
    out.cut(name)
}

/// Notes the transport header; returns its ports.
#[inline]
fn ported<'a>(
    protocol: u8,
    header: Header<'a>,
    net: &Net,
    head: &[u8],
    payload: View<'a>,
    out: &mut Decoded<'a>,
) -> (u16, u16) {
    let (source_port, destination_port) = of(head);
    let (net, quoted) = (*net, out.quoted);
    push(Transport { net, protocol, source_port, destination_port, header, payload, quoted }, out);
    (source_port, destination_port)
}
