//! All open flows, in bounded memory.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::endpoints::Endpoints;
use super::flow::{Flow, Seen};
use super::key::{Half, Key};
use super::table::FlowRow;
use crate::decode::{Header, Transport};
use crate::issue::{IssueKind, Issues};
use crate::tables::{Sink, TableWriter};

/// Memory of one flow: its state, its place in the map, and the map's slack.
const BYTES_PER_FLOW: usize = size_of::<Flow>() + 2 * (size_of::<u32>() + 1);
/// The share of flows let go at once when there is no more room, so that finding the oldest costs little per flow.
const EVICTED_SHARE: usize = 8;

/// Which flow a packet belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of the flow.
    pub flow: u64,
    /// Index among the flows of TCP or of UDP.
    pub stream: Option<u32>,
    /// Whether the client sent it.
    pub from_client: bool,
    /// Whether it is the first packet of the flow.
    pub new: bool,
}

/// Tracks flows. When the budget is used up, those that were quiet longest are written out and forgotten.
pub struct Flows {
    open: Vec<Flow>,
    /// Index into `open` of the latest flow with a key.
    index: HashTable<u32>,
    hasher: RandomState,
    most: usize,
    next_number: u64,
    next_tcp_stream: u32,
    next_udp_stream: u32,
    endpoints: Endpoints,
    writer: TableWriter<FlowRow>,
}

impl Flows {
    /// A tracker that stays within `memory_bytes`.
    pub fn new(memory_bytes: usize) -> Self {
        let endpoints = memory_bytes / 8;
        Self {
            open: Vec::new(),
            index: HashTable::new(),
            hasher: RandomState::default(),
            most: ((memory_bytes - endpoints) / BYTES_PER_FLOW).clamp(64, u32::MAX as usize),
            next_number: 0,
            next_tcp_stream: 0,
            next_udp_stream: 0,
            endpoints: Endpoints::new(endpoints),
            writer: TableWriter::default(),
        }
    }

    /// Takes one packet. A quoted one finds or opens its flow, as in Wireshark, but is not counted.
    #[inline]
    pub fn observe(
        &mut self,
        transport: &Transport<'_>,
        seen: &Seen,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) -> Found {
        let (key, sender) = Key::of(transport);
        let (at, new) = self.find(key, sender, transport, seen, issues, sink);
        let flow = &mut self.open[at];
        if !transport.quoted {
            if let Header::Tcp(tcp) = &transport.header {
                flow.learn_sequence(sender, tcp);
            }
            flow.count(sender, transport, seen);
        }
        Found { flow: flow.number, stream: flow.stream, from_client: flow.client == sender, new }
    }

    /// Writes out all that is open, and the endpoints.
    pub fn finish(mut self, issues: &mut Issues, sink: &mut impl Sink) {
        let mut flows = std::mem::take(&mut self.open);
        flows.sort_unstable_by_key(|flow| flow.number);
        for flow in &flows {
            self.write(flow, false, issues, sink);
        }
        self.writer.flush(sink);
        self.endpoints.write(sink);
    }

    #[inline]
    fn find(
        &mut self,
        key: Key,
        sender: Half,
        transport: &Transport<'_>,
        seen: &Seen,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) -> (usize, bool) {
        let hash = key.hash(&self.hasher);
        if let Some(&at) = self.index.find(hash, |&at| self.open[at as usize].key == key) {
            let at = at as usize;
            if let Header::Tcp(tcp) = &transport.header
                && self.open[at].reopened_by(sender, tcp)
            {
                let fresh = self.begin(key, sender, transport, seen);
                let done = std::mem::replace(&mut self.open[at], fresh);
                self.write(&done, false, issues, sink);
                return (at, true);
            }
            return (at, false);
        }
        if self.open.len() >= self.most {
            self.evict(issues, sink);
        }
        let flow = self.begin(key, sender, transport, seen);
        self.open.push(flow);
        let at = self.open.len() - 1;
        self.insert(hash, at);
        (at, true)
    }

    fn begin(&mut self, key: Key, sender: Half, transport: &Transport<'_>, seen: &Seen) -> Flow {
        let number = self.next_number;
        self.next_number += 1;
        let counter = match transport.protocol {
            6 => Some(&mut self.next_tcp_stream),
            17 => Some(&mut self.next_udp_stream),
            _ => None,
        };
        let stream = counter.map(|next| {
            *next = next.wrapping_add(1);
            next.wrapping_sub(1)
        });
        Flow::new(number, stream, key, sender, transport, seen)
    }

    fn insert(&mut self, hash: u64, at: usize) {
        let (flows, hasher) = (&self.open, &self.hasher);
        let rehash = |&at: &u32| flows[at as usize].key.hash(hasher);
        if let Entry::Vacant(place) = self.index.entry(hash, |_| false, rehash) {
            place.insert(at as u32);
        }
    }

    /// Lets go of the flows that were quiet longest.
    fn evict(&mut self, issues: &mut Issues, sink: &mut impl Sink) {
        let count = (self.open.len() / EVICTED_SHARE).max(1);
        self.open.select_nth_unstable_by_key(count - 1, |flow| flow.last_frame);
        let mut gone: Vec<Flow> = self.open.drain(..count).collect();
        gone.sort_unstable_by_key(|flow| flow.number);
        for flow in &gone {
            if flow.all_packets() == 1 {
                issues.note(IssueKind::FlowsNotListed, 0, Some(flow.first_frame), None);
                self.endpoints.add(flow, issues);
            } else {
                issues.note(IssueKind::FlowsEvicted, 0, Some(flow.last_frame), None);
                self.write(flow, true, issues, sink);
            }
        }
        self.index.clear();
        for at in 0..self.open.len() {
            let hash = self.open[at].key.hash(&self.hasher);
            self.insert(hash, at);
        }
    }

    /// A flow that only quoted packets opened has no packets of its own, and no row.
    fn write(&mut self, flow: &Flow, evicted: bool, issues: &mut Issues, sink: &mut impl Sink) {
        if flow.all_packets() > 0 {
            self.endpoints.add(flow, issues);
            self.writer.push(&FlowRow::new(flow, evicted), sink);
        }
    }
}
