//! Payload at or below what was seen before, as tcptrace and Tstat count it (`tcp.md` B.1, B.2). What it really is says `class`.

use super::moments::Moments;
use super::packet::Packet;
use super::transfer::{Sent, Transfer};

/// Tstat's estimate of the retransmission time-out never falls below this (`tcp.md` D.4).
const LEAST_TIMEOUT_NS: i64 = 200_000_000;
/// Repeated acknowledgements that ask for a fast retransmission (RFC 5681 §3.2).
const FAST_ACKS: u32 = 3;

/// Counts of one direction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Anomalies {
    pub(super) repeated_packets: u32,
    pub(super) repeated_bytes: u64,
    pub(super) out_of_order_packets: u32,
    pub(super) hardware_duplicates: u32,
    /// Probes of a closed window that carry a byte.
    pub(super) probe_packets: u32,
    /// How often a segment was seen again at the most.
    pub(super) most_repeats: u8,
    /// From a copy to the next.
    pub(super) apart: Moments,
    pub(super) tstat: Tstat,
}

/// Tstat's classes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tstat {
    pub(super) timeout: u32,
    pub(super) fast: u32,
    pub(super) reordered: u32,
    pub(super) duplicate: u32,
    pub(super) flow_control: u32,
    pub(super) unneeded_timeout: u32,
    pub(super) unneeded_fast: u32,
    pub(super) unknown: u32,
}

impl Anomalies {
    /// Takes a probe of a closed window.
    pub(super) fn probe(&mut self) {
        self.probe_packets += 1;
        self.tstat.flow_control += 1;
    }

    /// Takes a segment that begins below the highest byte seen, before it is noted in `transfer`. Returns whether payload of it
    /// was seen before.
    pub(super) fn take(&mut self, transfer: &mut Transfer, packet: &Packet<'_>, window_closed: bool) -> bool {
        let seen_bytes = transfer.seen_bytes(packet.seq, packet.seq + u64::from(packet.payload_bytes));
        let earlier = transfer.sent_at(packet.seq).copied();
        if packet.payload_bytes == 0 {
            return self.repeat(earlier, packet); // SYN or FIN
        }
        *self.tstat.class(transfer, packet, earlier.filter(|_| seen_bytes > 0), window_closed) += 1;
        if seen_bytes == 0 {
            self.out_of_order_packets += 1;
            return false;
        }
        self.repeated_bytes += seen_bytes;
        self.repeat(earlier, packet);
        true
    }

    /// Takes a segment seen before; returns whether it has payload.
    fn repeat(&mut self, earlier: Option<Sent>, packet: &Packet<'_>) -> bool {
        self.repeated_packets += 1;
        if let Some(earlier) = earlier {
            self.apart.take(packet.now_ns - earlier.last_ns);
            self.most_repeats = self.most_repeats.max(earlier.seen_copies());
            let same = (earlier.seq, earlier.end, earlier.ip_id) == (packet.seq, packet.end(), packet.ip_id);
            self.hardware_duplicates += u32::from(same);
        }
        packet.payload_bytes > 0
    }
}

impl Tstat {
    /// The counter of the class; `earlier` is the copy before, where there was one.
    fn class(
        &mut self,
        transfer: &Transfer,
        packet: &Packet<'_>,
        earlier: Option<Sent>,
        window_closed: bool,
    ) -> &mut u32 {
        let acknowledged = transfer.ack_seen && packet.end() <= transfer.told.una;
        let hole = transfer.hole_at(packet.seq, packet.end());
        let since_ns = earlier.map(|sent| sent.last_ns).or(hole.map(|hole| hole.opened_ns));
        let since_ns = since_ns.unwrap_or(transfer.last_sent_ns.max(transfer.acked_ns));
        let waited_ns = packet.now_ns.saturating_sub(since_ns); // for ever where nothing was sent before
        let timeout_ns = transfer.round_trips.timeout_ns().unwrap_or(0).max(LEAST_TIMEOUT_NS);
        if window_closed {
            &mut self.flow_control
        } else if acknowledged && earlier.is_some_and(|earlier| earlier.ip_id == packet.ip_id) {
            &mut self.duplicate
        } else if earlier.is_none()
            && hole.is_some_and(|hole| overtaken(hole.opener_ip_id, waited_ns, transfer, packet))
        {
            &mut self.reordered
        } else if waited_ns > timeout_ns {
            if acknowledged { &mut self.unneeded_timeout } else { &mut self.timeout }
        } else if transfer.duplicate_acks >= FAST_ACKS {
            if acknowledged { &mut self.unneeded_fast } else { &mut self.fast }
        } else {
            &mut self.unknown
        }
    }
}

/// Whether what fills a hole was sent before what opened it.
fn overtaken(opener_ip_id: u16, waited_ns: i64, transfer: &Transfer, packet: &Packet<'_>) -> bool {
    let older = (packet.ip_id.wrapping_sub(opener_ip_id) as i16) < 0;
    older && transfer.round_trips.clean().least_ns().is_some_and(|least_ns| waited_ns < least_ns)
}
