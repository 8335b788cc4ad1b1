//! Puts IP datagrams together again from their fragments (RFC 791 §3.2, RFC 8200 §4.5), in bounded memory.
//!
//! The frame that completes a datagram is the one that carries it, as in Wireshark.

mod datagram;
mod history;
mod ranges;
mod table;

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use datagram::{Added, Datagram};
pub(crate) use history::History;
pub use table::FragmentedRow;

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

impl Key {
    fn of(fragment: &Fragment<'_>) -> Self {
        let Net { source, destination, .. } = fragment.net;
        Self { source, destination, protocol: fragment.protocol, id: fragment.id }
    }
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
        if !fragment.whole {
            // Cut by the snapshot length: its datagram cannot be put together.
            issues.note(IssueKind::FragmentIncomplete, 0, Some(frame_number), None);
            return None;
        }
        let key = Key::of(fragment);
        self.drop_stale(key, time_ns, issues);
        let datagram = self.waiting.entry(key).or_insert_with(|| {
            self.order.push_back((key, frame_number));
            self.used_bytes += OVERHEAD_BYTES;
            Datagram::new(frame_number, time_ns)
        });
        let before = datagram.used_bytes();
        let added = datagram.add(fragment);
        // A fragment that joins two ranges may make it smaller.
        self.used_bytes = self.used_bytes + datagram.used_bytes() - before;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::View;

    const SECOND_NS: i64 = 1_000_000_000;

    fn fragment(id: u32, offset_bytes: u32, more: bool) -> Fragment<'static> {
        const BYTES: [u8; 8] = [7; 8];
        let net = Net {
            source: [192, 0, 2, 1].into(),
            destination: [192, 0, 2, 2].into(),
            ttl: 64,
            traffic_class: 0,
            id: id as u16,
            dont_fragment: false,
            fragmented: true,
            total_bytes: 28,
        };
        Fragment { net, protocol: 17, id, offset_bytes, more, payload: View::new(&BYTES, BYTES.len()), whole: true }
    }

    fn count(issues: &Issues, wanted: IssueKind) -> u64 {
        issues.iter().filter(|(kind, ..)| *kind == wanted).map(|(.., issue)| issue.count).sum()
    }

    #[test]
    fn a_datagram_is_whole_with_its_last_fragment_in_any_order() {
        for order in [[0, 8, 16], [16, 8, 0], [8, 16, 0]] {
            let (mut reassembler, mut issues) = (Reassembler::new(1 << 20), Issues::default());
            let added = order.map(|at| reassembler.add(&fragment(1, at, at < 16), 1, 0, &mut issues));
            assert_eq!(added.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true]);
            assert_eq!(added[2].as_ref().map(|whole| whole.payload.len()), Some(24));
            assert_eq!(reassembler.used_bytes, 0);
            reassembler.finish(&mut issues);
            assert_eq!(issues.iter().count(), 0);
        }
    }

    #[test]
    fn fragments_too_far_apart_belong_to_different_datagrams() {
        for (apart_ns, whole) in [(TIMEOUT_NS, true), (TIMEOUT_NS + 1, false)] {
            let (mut reassembler, mut issues) = (Reassembler::new(1 << 20), Issues::default());
            reassembler.add(&fragment(1, 0, true), 1, 0, &mut issues);
            let last = reassembler.add(&fragment(1, 8, false), 2, apart_ns, &mut issues);
            assert_eq!(last.is_some(), whole);
            reassembler.finish(&mut issues);
            assert_eq!(count(&issues, IssueKind::FragmentIncomplete), if whole { 0 } else { 2 });
        }
    }

    #[test]
    fn one_that_was_cut_takes_no_part() {
        let (mut reassembler, mut issues) = (Reassembler::new(1 << 20), Issues::default());
        let cut = Fragment { whole: false, ..fragment(1, 0, true) };
        assert_eq!(reassembler.add(&cut, 1, 0, &mut issues), None);
        assert_eq!(reassembler.add(&fragment(1, 8, false), 2, 0, &mut issues), None);
        assert_eq!(count(&issues, IssueKind::FragmentIncomplete), 1);
    }

    #[test]
    fn the_oldest_give_way_when_memory_is_short() {
        let memory_bytes = 40 * OVERHEAD_BYTES;
        let (mut reassembler, mut issues) = (Reassembler::new(memory_bytes), Issues::default());
        for id in 0..10_000 {
            reassembler.add(&fragment(id, 0, true), u64::from(id), i64::from(id) * SECOND_NS / 1000, &mut issues);
            assert!(reassembler.used_bytes <= memory_bytes, "after {id}");
        }
        assert!(reassembler.order.len() <= 4 * reassembler.waiting.len() + 1024);
        let newest = reassembler.add(&fragment(9_999, 8, false), 10_000, 10 * SECOND_NS, &mut issues);
        assert!(newest.is_some());
        assert!(reassembler.add(&fragment(0, 8, false), 10_001, 10 * SECOND_NS, &mut issues).is_none());
        assert!(count(&issues, IssueKind::FragmentsEvicted) > 9_000);
    }
}
