//! What became of each datagram in fragments. By their headers alone, so that cut fragments count.

use super::ranges::{Covered, Ranges};
use super::table::FragmentedRow;
use super::{Key, TIMEOUT_NS};
use crate::decode::Fragment;
use crate::flows::{Endpoint, Flows, Key as FlowKey, Seen, address_text, end_text, has_ports, protocol_name};
use crate::issue::{IssueKind, Issues};
use crate::protocols::pending::Pending;
use crate::tables::{Sink, TableWriter};

/// So long after a datagram was complete, a fragment of it is a copy and no new datagram.
const COPIES_NS: i64 = 1_000_000_000;
/// A datagram in more pieces apart from each other is not put together further: the least MTU makes at most half as many.
const MOST_RANGES: usize = 256;
/// Every host and link takes packets of this length whole (RFC 791 §3.2).
const LEAST_MTU: u32 = 68;

/// What came of one datagram.
#[derive(Debug, Default)]
struct Datagram {
    ports: Option<(u16, u16)>,
    flow: Option<(u64, Option<u32>)>,
    came: Ranges,
    total_bytes: Option<u32>,
    latest_offset: u32,
    fragments: u32,
    duplicates: u32,
    overlaps: u32,
    contradictions: u32,
    reordered: u32,
    tiny: u32,
    first_came: bool,
    first: (u64, i64),
    last: (u64, i64),
    complete: Option<(u64, i64)>,
}

impl Datagram {
    fn new(seen: &Seen) -> Self {
        Self { first: (seen.frame_number, seen.time_ns), ..Self::default() }
    }

    /// Whether a fragment at `time_ns` belongs to another datagram with the same identification.
    fn is_over(&self, time_ns: i64) -> bool {
        match self.complete {
            Some(_) => time_ns.saturating_sub(self.last.1) > COPIES_NS,
            None => time_ns.saturating_sub(self.first.1) > TIMEOUT_NS,
        }
    }

    fn add(&mut self, fragment: &Fragment<'_>, seen: &Seen) {
        let (start, bytes) = (fragment.offset_bytes, fragment.payload.wire_bytes as u32);
        let end = start.saturating_add(bytes);
        self.last = (seen.frame_number, seen.time_ns);
        self.fragments += 1;
        self.reordered += u32::from(start < self.latest_offset);
        self.latest_offset = self.latest_offset.max(start);
        self.tiny += u32::from(is_tiny(fragment));
        if start == 0 {
            self.first_came = true;
            self.ports = self.ports.or_else(|| ports(fragment));
        }
        let total = if fragment.more { self.total_bytes } else { Some(self.total_bytes.unwrap_or(end)) };
        let contradicts =
            total.is_some_and(|total| end > total || self.came.end() > total || !fragment.more && end != total);
        if contradicts || bytes == 0 || self.came.len() >= MOST_RANGES {
            self.contradictions += 1;
            return;
        }
        self.total_bytes = total;
        match self.came.add(start, end) {
            Covered::Nothing => {}
            Covered::Part => self.overlaps += 1,
            Covered::All => self.duplicates += 1,
        }
        if total.is_some_and(|total| self.came.are_all_of(total)) {
            self.complete.get_or_insert(self.last);
        }
    }

