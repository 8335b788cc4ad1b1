//! Which class a segment is of (`tcp.md` C.7, D.4). Evidence in order of strength: time stamps, IP identification, and the
//! loop rule: nobody can send again because of a loss before word of it came round.

use super::class::{Class, Trigger};
use super::packet::Packet;
use super::transfer::{Bare, Hole, Sent, Transfer};

/// Without a known round trip, what comes sooner than this is no retransmission.
pub(super) const UNKNOWN_LOOP_NS: i64 = 3_000_000;
/// Copies closer than this are made by the capture: no network delivers the same packet twice so soon.
const CAPTURE_COPY_NS: i64 = 100_000;
/// Linux and most others wait at least 200 ms for a retransmission time-out (`tcp.md` C.6); a tick less may be seen.
const LEAST_TIMEOUT_NS: i64 = 180_000_000;
const TIMEOUT_FLOOR_NS: i64 = 200_000_000;

/// What is known of the path when a segment is judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    /// The whole round trip, both legs, where known.
    pub(super) round_trip_ns: Option<i64>,
    /// Whether the receiver's window is closed.
    pub(super) window_closed: bool,
    /// Whether the path said that packets are too large, and no data has passed since.
    pub(super) too_large: bool,
}

/// The class of a segment with sequence space, and what triggered it where it was sent again.
pub(super) fn classify(transfer: &mut Transfer, packet: &Packet<'_>, path: Path) -> (Class, Option<Trigger>) {
    if let Some(probe) = probe(transfer, packet, path) {
        return (probe, None);
    }
    if packet.length() == 0 {
        let before = transfer.bare(packet).filter(|before| before.numbers == (packet.seq, packet.ack, packet.window));
        return (before.and_then(|before| bare_duplicate(&before, packet, path)).unwrap_or(Class::Bare), None);
    }
    if packet.end() > transfer.max {
        return (Class::New, None);
    }
    if let Some(hole) = transfer.hole_at(packet.seq, packet.end()) {
        if was_overtaken(transfer, hole, packet, path) {
            return (Class::Reordered, None);
        }
        return again(transfer, packet, path, None);
    }
    let earlier = transfer.sent_at(packet.seq).copied();
    if let Some(duplicate) = earlier.and_then(|earlier| duplicate(&earlier, packet, path)) {
        return (duplicate, None);
    }
    if earlier.is_none() && transfer.is_older_copy(packet) {
        return (Class::NetworkDuplicate, None);
    }
    again(transfer, packet, path, earlier)
}

/// Keep-alive and window probes lie one byte below what is next, or are the one byte that is.
fn probe(transfer: &Transfer, packet: &Packet<'_>, path: Path) -> Option<Class> {
    if packet.syn() || packet.fin() || packet.rst() || packet.payload_bytes > 1 || !transfer.begun {
        return None;
    }
    let all_acknowledged = transfer.ack_seen && transfer.told.una >= transfer.max;
    let below = packet.seq + 1 == transfer.max;
    let next_byte = packet.payload_bytes == 1 && packet.seq == transfer.max;
    match (path.window_closed, below, next_byte) {
        (true, true, _) if packet.payload_bytes == 0 || all_acknowledged => Some(Class::WindowProbe),
        (true, _, true) => Some(Class::WindowProbe),
        (false, true, _) if packet.payload_bytes == 0 || all_acknowledged => Some(Class::KeepAlive),
        _ => None,
    }
}

/// The earliest that a sender can answer a loss: word of it must come round.
fn loop_ns(path: Path) -> i64 {
    path.round_trip_ns.map_or(UNKNOWN_LOOP_NS, |round_trip_ns| round_trip_ns * 4 / 5)
}

