//! One direction of data: what was sent, what is missing, what the receiver has told.

use std::collections::VecDeque;

use super::history::{History, Told};
use super::owin::Owin;
use super::packet::Packet;
use super::round_trips::RoundTrips;
use super::rtt::Rtt;
use super::sequence::ORIGIN;

/// Segments that are followed one by one; in a larger flight the oldest are forgotten.
const MOST_SENT: usize = 2048;
/// Acknowledged segments that are remembered for late copies: some in any case, more while they are younger than a loop.
const LEAST_ACKED: usize = 16;
const MOST_ACKED: usize = 128;
/// Stacks hold an acknowledgement of less than two full segments back for so long at most, where the standard allows for 500 ms
/// (RFC 9293 §3.8.6.3).
const MOST_DELAYED_ACK_NS: i64 = 200_000_000;
/// Holes that are followed at once.
const MOST_HOLES: usize = 32;

/// A segment that was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) seq: u64,
    pub(super) end: u64,
    pub(super) last_ns: i64,
    pub(super) first_frame: u32,
    pub(super) last_frame: u32,
    pub(super) ip_id: u16,
    pub(super) ttl: u8,
    /// Whether an original was seen, not only a repeat that filled a hole.
    pub(super) original: bool,
    /// Whether its times may be measured by.
    timed: bool,
    pub(super) copies: u8,
}

impl Sent {
    /// How often it passed the capture point.
    pub(super) fn seen_copies(&self) -> u8 {
        if self.original { self.copies } else { self.copies - 1 }
    }
}

/// A segment without data, as far as copies of it are told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare {
    pub(super) numbers: (u64, u64, u16),
    pub(super) at_ns: i64,
    pub(super) ip_id: u16,
    pub(super) ttl: u8,
}

/// Bytes that later data has passed by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hole {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) opened_ns: i64,
    pub(super) opener_frame: u32,
    pub(super) opener_timestamp: Option<u32>,
    pub(super) opener_ip_id: u16,
}

/// What an acknowledgement did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Acked {
    /// Bytes newly acknowledged.
    pub(super) bytes: u64,
    /// Bytes of them that never passed the capture point.
    pub(super) missed_bytes: u64,
    /// A round trip of this leg.
    pub(super) rtt_ns: Option<i64>,
}

/// Recovery from a loss (RFC 6675, RFC 6298, RFC 8985).
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode {
    pub(super) label: super::label::Label,
    /// Up to where it is charged.
    pub(super) charged_ns: i64,
    /// It ends when this is acknowledged.
    pub(super) point: u64,
}

/// One direction of data.
#[derive(Debug, Clone)]
pub(super) struct Transfer {
    pub(super) begun: bool,
    /// First sequence number seen.
    pub(super) first: u64,
    /// Highest end of a segment seen.
    pub(super) max: u64,
    /// When data was last sent, anew or again.
    pub(super) last_sent_ns: i64,
    pub(super) told: Told,
    pub(super) acked_ns: i64,
    /// Whether the newest of them acknowledged so much that it was sent at once (RFC 5681 §4.2).
    acked_at_once: bool,
    pub(super) ack_seen: bool,
    sent: VecDeque<Sent>,
    /// How many at the front of `sent` are acknowledged.
    acked: usize,
    pub(super) holes: Vec<Hole>,
    pub(super) history: History,
    pub(super) rtt: Rtt,
    pub(super) round_trips: RoundTrips,
    pub(super) owin: Owin,
    /// Since when the receiver or a hole shows that something is missing.
    pub(super) evidence_ns: Option<i64>,
    pub(super) highest_sacked: u64,
    pub(super) duplicate_acks: u32,
    /// The same whatever is in flight: in a row, how often three in a row, and all.
    pub(super) repeats: u16,
    pub(super) third_repeats: u16,
    pub(super) repeated_acks: u32,
    /// Sequence number behind the first FIN, 0 before.
    pub(super) fin_end: u64,
    /// How often the most repeated segment was sent.
    pub(super) most_copies: u8,
    pub(super) episode: Option<Episode>,
    /// Largest payload that was acknowledged after being sent once.
    pub(super) largest_passed_bytes: u32,
    /// How often IP identification followed the segment before, and how often not.
    id_follows: u16,
    id_breaks: u16,
    last_ip_id: u16,
    /// The last segment without data.
    last_bare: Option<Bare>,
    /// Sequence numbers that SYN and FIN took, and bytes that were acknowledged unseen.
    control_bytes: u64,
}

