//! One datagram that is being put together.

use super::Reassembled;
use super::ranges::{Covered, Ranges};
use crate::decode::{Fragment, Net};

/// The largest datagram: the offset field counts 13 bits of 8 bytes (RFC 791 §3.1).
const MAX_BYTES: usize = 65_535;

/// What a fragment did to its datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// It brought bytes that were missing.
    New,
    /// It brought bytes that were there already, wholly or in part. The first copy stays (RFC 5722 would drop all).
    Overlap,
    /// It contradicts the datagram's length and was left out.
    Refused,
}

/// A datagram with holes.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) first_frame: u64,
    pub(super) first_time_ns: i64,
    net: Option<Net>,
    bytes: Vec<u8>,
    filled: Ranges,
    total_bytes: Option<u32>,
}

impl Datagram {
    pub(super) fn new(first_frame: u64, first_time_ns: i64) -> Self {
        Self { first_frame, first_time_ns, net: None, bytes: Vec::new(), filled: Ranges::default(), total_bytes: None }
    }

    pub(super) fn used_bytes(&self) -> usize {
        self.bytes.len() + self.filled.heap_bytes()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.total_bytes.is_some_and(|total| self.filled.are_all_of(total))
    }

    pub(super) fn add(&mut self, fragment: &Fragment<'_>) -> Added {
        let start = fragment.offset_bytes;
        let end = start + fragment.payload.bytes.len() as u32;
        if end as usize > MAX_BYTES || start == end || self.total_bytes.is_some_and(|total| end > total) {
            return Added::Refused;
        }
        if !fragment.more {
            if self.filled.end() > end {
                return Added::Refused;
            }
            self.total_bytes = Some(end);
        }
        if self.net.is_none() || start == 0 {
            self.net = Some(fragment.net);
        }
        if self.bytes.len() < end as usize {
            self.bytes.resize(end as usize, 0);
        }
        self.fill(start, end, fragment.payload.bytes)
    }

    pub(super) fn into_reassembled(self, protocol: u8) -> Option<Reassembled> {
        let mut net = self.net?;
        net.total_bytes = self.bytes.len() as u32;
        Some(Reassembled { net, protocol, payload: self.bytes })
    }

    /// Copies what is missing of `start..end` from `bytes` and merges the range into the filled ones.
    fn fill(&mut self, start: u32, end: u32, bytes: &[u8]) -> Added {
        let mut at = start;
        for &(low, high) in self.filled.within(start, end) {
            copy(&mut self.bytes, start, at, low, bytes);
            at = at.max(high);
        }
        copy(&mut self.bytes, start, at, end, bytes);
        if self.filled.add(start, end) == Covered::Nothing { Added::New } else { Added::Overlap }
    }
}

/// Copies the part `from..to` of a fragment that begins at `start`.
fn copy(datagram: &mut [u8], start: u32, from: u32, to: u32, fragment: &[u8]) {
    let to = to.min(start + fragment.len() as u32);
    if from < to {
        let (from, to, start) = (from as usize, to as usize, start as usize);
        datagram[from..to].copy_from_slice(&fragment[from - start..to - start]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::View;

    fn fragment(offset_bytes: u32, more: bool, bytes: &[u8]) -> Fragment<'_> {
        let net = Net {
            source: [192, 0, 2, 1].into(),
            destination: [192, 0, 2, 2].into(),
            ttl: 64,
            traffic_class: 0,
            id: 1,
            dont_fragment: false,
            total_bytes: 0,
            fragmented: true,
        };
        Fragment { net, protocol: 17, id: 1, offset_bytes, more, whole: true, payload: View::new(bytes, bytes.len()) }
    }

    #[test]
    fn a_second_end_that_differs_is_refused() {
        let mut datagram = Datagram::new(1, 0);
        assert_eq!(datagram.add(&fragment(8, false, &[1; 8])), Added::New);
        assert_eq!(datagram.add(&fragment(16, false, &[2; 8])), Added::Refused);
        assert!(!datagram.is_whole());
    }

    proptest! {
        /// Against the obvious: a plain array of optional bytes, the first copy of each winning.
        #[test]
        fn fills_as_a_plain_array_would(parts in prop::collection::vec((0u32..12, 1usize..5, any::<u8>()), 1..24)) {
            let mut datagram = Datagram::new(1, 0);
            let mut plain = vec![None; 200];
            for (block, blocks, value) in parts {
                let bytes: Vec<u8> = (0..blocks * 8).map(|at| value.wrapping_add(at as u8)).collect();
                let start = block as usize * 8;
                let overlaps = plain[start..start + bytes.len()].iter().any(Option::is_some);
                let added = datagram.add(&fragment(block * 8, true, &bytes));
                prop_assert_eq!(added == Added::Overlap, overlaps);
                for (at, byte) in bytes.iter().enumerate() {
                    plain[start + at].get_or_insert(*byte);
                }
                let whole_to = plain.iter().position(Option::is_none).unwrap_or(200);
                prop_assert_eq!(datagram.filled.are_all_of(whole_to as u32), whole_to > 0 && plain[whole_to..].iter().all(Option::is_none));
            }
            for (at, byte) in plain.iter().enumerate().filter_map(|(at, byte)| Some((at, (*byte)?))) {
                prop_assert_eq!(datagram.bytes[at], byte);
            }
        }
    }
}
