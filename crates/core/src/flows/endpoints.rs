//! Hosts, added up from the flows that are done.

use std::net::IpAddr;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::address::{AddressText, address_text};
use super::flow::Flow;
use super::key::Half;
use crate::issue::{IssueKind, Issues};
use crate::tables::{Sink, TableWriter, table};

table! {
    /// An address that sent or received packets of flows; a packet in a tunnel counts for the addresses of each of its
    /// transport headers.
    "endpoints" EndpointRow {
        /// IPv4 or IPv6 address.
        address: AddressText,
        /// Flows that it takes part in.
        flows: u64 ["flows"],
        /// Packets that it sent.
        sent_packets: u64 ["packets"],
        /// Bytes of their frames on the wire.
        sent_bytes: u64 ["bytes"],
        /// Packets that it received.
        received_packets: u64 ["packets"],
        /// Bytes of their frames on the wire.
        received_bytes: u64 ["bytes"],
        /// Earliest time of its packets, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Latest time of its packets, since 1970 UTC.
        last_time_ns: i64 ["ns"],
    }
}

struct Counters {
    flows: u64,
    sent_packets: u64,
    sent_bytes: u64,
    received_packets: u64,
    received_bytes: u64,
    first_time_ns: i64,
    last_time_ns: i64,
}

/// Counters by address, in bounded memory.
pub(super) struct Endpoints {
    counters: HashMap<IpAddr, Counters, RandomState>,
    most: usize,
}

impl Endpoints {
    /// Room for one address, map included.
    const BYTES: usize = 160;

    pub(super) fn new(memory_bytes: usize) -> Self {
        Self { counters: HashMap::default(), most: (memory_bytes / Self::BYTES).max(1024) }
    }

    /// Adds a finished flow to both of its ends.
    pub(super) fn add(&mut self, flow: &Flow, issues: &mut Issues) {
        self.add_end(flow, Half::Low, issues);
        if flow.key.low.address != flow.key.high.address {
            self.add_end(flow, Half::High, issues);
        }
    }

    /// Writes the table, those with most bytes first.
    pub(super) fn write(self, sink: &mut impl Sink) {
        let mut all: Vec<(IpAddr, Counters)> = self.counters.into_iter().collect();
        all.sort_unstable_by_key(|(address, counters)| {
            (std::cmp::Reverse(counters.sent_bytes + counters.received_bytes), *address)
        });
        let mut writer = TableWriter::default();
        for (address, counters) in all {
            writer.push(row(address, &counters), sink);
        }
        writer.flush(sink);
    }

    fn add_end(&mut self, flow: &Flow, half: Half, issues: &mut Issues) {
        let address = flow.key.end(half).address;
        if self.counters.len() >= self.most && !self.counters.contains_key(&address) {
            issues.note(IssueKind::EndpointsNotListed, 0, Some(flow.first_frame), None);
            return;
        }
        let (own, peer) = (half as usize, half.other() as usize);
        let both = if flow.key.low.address == flow.key.high.address { [own, peer] } else { [own, own] };
        let entry = self.counters.entry(address).or_insert(Counters {
            flows: 0,
            sent_packets: 0,
            sent_bytes: 0,
            received_packets: 0,
            received_bytes: 0,
            first_time_ns: i64::MAX,
            last_time_ns: i64::MIN,
        });
        entry.flows += 1;
        entry.first_time_ns = entry.first_time_ns.min(flow.first_time_ns);
        entry.last_time_ns = entry.last_time_ns.max(flow.last_time_ns);
        let to_itself = both[0] != both[1];
        entry.sent_packets += flow.packets[own] + if to_itself { flow.packets[peer] } else { 0 };
        entry.sent_bytes += flow.wire_bytes[own] + if to_itself { flow.wire_bytes[peer] } else { 0 };
        entry.received_packets += flow.packets[peer] + if to_itself { flow.packets[own] } else { 0 };
        entry.received_bytes += flow.wire_bytes[peer] + if to_itself { flow.wire_bytes[own] } else { 0 };
    }
}

fn row(address: IpAddr, counters: &Counters) -> EndpointRow {
    EndpointRow {
        address: address_text(address),
        flows: counters.flows,
        sent_packets: counters.sent_packets,
        sent_bytes: counters.sent_bytes,
        received_packets: counters.received_packets,
        received_bytes: counters.received_bytes,
        first_time_ns: counters.first_time_ns,
        last_time_ns: counters.last_time_ns,
    }
}