impl Default for Transfer {
    fn default() -> Self {
        Self {
            begun: false,
            first: ORIGIN,
            max: ORIGIN,
            last_sent_ns: i64::MIN,
            told: Told::default(),
            acked_ns: i64::MIN,
            acked_at_once: false,
            ack_seen: false,
            sent: VecDeque::new(),
            acked: 0,
            holes: Vec::new(),
            history: History::default(),
            rtt: Rtt::default(),
            round_trips: RoundTrips::default(),
            owin: Owin::default(),
            evidence_ns: None,
            highest_sacked: 0,
            duplicate_acks: 0,
            repeats: 0,
            third_repeats: 0,
            repeated_acks: 0,
            fin_end: 0,
            most_copies: 0,
            episode: None,
            largest_passed_bytes: 0,
            id_follows: 0,
            id_breaks: 0,
            last_ip_id: 0,
            last_bare: None,
            control_bytes: 0,
        }
    }
}

impl Transfer {
    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.sent.capacity() * size_of::<Sent>()
            + self.holes.capacity() * size_of::<Hole>()
            + self.history.bytes()
            + self.rtt.bytes()
            + self.round_trips.bytes()
    }

    /// As new, but with the memory of its lists.
    pub(super) fn clear(&mut self) {
        let (mut sent, mut holes, mut history) =
            (std::mem::take(&mut self.sent), std::mem::take(&mut self.holes), std::mem::take(&mut self.history));
        sent.clear();
        holes.clear();
        history.clear();
        *self = Self { sent, holes, history, ..Self::default() };
    }

    /// Begins at the first segment of the direction, or at what the peer acknowledges.
    pub(super) fn begin(&mut self, at: u64) {
        (self.begun, self.first, self.max) = (true, at, at);
        if !self.ack_seen {
            self.told = Told { una: at, edge: at };
        }
    }

    /// How long the path took at least to bring back the acknowledgement of all that was sent up to `asked_ns`, if it came after
    /// that and before `now_ns`, that is, before the answer. Once there is a FIN, the newest acknowledgement is that of the FIN.
    pub(super) fn acknowledged_within_ns(&self, asked_ns: i64, now_ns: i64) -> Option<i64> {
        let alone = self.in_flight() == 0 && self.fin_end == 0 && (asked_ns..now_ns).contains(&self.acked_ns);
        let held_ns = if self.acked_at_once { 0 } else { MOST_DELAYED_ACK_NS };
        alone.then(|| self.acked_ns.saturating_sub(asked_ns) - held_ns)
    }

    /// Bytes sent and not acknowledged.
    pub(super) fn in_flight(&self) -> u64 {
        self.max.saturating_sub(self.told.una)
    }

    /// Whether IP identification counts up within this direction, so that it tells the order of sending.
    pub(super) fn ids_count_up(&self) -> bool {
        self.id_follows >= 4 && self.id_breaks * 8 <= self.id_follows
    }

    /// Whether the packet was sent before the newest one, as its identification tells.
    pub(super) fn is_older_copy(&self, packet: &Packet<'_>) -> bool {
        self.ids_count_up() && packet.ip_id.wrapping_sub(self.last_ip_id) as i16 <= 0
    }

    /// Takes a segment without data, and returns the one before it.
    pub(super) fn bare(&mut self, packet: &Packet<'_>) -> Option<Bare> {
        let numbers = (packet.seq, packet.ack, packet.window);
        self.last_bare.replace(Bare { numbers, at_ns: packet.now_ns, ip_id: packet.ip_id, ttl: packet.ttl })
    }

    /// Takes new data at or beyond the highest end; returns whether it leaves a hole.
    pub(super) fn push(&mut self, packet: &Packet<'_>) -> bool {
        let gap = packet.seq > self.max;
        if gap {
            if self.holes.len() == MOST_HOLES {
                self.holes.remove(0);
            }
            self.holes.push(Hole {
                start: self.max,
                end: packet.seq,
                opened_ns: packet.now_ns,
                opener_frame: packet.frame,
                opener_timestamp: packet.timestamps.map(|(value, _)| value),
                opener_ip_id: packet.ip_id,
            });
        }
        if self.last_sent_ns != i64::MIN {
            let step = packet.ip_id.wrapping_sub(self.last_ip_id);
            let counter = if (1..=64).contains(&step) { &mut self.id_follows } else { &mut self.id_breaks };
            *counter = counter.saturating_add(1);
        }
        self.last_ip_id = packet.ip_id;
        self.control_bytes += packet.length() - u64::from(packet.payload_bytes);
        let seq = packet.seq.max(self.max);
        self.owin.sent(packet.end() - self.max, packet.now_ns);
        self.max = packet.end();
        self.remember(packet, seq, true);
        gap
    }

    /// Takes data that fills a hole, wholly or in part. `original` says that it was sent once and overtaken.
    pub(super) fn fill(&mut self, packet: &Packet<'_>, original: bool) {
        let (start, end) = (packet.seq, packet.end());
        let mut at = 0;
        while at < self.holes.len() {
            let hole = self.holes[at];
            if hole.start >= end || hole.end <= start {
                at += 1;
                continue;
            }
            self.holes.remove(at);
            for (low, high) in [(hole.start, start.max(hole.start)), (end.min(hole.end), hole.end)] {
                if low < high && self.holes.len() < MOST_HOLES {
                    self.holes.insert(at, Hole { start: low, end: high, ..hole });
                    at += 1;
                }
            }
        }
        self.remember(packet, start, original);
    }

    fn remember(&mut self, packet: &Packet<'_>, seq: u64, original: bool) {
        if self.sent.len() == MOST_SENT {
            self.sent.pop_front();
            self.acked = self.acked.saturating_sub(1);
        }
        let sent = Sent {
            seq,
            end: packet.end(),
            last_ns: packet.now_ns,
            first_frame: packet.frame,
            last_frame: packet.frame,
            ip_id: packet.ip_id,
            ttl: packet.ttl,
            original,
            timed: !packet.held,
            copies: if original { 1 } else { 2 },
        };
        self.most_copies = self.most_copies.max(sent.copies);
        if self.sent.back().is_none_or(|last| last.seq <= seq) {
            self.sent.push_back(sent);
        } else {
            let at = self.sent.partition_point(|other| other.seq < seq);
            self.sent.insert(at, sent);
            self.acked += usize::from(at < self.acked);
        }
    }

    /// Length of the data between a SYN that was seen and the FIN, if that was.
    pub(super) fn stream_bytes(&self) -> Option<u64> {
        self.fin_end.checked_sub(self.first + 2)
    }

    /// Payload seen at least once, from sequence numbers.
    pub(super) fn unique_bytes(&self) -> u64 {
        let holes: u64 = self.holes.iter().map(|hole| hole.end - hole.start).sum();
        let sent = if self.begun { self.max.saturating_sub(self.first) } else { 0 };
        sent.saturating_sub(holes + self.control_bytes)
    }

    /// The hole that `start..end` fills.
    pub(super) fn hole_at(&self, start: u64, end: u64) -> Option<&Hole> {
        self.holes.iter().find(|hole| hole.start < end && hole.end > start)
    }

    /// How many bytes of `start..end` were seen.
    pub(super) fn seen_bytes(&self, start: u64, end: u64) -> u64 {
        let end = end.min(self.max);
        let missing = |hole: &Hole| hole.end.min(end).saturating_sub(hole.start.max(start));
        end.saturating_sub(start).saturating_sub(self.holes.iter().map(missing).sum())
    }

    /// The segment that holds `seq`, if it is remembered.
    pub(super) fn sent_at(&mut self, seq: u64) -> Option<&mut Sent> {
        let after = self.sent.partition_point(|sent| sent.seq <= seq);
        let sent = self.sent.get_mut(after.checked_sub(1)?)?;
        (sent.end > seq).then_some(sent)
    }

    /// Cuts the segment that holds `seq` there: a large one is sent again in pieces.
    fn split(&mut self, seq: u64) {
        let at = self.sent.partition_point(|sent| sent.end <= seq);
        let Some(sent) = self.sent.get_mut(at).filter(|sent| sent.seq < seq) else { return };
        let rest = Sent { seq, ..*sent };
        sent.end = seq;
        self.sent.insert(at + 1, rest);
        self.acked += usize::from(at < self.acked);
    }

    /// Notes that `start..end` was sent again.
    pub(super) fn repeat(&mut self, packet: &Packet<'_>) {
        self.split(packet.seq);
        self.split(packet.end());
        let mut at = self.sent.partition_point(|sent| sent.end <= packet.seq);
        while let Some(sent) = self.sent.get_mut(at).filter(|sent| sent.seq < packet.end()) {
            sent.copies = sent.copies.saturating_add(1);
            self.most_copies = self.most_copies.max(sent.copies);
            (sent.last_ns, sent.last_frame, sent.ip_id) = (packet.now_ns, packet.frame, packet.ip_id);
            at += 1;
        }
    }

    /// Takes the first acknowledgement, which is mostly that of the SYN.
    #[cold]
    pub(super) fn acknowledge_first(&mut self, ack: u64, now_ns: i64) {
        let una = self.told.una.max(ack.min(self.max));
        if self.begun {
            self.owin.acknowledge_first(una - self.told.una, now_ns);
        }
        self.told.una = una;
        self.cover(una, now_ns, u32::MAX);
    }

    /// Round trip and bytes of the newest segment that is acknowledged by what lies below `ack`, where they may be told by it.
    #[inline(always)]
    #[allow(clippy::inline_always)] // on the way of nearly every acknowledgement
    fn cover(&mut self, ack: u64, now_ns: i64, mss: u32) -> Option<(i64, u32)> {
        let (oldest, mut ambiguous, mut before_ns, mut newest_ns) = (self.acked, false, i64::MIN, i64::MIN);
        while let Some(sent) = self.sent.get(self.acked).filter(|sent| sent.end <= ack) {
            ambiguous |= sent.copies > 1 || !sent.timed;
            before_ns = before_ns.max(newest_ns);
            newest_ns = sent.last_ns;
            self.acked += 1;
        }
        let newest = self.sent.get(self.acked.checked_sub(1)?).filter(|_| self.acked > oldest)?;
        let whole = newest.end == ack;
        self.round_trips.cumulative += (self.acked - oldest) as u32 - u32::from(whole);
        if whole {
            self.round_trips.take(newest, before_ns, now_ns, mss);
        }
        (!ambiguous).then(|| (now_ns - newest.last_ns, (newest.end - newest.seq) as u32))
    }

    /// Takes a cumulative acknowledgement that advances; a full segment has `mss` bytes. `loop_ns` is how long copies of what it acknowledges may still come.
    pub(super) fn acknowledge(&mut self, ack: u64, now_ns: i64, loop_ns: i64, mss: u32) -> Acked {
        let bytes = ack - self.told.una;
        self.told.una = ack;
        (self.acked_ns, self.acked_at_once) = (now_ns, bytes >= 2 * u64::from(mss));
        (self.duplicate_acks, self.repeats) = (0, 0);
        self.owin.acknowledge(bytes, now_ns);
        let mut acked = Acked { bytes, ..Acked::default() };
        if let Some((rtt_ns, bytes)) = self.cover(ack, now_ns, mss) {
            acked.rtt_ns = Some(rtt_ns);
            self.largest_passed_bytes = self.largest_passed_bytes.max(bytes);
        }
        let stale = |sent: &Sent| now_ns - sent.last_ns > loop_ns;
        while self.acked > MOST_ACKED || self.acked > LEAST_ACKED && self.sent.front().is_some_and(stale) {
            self.sent.pop_front();
            self.acked -= 1;
        }
        self.holes.retain_mut(|hole| {
            acked.missed_bytes += hole.end.min(ack).saturating_sub(hole.start);
            hole.start = hole.start.max(ack);
            hole.start < hole.end
        });
        self.control_bytes += acked.missed_bytes;
        if ack > self.max {
            self.control_bytes += ack - self.max;
            // Nothing of it was outstanding before.
            self.owin.sent(ack - self.max, now_ns);
            // A single one is the FIN, which hardly anybody would send as a byte of data.
            acked.missed_bytes += if ack - self.max == 1 { 0 } else { ack - self.max };
            self.max = ack;
        }
        if self.holes.is_empty() && self.highest_sacked <= ack {
            self.evidence_ns = None;
        }
        acked
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::flags::ACK;
    use crate::flows::Half;

    const LONG: usize = 400;

    fn packet(at: usize, payload_bytes: usize, now_ns: i64) -> Packet<'static> {
        Packet {
            frame: now_ns as u32 + 1,
            now_ns,
            held: false,
            sender: Half::Low,
            flags: ACK,
            seq: ORIGIN + at as u64,
            ack: 0,
            payload_bytes: payload_bytes as u32,
            window: 1000,
            ip_id: 0,
            ttl: 64,
            timestamps: None,
            payload: &[],
        }
    }

    fn transfer() -> Transfer {
        let mut transfer = Transfer::default();
        transfer.begin(ORIGIN);
        transfer
    }

    #[test]
    fn what_was_sent_twice_tells_no_round_trip_and_nothing_about_its_size() {
        let mut transfer = transfer();
        transfer.push(&packet(0, 100, 0));
        transfer.push(&packet(100, 300, 0));
        assert_eq!(transfer.acknowledge(ORIGIN + 100, 50, 1_000_000, 1460).rtt_ns, Some(50));
        transfer.repeat(&packet(100, 300, 60));
        assert_eq!(transfer.acknowledge(ORIGIN + 400, 80, 1_000_000, 1460), Acked { bytes: 300, ..Acked::default() });
        assert_eq!(transfer.largest_passed_bytes, 100);
    }

    #[test]
    fn identification_tells_the_order_only_where_it_counts_up() {
        let ids = |step: u16| {
            let mut transfer = Transfer { last_sent_ns: 0, ..transfer() };
            for number in 1..7u16 {
                let at = usize::from(number) * 10;
                transfer.push(&Packet { ip_id: number.wrapping_mul(step), ..packet(at, 10, at as i64) });
            }
            transfer.ids_count_up()
        };
        assert!(ids(1) && ids(64));
        assert!(!ids(0) && !ids(65) && !ids(40_000));
    }

    #[test]
    fn the_oldest_segments_and_holes_are_forgotten_first() {
        let mut transfer = transfer();
        for number in 0..MOST_SENT * 2 {
            transfer.push(&packet(number * 10, 5, 0));
        }
        assert_eq!((transfer.sent.len(), transfer.holes.len()), (MOST_SENT, MOST_HOLES));
        assert!(transfer.sent_at(ORIGIN).is_none());
        assert!(transfer.sent_at(transfer.max - 1).is_some());
    }

    proptest! {
        /// Against the obvious: a mark for each byte that was seen.
        #[test]
        fn holes_are_what_was_not_seen(steps in prop::collection::vec((0usize..40, 1usize..20, any::<bool>()), 1..30)) {
            let (mut transfer, mut seen, mut acked) = (transfer(), vec![false; LONG], 0);
            let mut missed = 0;
            for (number, (at, length, acknowledges)) in steps.into_iter().enumerate() {
                let top = (transfer.max - ORIGIN) as usize;
                if acknowledges {
                    let upto = acked + at % (top - acked + 1);
                    if upto > acked {
                        let unseen = seen[acked..upto].iter().filter(|&&byte| !byte).count() as u64;
                        prop_assert_eq!(transfer.acknowledge(ORIGIN + upto as u64, 0, 1_000_000, 1460).missed_bytes, unseen);
                        missed += unseen;
                        seen[acked..upto].fill(true);
                        acked = upto;
                    }
                    continue;
                }
                // New data lies at the top or beyond, what is sent again ends there at the most.
                let at = if number % 2 == 0 { (top + at % 8).min(LONG - 20) } else { top.saturating_sub(at) };
                let length = if at >= top { length } else { length.min(top - at) };
                let packet = packet(at, length, 0);
                if at >= top {
                    prop_assert_eq!(transfer.push(&packet), at > top);
                } else if transfer.hole_at(packet.seq, packet.end()).is_some() {
                    transfer.fill(&packet, false);
                } else {
                    transfer.repeat(&packet);
                }
                seen[at..at + length].fill(true);
            }
            let top = (transfer.max - ORIGIN) as usize;
            for (at, &byte) in seen[..top].iter().enumerate() {
                let seq = ORIGIN + at as u64;
                prop_assert_eq!(transfer.hole_at(seq, seq + 1).is_none(), byte, "byte {}", at);
            }
            let unique = seen[..top].iter().filter(|&&byte| byte).count() as u64;
            prop_assert_eq!(transfer.unique_bytes(), unique - missed);
        }
    }
}
