//! What is remembered of one flow.

use super::direction::{self, ClientReason};
use super::key::{Half, Key};
use crate::decode::{Header, Tcp, Transport, flags};

/// A packet as the flow tracker sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Number of its frame.
    pub frame_number: u64,
    /// Time, or that of the frame before where the file gives none.
    pub time_ns: i64,
    /// Length of its whole frame on the wire, as Wireshark counts conversations.
    pub wire_bytes: u32,
    /// Innermost VLAN identifier.
    pub vlan: Option<u16>,
}

/// State of one flow.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) key: Key,
    pub(super) number: u64,
    /// Index among the flows of TCP or of UDP.
    pub(super) stream: Option<u32>,
    pub(super) client: Half,
    pub(super) client_reason: ClientReason,
    pub(super) vlan: Option<u16>,
    pub(super) first_time_ns: i64,
    pub(super) last_time_ns: i64,
    pub(super) first_frame: u64,
    pub(super) last_frame: u64,
    pub(super) packets: [u64; 2],
    pub(super) wire_bytes: [u64; 2],
    pub(super) payload_bytes: [u64; 2],
    /// Initial sequence number of each TCP half, seen or inferred.
    initial_sequence: [Option<u32>; 2],
}

impl Flow {
    pub(super) fn new(
        number: u64,
        stream: Option<u32>,
        key: Key,
        sender: Half,
        transport: &Transport<'_>,
        seen: &Seen,
    ) -> Self {
        let (client, client_reason) = direction::client(&key, sender, transport);
        Self {
            key,
            number,
            stream,
            client,
            client_reason,
            vlan: seen.vlan,
            first_time_ns: seen.time_ns,
            last_time_ns: seen.time_ns,
            first_frame: seen.frame_number,
            last_frame: seen.frame_number,
            packets: [0; 2],
            wire_bytes: [0; 2],
            payload_bytes: [0; 2],
            initial_sequence: [None; 2],
        }
    }

    /// Whether `tcp` opens a connection of its own on the same ports: a SYN with another initial sequence number than the
    /// one its half is known to have. A half that has not sent anything yet never does.
    #[inline]
    pub(super) fn reopened_by(&self, sender: Half, tcp: &Tcp<'_>) -> bool {
        tcp.flags & (flags::SYN | flags::ACK) == flags::SYN
            && self.initial_sequence[sender as usize].is_some_and(|known| known != tcp.sequence)
    }

    /// Learns the initial sequence numbers. A quoted header tells none.
    #[inline]
    pub(super) fn learn_sequence(&mut self, sender: Half, tcp: &Tcp<'_>) {
        let syn = tcp.flags & flags::SYN != 0;
        let own = &mut self.initial_sequence[sender as usize];
        if syn || own.is_none() {
            *own = Some(if syn { tcp.sequence } else { tcp.sequence.wrapping_sub(1) });
        }
        let peer = &mut self.initial_sequence[sender.other() as usize];
        if peer.is_none() && tcp.flags & flags::ACK != 0 {
            *peer = Some(tcp.acknowledgement.wrapping_sub(1));
        }
    }

    /// Counts one packet.
    #[inline]
    pub(super) fn count(&mut self, sender: Half, transport: &Transport<'_>, seen: &Seen) {
        self.last_frame = seen.frame_number;
        self.first_time_ns = self.first_time_ns.min(seen.time_ns);
        self.last_time_ns = self.last_time_ns.max(seen.time_ns);
        let half = sender as usize;
        self.packets[half] += 1;
        self.wire_bytes[half] += u64::from(seen.wire_bytes);
        self.payload_bytes[half] += match transport.header {
            Header::Tcp(tcp) => u64::from(tcp.payload_bytes.unwrap_or(0)),
            _ => transport.payload.wire_bytes as u64,
        };
    }

    /// Packets of both halves.
    pub(super) fn all_packets(&self) -> u64 {
        self.packets[0] + self.packets[1]
    }
}
