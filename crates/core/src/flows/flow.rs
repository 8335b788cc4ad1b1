//! What is remembered of one flow.

use super::address::endpoint_text;
use super::direction::{self, ClientReason};
use super::key::{Half, Key, Words};
use crate::decode::{Header, Transport};
use crate::protocols::follow::{Ends, Follower};
use crate::protocols::tcp::{Connection, Identity};
use crate::protocols::turns::Turns;

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
    /// Whether an ICMP error in the frame says that the packet it quotes is too large.
    pub too_large: bool,
}

/// State of one flow. What every packet needs stands together, since a flow is seldom at hand when its next packet comes.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Flow {
    /// The key once more, where it has this form.
    pub(super) words: Option<Words>,
    pub(super) client: Half,
    pub(super) client_reason: ClientReason,
    pub(super) vlan: Option<u16>,
    /// Index among the flows of TCP or of UDP.
    pub(super) stream: Option<u32>,
    pub(super) number: u64,
    /// What TCP remembers, for a flow of TCP.
    pub(super) tcp: Option<Box<Connection>>,
    /// What each end said in turn, from the first data of a connection on.
    pub(super) turns: Option<Box<Turns>>,
    /// What follows the protocol on top.
    pub(super) follower: Follower,
    pub(super) packets: [u64; 2],
    pub(super) wire_bytes: [u64; 2],
    pub(super) payload_bytes: [u64; 2],
    pub(super) last_frame: u64,
    pub(super) last_time_ns: i64,
    pub(super) first_time_ns: i64,
    pub(super) first_frame: u64,
    pub(super) key: Key,
    /// Memory that is accounted for it.
    pub(super) accounted_bytes: u32,
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
            words: key.words(),
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
            tcp: None,
            follower: Follower::None,
            turns: None,
            accounted_bytes: 0,
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

    /// What the tables of TCP need of it.
    pub(super) fn identity(&self, evicted: bool) -> Identity {
        let (first_frame, last_frame) = (self.first_frame, self.last_frame);
        Identity {
            flow: self.number,
            stream: self.stream.unwrap_or(0),
            client: endpoint_text(self.key.end(self.client)),
            server: endpoint_text(self.key.end(self.client.other())),
            first_frame,
            last_frame,
            evicted,
        }
    }

    /// What a protocol on top needs of it.
    pub(super) fn ends(&self) -> Ends {
        let (client, server) = (self.key.end(self.client), self.key.end(self.client.other()));
        Ends { flow: self.number, stream: self.stream.unwrap_or(0), client, server }
    }

    /// Memory in bytes, its place in the map included.
    pub(super) fn bytes(&self) -> usize {
        const PLACE_BYTES: usize = 2 * (size_of::<u32>() + 1);
        size_of::<Self>()
            + PLACE_BYTES
            + self.follower.bytes()
            + self.turns.as_ref().map_or(0, |_| size_of::<Turns>())
            + self.tcp.as_ref().map_or(0, |connection| connection.bytes())
    }

    /// Whether it is a connection that is over, but not yet written.
    pub(super) fn is_over(&self) -> bool {
        self.tcp.as_ref().is_some_and(|connection| connection.can_retire())
    }

    /// Packets of both halves.
    pub(super) fn all_packets(&self) -> u64 {
        self.packets[0] + self.packets[1]
    }
}
