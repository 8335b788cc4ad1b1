//! One datagram that is being put together.

use super::Reassembled;
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
    /// Ranges that are filled: sorted, apart from each other, none empty.
    filled: Vec<(u32, u32)>,
    total_bytes: Option<u32>,
}

impl Datagram {
    pub(super) fn new(first_frame: u64, first_time_ns: i64) -> Self {
        Self { first_frame, first_time_ns, net: None, bytes: Vec::new(), filled: Vec::new(), total_bytes: None }
    }

    pub(super) fn used_bytes(&self) -> usize {
        self.bytes.len() + self.filled.len() * size_of::<(u32, u32)>()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.total_bytes.is_some_and(|total| self.filled.first().is_some_and(|&range| range == (0, total)))
    }

    pub(super) fn add(&mut self, fragment: &Fragment<'_>) -> Added {
        let start = fragment.offset_bytes;
        let end = start + fragment.payload.bytes.len() as u32;
        if end as usize > MAX_BYTES || start == end || self.total_bytes.is_some_and(|total| end > total) {
            return Added::Refused;
        }
        if !fragment.more {
            if self.filled.last().is_some_and(|&(_, filled)| filled > end) {
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
        let mut overlap = false;
        for &(low, high) in self.filled.iter().filter(|&&(low, high)| low < end && high > start) {
            overlap = true;
            copy(&mut self.bytes, start, at, low, bytes);
            at = at.max(high);
        }
        copy(&mut self.bytes, start, at, end, bytes);
        let (mut low, mut high) = (start, end);
        self.filled.retain(|&(other_low, other_high)| {
            let apart = other_high < low || other_low > high;
            if !apart {
                (low, high) = (low.min(other_low), high.max(other_high));
            }
            apart
        });
        let place = self.filled.partition_point(|&(other_low, _)| other_low < low);
        self.filled.insert(place, (low, high));
        if overlap { Added::Overlap } else { Added::New }
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
