//! Which end is the client, and how that is known.

use super::key::{Half, Key};
use crate::decode::{Header, Transport, flags};

/// How the client of a flow is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientReason {
    /// It sent the SYN, or the echo request.
    Request,
    /// Its peer sent the SYN-ACK.
    SynAck,
    /// Its peer has the port of a service.
    Port,
    /// It sent the first packet; no better sign was there.
    FirstPacket,
}

impl ClientReason {
    /// The word used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::SynAck => "syn_ack",
            Self::Port => "port",
            Self::FirstPacket => "first_packet",
        }
    }
}

/// Ports from here on are given to clients by most hosts (RFC 6335 §6: from 49,152; Linux: from 32,768).
const EPHEMERAL: u16 = 32_768;
/// Ports below are assigned to services and need privileges on most hosts (RFC 6335 §6).
const SYSTEM: u16 = 1024;

/// Finds the client of a flow by its first packet.
pub(super) fn client(key: &Key, sender: Half, transport: &Transport<'_>) -> (Half, ClientReason) {
    match transport.header {
        Header::Tcp(tcp) if tcp.flags & (flags::SYN | flags::ACK) == flags::SYN => (sender, ClientReason::Request),
        Header::Tcp(tcp) if tcp.flags & flags::SYN != 0 => (sender.other(), ClientReason::SynAck),
        // Echo request of ICMP and ICMPv6; a reply comes from the one that was asked.
        Header::Icmp { kind: 8 | 128, .. } => (sender, ClientReason::Request),
        Header::Icmp { kind: 0, echo: Some(_), .. } | Header::Icmp { kind: 129, .. } => {
            (sender.other(), ClientReason::Request)
        }
        _ => by_port(key, sender),
    }
}

fn by_port(key: &Key, sender: Half) -> (Half, ClientReason) {
    let rank = |port: u16| match port {
        0 => 2,
        port if port < SYSTEM => 0,
        port if port < EPHEMERAL => 1,
        _ => 2,
    };
    match rank(key.low.port).cmp(&rank(key.high.port)) {
        std::cmp::Ordering::Less => (Half::High, ClientReason::Port),
        std::cmp::Ordering::Greater => (Half::Low, ClientReason::Port),
        std::cmp::Ordering::Equal => (sender, ClientReason::FirstPacket),
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::Endpoint;
    use super::*;

    fn key(low: u16, high: u16) -> Key {
        let end = |port| Endpoint { address: [192, 0, 2, 1].into(), port };
        Key { low: end(low), high: end(high), protocol: 17 }
    }

    #[test]
    fn the_system_port_is_the_server_even_when_it_speaks_first() {
        assert_eq!(by_port(&key(53, 40_000), Half::Low), (Half::High, ClientReason::Port));
        assert_eq!(by_port(&key(40_000, 53), Half::High), (Half::Low, ClientReason::Port));
    }

    #[test]
    fn a_registered_port_beats_an_ephemeral_one() {
        assert_eq!(by_port(&key(5432, 50_000), Half::Low), (Half::High, ClientReason::Port));
    }

    #[test]
    fn between_equals_the_first_sender_is_the_client() {
        assert_eq!(by_port(&key(5000, 5001), Half::High), (Half::High, ClientReason::FirstPacket));
        assert_eq!(by_port(&key(0, 0), Half::Low), (Half::Low, ClientReason::FirstPacket));
    }
}