fn was_overtaken(transfer: &Transfer, hole: &Hole, packet: &Packet<'_>, path: Path) -> bool {
    if let (Some(opener), Some((value, _))) = (hole.opener_timestamp, packet.timestamps)
        && opener != value
    {
        return (value.wrapping_sub(opener) as i32) < 0;
    }
    if transfer.ids_count_up() && packet.ip_id != hole.opener_ip_id {
        return (packet.ip_id.wrapping_sub(hole.opener_ip_id) as i16) < 0;
    }
    packet.now_ns - hole.opened_ns < loop_ns(path)
}

/// Whether the packet is the same one as `earlier`, copied on the way.
fn duplicate(earlier: &Sent, packet: &Packet<'_>, path: Path) -> Option<Class> {
    let apart_ns = packet.now_ns - earlier.last_ns;
    let same = packet.ip_id == earlier.ip_id;
    (apart_ns < loop_ns(path) && same).then(|| copier(apart_ns, packet.ttl != earlier.ttl))
}

/// The same for one without data, which hosts do send twice on purpose: only its identification tells.
fn bare_duplicate(earlier: &Bare, packet: &Packet<'_>, path: Path) -> Option<Class> {
    let apart_ns = packet.now_ns - earlier.at_ns;
    let same = packet.ip_id != 0 && packet.ip_id == earlier.ip_id;
    (apart_ns < loop_ns(path) && same).then(|| copier(apart_ns, packet.ttl != earlier.ttl))
}

/// Who made a copy: one that comes at once, or from another hop of the same path, was made by the capture.
fn copier(apart_ns: i64, other_hop: bool) -> Class {
    if apart_ns < CAPTURE_COPY_NS || other_hop { Class::CaptureDuplicate } else { Class::NetworkDuplicate }
}

/// A real retransmission: which kind.
fn again(transfer: &Transfer, packet: &Packet<'_>, path: Path, earlier: Option<Sent>) -> (Class, Option<Trigger>) {
    if packet.syn() {
        return (Class::SynAgain, None);
    }
    let trigger = trigger(transfer, packet, path);
    if transfer.ack_seen && packet.end() <= transfer.told.una {
        return (Class::Unneeded, Some(trigger));
    }
    if packet.fin() && packet.payload_bytes == 0 {
        return (Class::FinAgain, Some(trigger));
    }
    if path.too_large {
        return (Class::Pmtu, Some(trigger));
    }
    if earlier.is_some_and(|earlier| earlier.copies > 1) {
        return (Class::Repeated, Some(trigger));
    }
    let class = match trigger {
        Trigger::Evidence => Class::Fast,
        Trigger::Probe => Class::TailLossProbe,
        Trigger::Timer => Class::Timeout,
    };
    (class, Some(trigger))
}

fn trigger(transfer: &Transfer, packet: &Packet<'_>, path: Path) -> Trigger {
    use super::label::Label;
    let in_timeout = transfer.episode.is_some_and(|episode| episode.label == Label::LossRto);
    if in_timeout && packet.seq < transfer.episode.map_or(0, |episode| episode.point) {
        return Trigger::Timer;
    }
    let wait_ns = packet.now_ns.saturating_sub(transfer.last_sent_ns.max(transfer.acked_ns));
    let round_trip_ns = path.round_trip_ns.unwrap_or(0);
    let timeout_ns = ((round_trip_ns + TIMEOUT_FLOOR_NS) * 4 / 5).max(LEAST_TIMEOUT_NS);
    let first_missing = !transfer.ack_seen || packet.seq <= transfer.told.una;
    let evidence =
        transfer.highest_sacked > packet.seq || transfer.duplicate_acks > 0 || transfer.evidence_ns.is_some();
    if wait_ns >= timeout_ns && first_missing {
        Trigger::Timer
    } else if evidence {
        Trigger::Evidence
    } else if wait_ns / 11 >= round_trip_ns / 10 && packet.end() >= transfer.max {
        Trigger::Probe
    } else if wait_ns >= timeout_ns {
        Trigger::Timer
    } else {
        Trigger::Evidence
    }
}