    fn row(&self, key: &Key) -> FragmentedRow {
        let end = |address, port: Option<u16>| match port {
            Some(port) => end_text(Endpoint { address, port }, key.protocol),
            None => address_text(address),
        };
        FragmentedRow {
            flow: self.flow.map(|(flow, _)| flow),
            stream: self.flow.and_then(|(_, stream)| stream),
            source: end(key.source, self.ports.map(|ports| ports.0)),
            destination: end(key.destination, self.ports.map(|ports| ports.1)),
            protocol: protocol_name(key.protocol),
            id: key.id,
            state: if self.complete.is_some() { "complete" } else { "incomplete" },
            fragments: self.fragments,
            duplicate_fragments: self.duplicates,
            overlapping_fragments: self.overlaps,
            contradicting_fragments: self.contradictions,
            reordered_fragments: self.reordered,
            tiny_fragments: self.tiny,
            bytes: self.came.bytes(),
            total_bytes: self.total_bytes,
            first_came: self.first_came,
            last_came: self.total_bytes.is_some(),
            first_frame: self.first.0,
            last_frame: self.last.0,
            complete_frame: self.complete.map(|(frame, _)| frame),
            first_time_ns: self.first.1,
            last_time_ns: self.last.1,
            complete_after_ns: self.complete.map(|(_, time_ns)| time_ns.saturating_sub(self.first.1)),
        }
    }

    /// Looks its flow up, if its ports are known.
    fn find_flow(&mut self, key: &Key, flows: &Flows) {
        if let (None, Some((source_port, destination_port))) = (self.flow, self.ports) {
            let source = Endpoint { address: key.source, port: source_port };
            let destination = Endpoint { address: key.destination, port: destination_port };
            self.flow = flows.known(&FlowKey::between(source, destination, key.protocol).0);
        }
    }
}

/// Datagrams in fragments that may still get some.
pub(crate) struct History {
    open: Pending<Key, (Key, Datagram)>,
    writer: TableWriter<FragmentedRow>,
}

impl History {
    /// A history that keeps at most `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self { open: Pending::new(memory_bytes, MOST_RANGES * size_of::<(u32, u32)>()), writer: TableWriter::default() }
    }

    /// Takes a fragment. The flows know its datagram if it is whole now.
    pub(crate) fn fragment(
        &mut self,
        fragment: &Fragment<'_>,
        seen: &Seen,
        flows: &Flows,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) {
        while let Some(over) = self.open.pop_if(|(_, datagram)| datagram.is_over(seen.time_ns)) {
            self.write(over, flows, sink);
        }
        let key = Key::of(fragment);
        if self.open.get(&key).is_some_and(|(_, datagram)| datagram.is_over(seen.time_ns))
            && let Some(over) = self.open.remove(&key)
        {
            self.write(over, flows, sink);
        }
        if let Some((_, datagram)) = self.open.get_mut(&key) {
            datagram.add(fragment, seen);
            return datagram.find_flow(&key, flows);
        }
        let mut datagram = Datagram::new(seen);
        datagram.add(fragment, seen);
        if let Some(oldest) = self.open.insert(key, (key, datagram)) {
            if oldest.1.complete.is_none() {
                issues.note(IssueKind::ExchangesEvicted, 0, Some(oldest.1.first.0), None);
            }
            self.write(oldest, flows, sink);
        }
    }

    /// Writes out all that is left.
    pub(crate) fn finish(&mut self, flows: &Flows, sink: &mut impl Sink) {
        while let Some(left) = self.open.pop_if(|_| true) {
            self.write(left, flows, sink);
        }
        self.writer.flush(sink);
    }

    fn write(&mut self, (key, mut datagram): (Key, Datagram), flows: &Flows, sink: &mut impl Sink) {
        datagram.find_flow(&key, flows);
        self.writer.push(datagram.row(&key), sink);
    }
}

fn is_tiny(fragment: &Fragment<'_>) -> bool {
    let transport_header_bytes = match fragment.protocol {
        6 => 20,
        1 | 17 | 58 => 8,
        _ => 0,
    };
    let cut_header = fragment.offset_bytes == 0 && fragment.payload.wire_bytes < transport_header_bytes;
    fragment.more && (fragment.net.total_bytes < LEAST_MTU || cut_header)
}

/// The ports in a first fragment; zeros for a protocol that has none.
fn ports(fragment: &Fragment<'_>) -> Option<(u16, u16)> {
    if !has_ports(fragment.protocol) {
        return Some((0, 0));
    }
    fragment.payload.u16(0).zip(fragment.payload.u16(2))
}
