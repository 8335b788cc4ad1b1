//! Puts IP datagrams together again from their fragments (RFC 791 §3.2, RFC 8200 §4.5), in bounded memory.
//!
//! The frame that completes a datagram is the one that carries it, as in Wireshark.

mod datagram;

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use datagram::{Added, Datagram};

use crate::decode::{Fragment, Net};
use crate::issue::{IssueKind, Issues};

/// A datagram's fragments further apart than this belong to different datagrams that share an identification
/// (RFC 8200 §4.5: 60 s; RFC 1122 §3.3.2: 60 to 120 s).
const TIMEOUT_NS: i64 = 60_000_000_000;
/// Room for the bookkeeping of one datagram beside its bytes.
const OVERHEAD_BYTES: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    id: u32,
}

/// A datagram that is whole again.
#[derive(Debug, PartialEq, Eq)]
pub struct Reassembled {
    /// The network header of the fragment that came first in the datagram, with the length of the whole.
    pub net: Net,
    /// Protocol of the payload.
    pub protocol: u8,
    /// The payload.
    pub payload: Vec<u8>,
}

/// Datagrams that wait for fragments.
pub struct Reassembler {
    waiting: HashMap<Key, Datagram>,
    /// Keys in order of first fragment, to let the oldest go first; some may be done already.
    order: VecDeque<(Key, u64)>,
    used_bytes: usize,
    memory_bytes: usize,
}

impl Reassembler {
    /// A reassembler that keeps at most `memory_bytes` waiting.
    pub fn new(memory_bytes: usize) -> Self {
        Self { waiting: HashMap::new(), order: VecDeque::new(), used_bytes: 0, memory_bytes }
    }

    /// Takes one fragment, and returns its datagram when that is whole.
    pub fn add(
        &mut self,
        fragment: &Fragment<'_>,
        frame_number: u64,
        time_ns: i64,
        issues: &mut Issues,
    ) -> Option<Reassembled> {
        if fragment.payload.bytes.len() < fragment.payload.wire_bytes {
            // Cut by the snapshot length: its datagram cannot be put together.
            issues.note(IssueKind::FragmentIncomplete, 0, Some(frame_number), None);
            return None;
        }
        let key = Key {
            source: fragment.net.source,
            destination: fragment.net.destination,
            protocol: fragment.protocol,
            id: fragment.id,
        };
        self.drop_stale(key, time_ns, issues);
        let datagram = self.waiting.entry(key).or_insert_with(|| {
            self.order.push_back((key, frame_number));
            self.used_bytes += OVERHEAD_BYTES;
            Datagram::new(frame_number, time_ns)
        });
        let before = datagram.used_bytes();
        let added = datagram.add(fragment);
        self.used_bytes += datagram.used_bytes() - before;
        if added == Added::Overlap {
            issues.note(IssueKind::FragmentOverlap, 0, Some(frame_number), None);
        }
        if datagram.is_whole() {
            return self.take(key)?.into_reassembled(fragment.protocol);
        }
        self.make_room(issues);
        None
    }

    /// Notes every datagram that is still not whole.
    pub fn finish(self, issues: &mut Issues) {
        let mut first_frames: Vec<u64> = self.waiting.values().map(|datagram| datagram.first_frame).collect();
        first_frames.sort_unstable(); // a map has no order, and results must
        for first_frame in first_frames {
            issues.note(IssueKind::FragmentIncomplete, 0, Some(first_frame), None);
        }
    }

    fn drop_stale(&mut self, key: Key, time_ns: i64, issues: &mut Issues) {
        let stale = |datagram: &Datagram| time_ns.saturating_sub(datagram.first_time_ns) > TIMEOUT_NS;
        if self.waiting.get(&key).is_some_and(stale)
            && let Some(datagram) = self.take(key)
        {
            issues.note(IssueKind::FragmentIncomplete, 0, Some(datagram.first_frame), None);
        }
    }

    fn take(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.waiting.remove(&key)?;
        self.used_bytes -= datagram.used_bytes() + OVERHEAD_BYTES;
        Some(datagram)
    }

    fn make_room(&mut self, issues: &mut Issues) {
        while self.used_bytes > self.memory_bytes || self.order.len() > 4 * self.waiting.len() + 1024 {
            let Some((key, first_frame)) = self.order.pop_front() else { return };
            if self.waiting.get(&key).is_none_or(|datagram| datagram.first_frame != first_frame) {
                continue; // done meanwhile
            }
            if self.used_bytes <= self.memory_bytes {
                self.order.push_back((key, first_frame));
                continue;
            }
            self.take(key);
            issues.note(IssueKind::FragmentsEvicted, 0, Some(first_frame), None);
        }
    }
}
