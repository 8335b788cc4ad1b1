//! What receivers report of streams (RFC 3550 §6.4).

use std::net::IpAddr;

use arrayvec::ArrayVec;

use super::message;
use crate::protocols::follow::At;
use crate::protocols::pending::Pending;

/// Reports of a sender that are remembered for the answers of receivers.
const MOST_SENT: usize = 4;

/// Both hosts, the smaller first, and the stream.
type Key = (IpAddr, IpAddr, u32);

/// What was reported of one stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Reported {
    sent: ArrayVec<(u32, i64), MOST_SENT>,
    /// Reports of receivers.
    pub(super) count: u32,
    /// Packets lost in all, by the last report.
    pub(super) lost: Option<i32>,
    /// Largest share lost between two reports, in 1/256.
    pub(super) fraction_lost_max: u8,
    /// Largest jitter, in ticks of the timestamp.
    pub(super) jitter_max: u32,
    /// Round trips between the capture point and the receiver.
    pub(super) round_trips: u32,
    pub(super) round_trip_sum_ns: i64,
    pub(super) round_trip_max_ns: i64,
}

/// What was reported of all streams.
#[derive(Debug)]
pub(super) struct AllReported(Pending<Key, Reported>);

impl AllReported {
    pub(super) fn new(memory_bytes: usize) -> Self {
        Self(Pending::new(memory_bytes, 0))
    }

    /// What was reported of a stream between two hosts.
    pub(super) fn of(&self, one: IpAddr, other: IpAddr, ssrc: u32) -> Option<&Reported> {
        self.0.get(&key(one, other, ssrc))
    }

    /// Takes the reports in a datagram between two hosts.
    pub(super) fn take(&mut self, one: IpAddr, other: IpAddr, reports: &message::Reports, at: At) {
        if let Some(report) = reports.sender {
            let sent = &mut self.0.entry(key(one, other, report.ssrc)).sent;
            if sent.is_full() {
                sent.remove(0);
            }
            sent.push((report.sent, at.time_ns));
        }
        for block in &reports.blocks {
            self.0.entry(key(one, other, block.ssrc)).take(block, at);
        }
    }
}

impl Reported {
    fn take(&mut self, block: &message::Block, at: At) {
        self.count += 1;
        self.lost = Some(block.lost);
        self.fraction_lost_max = self.fraction_lost_max.max(block.fraction_lost);
        self.jitter_max = self.jitter_max.max(block.jitter);
        if let Some(&(_, sent_ns)) = self.sent.iter().rev().find(|(sent, _)| *sent == block.last_report) {
            let delay_ns = ((u64::from(block.delay) * 1_000_000_000) >> 16) as i64;
            self.round_trip(at.time_ns.saturating_sub(sent_ns).saturating_sub(delay_ns));
        }
    }

    /// The mean of its round trips.
    pub(super) fn round_trip_mean_ns(&self) -> Option<i64> {
        self.round_trip_sum_ns.checked_div(i64::from(self.round_trips))
    }

    /// Clocks of different rates can make it seem negative.
    fn round_trip(&mut self, round_trip_ns: i64) {
        let round_trip_ns = round_trip_ns.max(0);
        self.round_trips += 1;
        self.round_trip_sum_ns = self.round_trip_sum_ns.saturating_add(round_trip_ns);
        self.round_trip_max_ns = self.round_trip_max_ns.max(round_trip_ns);
    }
}

fn key(one: IpAddr, other: IpAddr, ssrc: u32) -> Key {
    (one.min(other), one.max(other), ssrc)
}
