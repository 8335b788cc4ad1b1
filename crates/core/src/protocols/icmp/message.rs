//! What the numbers of an ICMP message mean.

use std::net::{IpAddr, Ipv4Addr};

use crate::decode::{Header, Net, Transport};

/// IP protocol number of ICMP.
pub(super) const ICMP: u8 = 1;
/// IP protocol number of ICMPv6.
pub(super) const ICMPV6: u8 = 58;

/// A message as it is in the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    /// 1 for ICMP, 58 for ICMPv6.
    pub(crate) protocol: u8,
    /// Type.
    pub(crate) kind: u8,
    /// Code.
    pub(crate) code: u8,
    /// Checksum.
    pub(crate) checksum: Option<u16>,
    /// The four bytes behind the checksum.
    pub(crate) rest: Option<u32>,
    /// Identifier and sequence number of an echo.
    pub(crate) echo: Option<(u16, u16)>,
    /// What stands behind the first eight bytes.
    pub(crate) body: &'a [u8],
}

/// An echo: who asked whom, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Echo {
    requester: IpAddr,
    responder: IpAddr,
    identifier: u16,
    sequence: u16,
    /// Sum over the message without its type, by its checksum: a reply has the same contents as its request.
    contents: u16,
}

impl<'a> Message<'a> {
    /// The message in a transport header, if it is one.
    pub(crate) fn of(transport: &Transport<'a>) -> Option<Self> {
        let Header::Icmp { kind, code, checksum, rest, echo } = transport.header else { return None };
        let (protocol, body) = (transport.protocol, transport.payload.bytes);
        Some(Self { protocol, kind, code, checksum, rest, echo, body })
    }

    /// The echo that the message asks for.
    pub(super) fn asks(&self, net: &Net) -> Option<Echo> {
        let asks = matches!((self.protocol, self.kind), (ICMP, 8) | (ICMPV6, 128));
        if asks { self.echo(net.source, net.destination) } else { None }
    }

    /// The echo that the message answers.
    pub(super) fn answers(&self, net: &Net) -> Option<Echo> {
        let answers = matches!((self.protocol, self.kind), (ICMP, 0) | (ICMPV6, 129));
        if answers { self.echo(net.destination, net.source) } else { None }
    }

    fn echo(&self, requester: IpAddr, responder: IpAddr) -> Option<Echo> {
        let (identifier, sequence) = self.echo?;
        let contents = without(!self.checksum?, u16::from(self.kind) << 8);
        Some(Echo { requester, responder, identifier, sequence, contents })
    }

    /// The next hop's MTU (RFC 1191 §4, RFC 4443 §3.2); 0 from routers older than that.
    pub(super) fn mtu_bytes(&self) -> Option<u32> {
        match (self.protocol, self.kind, self.code) {
            (ICMP, 3, 4) => self.rest.map(|rest| rest & 0xffff),
            (ICMPV6, 2, _) => self.rest,
            _ => None,
        }
    }

    /// The better first hop that a redirect names (RFC 792, RFC 4861 §4.5).
    pub(super) fn gateway(&self) -> Option<IpAddr> {
        match (self.protocol, self.kind) {
            (ICMP, 5) => self.rest.map(|rest| Ipv4Addr::from_bits(rest).into()),
            (ICMPV6, 137) => self.address(),
            _ => None,
        }
    }

    /// The address that a neighbour solicitation or advertisement is about (RFC 4861 §4.3, §4.4).
    pub(crate) fn target(&self) -> Option<IpAddr> {
        if matches!((self.protocol, self.kind), (ICMPV6, 135 | 136)) { self.address() } else { None }
    }

    fn address(&self) -> Option<IpAddr> {
        self.body.first_chunk::<16>().map(|&octets| IpAddr::from(octets))
    }

    /// Names of type and code; `None` for a code that says nothing, or that is not known.
    pub(super) fn names(&self) -> (&'static str, Option<&'static str>) {
        if self.protocol == ICMP { names_of_icmp(self.kind, self.code) } else { names_of_icmpv6(self.kind, self.code) }
    }
}

/// One's complement difference, with one of the two zeros.
fn without(sum: u16, part: u16) -> u16 {
    let (difference, borrow) = sum.overflowing_sub(part);
    let difference = difference.wrapping_sub(u16::from(borrow));
    if difference == 0xffff { 0 } else { difference }
}

fn names_of_icmp(kind: u8, code: u8) -> (&'static str, Option<&'static str>) {
    match kind {
        0 => ("echo_reply", None),
        3 => ("destination_unreachable", unreachable_code(code)),
        4 => ("source_quench", None),
        5 => {
            ("redirect", ["network", "host", "network_and_service", "host_and_service"].get(usize::from(code)).copied())
        }
        8 => ("echo_request", None),
        9 => ("router_advertisement", None),
        10 => ("router_solicitation", None),
        11 => ("time_exceeded", ["ttl_exceeded", "reassembly_time_exceeded"].get(usize::from(code)).copied()),
        12 => ("parameter_problem", ["pointer", "missing_option", "bad_length"].get(usize::from(code)).copied()),
        13 => ("timestamp_request", None),
        14 => ("timestamp_reply", None),
        15 => ("information_request", None),
        16 => ("information_reply", None),
        17 => ("address_mask_request", None),
        18 => ("address_mask_reply", None),
        30 => ("traceroute", None),
        42 => ("extended_echo_request", None),
        43 => ("extended_echo_reply", None),
        _ => ("other", None),
    }
}

/// RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1.
fn unreachable_code(code: u8) -> Option<&'static str> {
    const CODES: [&str; 16] = [
        "network_unreachable",
        "host_unreachable",
        "protocol_unreachable",
        "port_unreachable",
        "fragmentation_needed",
        "source_route_failed",
        "network_unknown",
        "host_unknown",
        "source_isolated",
        "network_prohibited",
        "host_prohibited",
        "network_unreachable_for_service",
        "host_unreachable_for_service",
        "administratively_prohibited",
        "precedence_violation",
        "precedence_cutoff",
    ];
    CODES.get(usize::from(code)).copied()
}

fn names_of_icmpv6(kind: u8, code: u8) -> (&'static str, Option<&'static str>) {
    const UNREACHABLE: [&str; 8] = [
        "no_route",
        "administratively_prohibited",
        "beyond_scope",
        "address_unreachable",
        "port_unreachable",
        "source_policy",
        "reject_route",
        "source_route_failed",
    ];
    match kind {
        1 => ("destination_unreachable", UNREACHABLE.get(usize::from(code)).copied()),
        2 => ("packet_too_big", None),
        3 => ("time_exceeded", ["ttl_exceeded", "reassembly_time_exceeded"].get(usize::from(code)).copied()),
        4 => {
            let codes = ["header_field", "unknown_next_header", "unknown_option"];
            ("parameter_problem", codes.get(usize::from(code)).copied())
        }
        128 => ("echo_request", None),
        129 => ("echo_reply", None),
        130 => ("multicast_listener_query", None),
        131 => ("multicast_listener_report", None),
        132 => ("multicast_listener_done", None),
        133 => ("router_solicitation", None),
        134 => ("router_advertisement", None),
        135 => ("neighbor_solicitation", None),
        136 => ("neighbor_advertisement", None),
        137 => ("redirect", None),
        143 => ("multicast_listener_report_v2", None),
        155 => ("rpl_control", None),
        160 => ("extended_echo_request", None),
        161 => ("extended_echo_reply", None),
        _ => ("other", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(protocol: u8, kind: u8, checksum: u16) -> Message<'static> {
        Message { protocol, kind, code: 0, checksum: Some(checksum), rest: Some(0), echo: Some((1, 2)), body: &[] }
    }

    fn net(source: u8, destination: u8) -> Net {
        Net {
            source: [10, 0, 0, source].into(),
            destination: [10, 0, 0, destination].into(),
            ttl: 64,
            traffic_class: 0,
            id: 0,
            dont_fragment: false,
            fragmented: false,
            total_bytes: 28,
        }
    }

    /// A reply differs from its request in the type alone, by which the checksum differs too (RFC 1624).
    #[test]
    fn a_reply_is_of_the_same_echo_when_its_checksum_fits() {
        for (asked, answered) in [(0x1234, 0x1a34), (0xf7fe, 0xfffe), (0xf7ff, 0x0000), (0xf7ff, 0xffff)] {
            let asks = message(ICMP, 8, asked).asks(&net(1, 2));
            assert!(asks.is_some());
            assert_eq!(asks, message(ICMP, 0, answered).answers(&net(2, 1)), "{asked:04x}");
            assert_ne!(asks, message(ICMP, 0, answered ^ 0x40).answers(&net(2, 1)));
            assert_ne!(asks, message(ICMP, 0, answered).answers(&net(3, 1)));
        }
        let asks = message(ICMPV6, 128, 0x1234).asks(&net(1, 2));
        assert_eq!(asks, message(ICMPV6, 129, 0x1134).answers(&net(2, 1)));
        assert_eq!(message(ICMPV6, 8, 0x1234).asks(&net(1, 2)), None);
    }

    #[test]
    fn values_are_read_where_the_type_has_them() {
        let too_big = Message { rest: Some(0x0001_0578), code: 4, ..message(ICMP, 3, 0) };
        assert_eq!(too_big.mtu_bytes(), Some(1400));
        assert_eq!(too_big.names(), ("destination_unreachable", Some("fragmentation_needed")));
        assert_eq!(Message { rest: Some(70_000), ..message(ICMPV6, 2, 0) }.mtu_bytes(), Some(70_000));
        let redirect = Message { rest: Some(0x0a00_0001), ..message(ICMP, 5, 0) };
        assert_eq!(redirect.gateway(), Some([10, 0, 0, 1].into()));
        let solicitation = Message { body: &[7; 24], ..message(ICMPV6, 135, 0) };
        assert_eq!(solicitation.target(), Some([7; 16].into()));
        assert_eq!(Message { body: &[7; 15], ..solicitation }.target(), None);
    }
}
