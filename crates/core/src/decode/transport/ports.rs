//! Transport protocols that begin with two ports: UDP (RFC 768), UDP-Lite (RFC 3828), SCTP (RFC 9260), DCCP (RFC 4340).

use super::{Decoded, Header, Next, Protocol, Transport, View, Walk, push};

/// Source and destination port, which stand first.
pub(super) fn of(head: &[u8]) -> (u16, u16) {
    match head {
        &[a, b, c, d, ..] => (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])),
        _ => (0, 0),
    }
}

/// Decodes a UDP header.
#[inline]
pub(in crate::decode) fn udp<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Udp);
    let Some(head) = view.head::<8>() else { return cut(Protocol::Udp, 17, view, out) };
    let length = usize::from(u16::from_be_bytes([head[4], head[5]]));
    // Length 0 is a jumbogram (RFC 2675) or segmentation left to the network card.
    let datagram = if length >= 8 { view.limit(length) } else { view };
    let payload = datagram.skip(8)?;
    ported(17, Header::Udp, head, payload, out)?;
    Some((Next::UdpPayload, payload))
}

/// Decodes a UDP-Lite header.
pub(in crate::decode) fn udp_lite<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::UdpLite);
    let Some(head) = view.head::<8>() else { return cut(Protocol::UdpLite, 136, view, out) };
    ported(136, Header::Udp, head, view.skip(8)?, out)?;
    None
}

/// Decodes an SCTP common header.
pub(in crate::decode) fn sctp<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Sctp);
    let Some(head) = view.head::<12>() else { return cut(Protocol::Sctp, 132, view, out) };
    ported(132, Header::Sctp, head, view.skip(12)?, out)?;
    None
}

/// Decodes the beginning of a DCCP header.
pub(in crate::decode) fn dccp<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Dccp);
    let Some(head) = view.head::<12>() else { return cut(Protocol::Dccp, 33, view, out) };
    let payload = view.skip(usize::from(head[4]) * 4).unwrap_or(View::new(&[], 0));
    ported(33, Header::Dccp, head, payload, out)?;
    None
}

/// A header that is cut: its flow is still known when the ports were captured.
fn cut<'a>(name: Protocol, protocol: u8, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if let Some(ports) = view.head::<4>() {
        let header = match protocol {
            132 => Header::Sctp,
            33 => Header::Dccp,
            _ => Header::Udp,
        };
        ported(protocol, header, ports, View::new(&[], view.wire_bytes.saturating_sub(8)), out);
    }
    out.cut(name)
}

fn ported<'a>(protocol: u8, header: Header<'a>, head: &[u8], payload: View<'a>, out: &mut Decoded<'a>) -> Option<()> {
    let (source_port, destination_port) = of(head);
    let (net, quoted) = (out.net?, out.quoted);
    push(Transport { net, protocol, source_port, destination_port, header, payload, quoted }, out);
    Some(())
}
