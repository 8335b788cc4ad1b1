//! The table `flows`.

use std::borrow::Cow;

use super::address::{AddressText, address_text, ported_text};
use super::flow::Flow;
use super::key::Endpoint;
use crate::tables::table;

table! {
    /// A flow: all packets between two ends over one transport protocol. A TCP connection that reuses the ports of an
    /// earlier one is a flow of its own.
    "flows" FlowRow {
        /// Number of the flow, from 0, in order of first packet.
        flow: u64,
        /// Transport protocol: tcp, udp, icmp, icmpv6, sctp, …, or ip_N.
        protocol: Cow<'static, str>,
        /// Index among the flows of TCP, or among those of UDP, as Wireshark counts tcp.stream; NULL for others.
        stream: Option<u32>,
        /// Client as address:port, an IPv6 address in brackets; the address alone where the protocol has no ports.
        client: AddressText,
        /// Server in the same form.
        server: AddressText,
        /// Address of the client.
        client_address: AddressText,
        /// Port of the client; NULL where the protocol has none.
        client_port: Option<u16>,
        /// Address of the server.
        server_address: AddressText,
        /// Port of the server; NULL where the protocol has none.
        server_port: Option<u16>,
        /// How the client is known: request (it sent the SYN or echo request), syn_ack (its peer answered with SYN-ACK),
        /// port (its peer has the port of a service), first_packet (it sent first, and nothing better is known).
        client_reason: &'static str,
        /// Innermost VLAN of its first packet.
        vlan: Option<u16>,
        /// Earliest time of its packets, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Latest time of its packets, since 1970 UTC.
        last_time_ns: i64 ["ns"],
        /// Latest less earliest time.
        duration_ns: i64 ["ns"],
        /// Number of its first frame.
        first_frame: u64,
        /// Number of its last frame.
        last_frame: u64,
        /// Packets that the client sent.
        client_packets: u64 ["packets"],
        /// Packets that the server sent.
        server_packets: u64 ["packets"],
        /// Bytes of the client's frames on the wire.
        client_wire_bytes: u64 ["bytes"],
        /// Bytes of the server's frames on the wire.
        server_wire_bytes: u64 ["bytes"],
        /// Payload that the client sent, repeated bytes included.
        client_payload_bytes: u64 ["bytes"],
        /// Payload that the server sent, repeated bytes included.
        server_payload_bytes: u64 ["bytes"],
        /// Whether it was let go before the end of the capture to stay within the memory budget; later packets of it then
        /// make a row of their own.
        evicted: bool,
    }
}

impl FlowRow {
    pub(super) fn new(flow: &Flow, evicted: bool) -> Self {
        let (client, server) = (flow.client, flow.client.other());
        let (client_end, server_end) = (flow.key.end(client), flow.key.end(server));
        let ported = has_ports(flow.key.protocol);
        let (c, s) = (client as usize, server as usize);
        Self {
            flow: flow.number,
            protocol: protocol_name(flow.key.protocol),
            stream: flow.stream,
            client: end_text(client_end, flow.key.protocol),
            server: end_text(server_end, flow.key.protocol),
            client_address: address_text(client_end.address),
            client_port: ported.then_some(client_end.port),
            server_address: address_text(server_end.address),
            server_port: ported.then_some(server_end.port),
            client_reason: flow.client_reason.name(),
            vlan: flow.vlan,
            first_time_ns: flow.first_time_ns,
            last_time_ns: flow.last_time_ns,
            duration_ns: flow.last_time_ns.saturating_sub(flow.first_time_ns),
            first_frame: flow.first_frame,
            last_frame: flow.last_frame,
            client_packets: flow.packets[c],
            server_packets: flow.packets[s],
            client_wire_bytes: flow.wire_bytes[c],
            server_wire_bytes: flow.wire_bytes[s],
            client_payload_bytes: flow.payload_bytes[c],
            server_payload_bytes: flow.payload_bytes[s],
            evicted,
        }
    }
}

/// Whether the protocol has ports: TCP, UDP, DCCP, SCTP, UDP-Lite.
pub(crate) fn has_ports(protocol: u8) -> bool {
    matches!(protocol, 6 | 17 | 33 | 132 | 136)
}

/// An end as tables show it: address:port, an IPv6 address in brackets, or the address alone where there are no ports.
pub(crate) fn end_text(end: Endpoint, protocol: u8) -> AddressText {
    ported_text(end, has_ports(protocol))
}

/// The protocol as tables show it.
pub(crate) fn protocol_name(protocol: u8) -> Cow<'static, str> {
    let name = match protocol {
        1 => "icmp",
        2 => "igmp",
        6 => "tcp",
        17 => "udp",
        33 => "dccp",
        46 => "rsvp",
        50 => "esp",
        58 => "icmpv6",
        88 => "eigrp",
        89 => "ospf",
        103 => "pim",
        112 => "vrrp",
        132 => "sctp",
        136 => "udplite",
        other => return format!("ip_{other}").into(),
    };
    name.into()
}
