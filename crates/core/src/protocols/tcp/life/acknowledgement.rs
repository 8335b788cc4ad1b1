//! What a segment acknowledges: cumulatively, selectively, by time stamps.

use super::super::classify::UNKNOWN_LOOP_NS;
use super::super::zeek::GAP;
use super::{Charge, Class, Echo, Event, Events, FAR, Life, Options, Packet, Role, unwrap};

impl Life {
    /// What a segment acknowledges of its peer's data.
    pub(super) fn take_ack(&mut self, packet: &Packet<'_>, options: &Options, class: Class, events: &mut Events) {
        let peer = packet.sender.other() as usize;
        let now_ns = packet.now_ns;
        let first = !self.transfers[peer].ack_seen;
        if first {
            self.transfers[peer].ack_seen = true;
            if !self.transfers[peer].begun {
                self.transfers[peer].max = packet.ack;
            }
            self.transfers[peer].acknowledge_first(packet.ack, now_ns);
        }
        self.take_sack(packet, options);
        let transfer = &mut self.transfers[peer];
        if packet.ack > transfer.told.una && packet.ack - transfer.told.una <= FAR {
            self.advance(packet, events);
        } else if packet.ack == transfer.told.una
            && packet.payload_bytes == 0
            && !packet.syn()
            && self.windows[packet.sender as usize].repeats(packet.window)
        {
            if !first {
                transfer.repeated_acks += 1;
                transfer.repeats = transfer.repeats.saturating_add(1);
                transfer.third_repeats = transfer.third_repeats.saturating_add(u16::from(transfer.repeats == 3));
            }
            if packet.fin() || class != Class::Bare || transfer.in_flight() == 0 {
                return;
            }
            transfer.duplicate_acks += 1;
            let counts = self.counts[packet.sender as usize].rare_mut();
            counts.duplicate_acks += 1;
            counts.triple_duplicate_acks += u32::from(transfer.duplicate_acks == 3);
            if transfer.duplicate_acks >= 2 && transfer.evidence_ns.is_none() {
                transfer.evidence_ns = Some(now_ns);
            }
        }
    }

    pub(super) fn advance(&mut self, packet: &Packet<'_>, events: &mut Events) {
        let (now_ns, peer_half) = (packet.now_ns, packet.sender.other());
        let peer = peer_half as usize;
        let whole_ns = self.round_trip_ns().unwrap_or(0);
        let transfer = &mut self.transfers[peer];
        let in_recovery = transfer.episode.is_some();
        let acked = transfer.acknowledge(packet.ack, now_ns, whole_ns.max(UNKNOWN_LOOP_NS), self.mss);
        if let Some(rtt_ns) = acked.rtt_ns.filter(|_| !in_recovery && !packet.held) {
            transfer.rtt.sample(rtt_ns, now_ns);
            self.sampled_ns = Some(rtt_ns);
            let floor_ns = transfer.rtt.floor_ns().unwrap_or(rtt_ns);
            self.limits[peer].round_trip(now_ns, rtt_ns, floor_ns, whole_ns);
        }
        self.limits[peer].acknowledged(now_ns, acked.bytes, whole_ns);
        if let Some(episode) = transfer.episode.filter(|episode| packet.ack >= episode.point) {
            transfer.episode = None;
            transfer.evidence_ns = None;
            self.charges.push(Charge { from_ns: episode.charged_ns, to_ns: now_ns, label: episode.label });
            self.too_large[peer] = false;
        }
        if acked.missed_bytes > 0 {
            let rare = self.counts[peer].rare_mut();
            rare.missed_bytes += acked.missed_bytes;
            rare.gaps += 1;
            self.letters.count(GAP, rare.gaps, peer_half, self.client);
            let mut event = Event::new("capture_gap", packet, Role::of(peer_half, self.client));
            event.payload_bytes = acked.missed_bytes.min(u64::from(u32::MAX)) as u32;
            events.push(event);
        }
        if let Some(last) = &mut self.last
            && last.sender == peer_half
            && last.acked_ns.is_none()
            && packet.ack >= last.end
        {
            last.acked_ns = Some(now_ns);
        }
    }

    /// Selective acknowledgements show a loss; a duplicate one (RFC 2883) shows that a repeat was needless.
    pub(super) fn take_sack(&mut self, packet: &Packet<'_>, options: &Options) {
        let Some(&(left, right)) = options.sack.first() else { return };
        let peer = packet.sender.other() as usize;
        let counts = self.counts[packet.sender as usize].rare_mut();
        counts.sack_packets += 1;
        counts.most_sack_blocks = counts.most_sack_blocks.max(options.sack.len() as u8);
        let transfer = &mut self.transfers[peer];
        let una = packet.ack;
        let (left, right) = (unwrap(left, una), unwrap(right, una));
        let second = options.sack.get(1).map(|&(low, high)| (unwrap(low, una), unwrap(high, una)));
        let inside = second.is_some_and(|(low, high)| low <= left && right <= high);
        if right <= una || inside {
            let repeated = transfer.sent_at(left).is_some_and(|sent| sent.copies > 1);
            counts.dsack_packets += 1;
            self.counts[peer].rare_mut().spurious += u32::from(repeated);
        }
        for &(low, high) in &options.sack {
            let (low, high) = (unwrap(low, una), unwrap(high, una));
            if low > una && high > transfer.highest_sacked && high - low < FAR {
                transfer.highest_sacked = high;
                transfer.evidence_ns.get_or_insert(packet.now_ns);
            }
        }
    }

    pub(super) fn take_timestamps(&mut self, packet: &Packet<'_>) {
        let Some((value, echo)) = packet.timestamps else { return };
        let (me, peer) = (packet.sender as usize, packet.sender.other() as usize);
        let passing = self.echoes[me].get_or_insert_with(|| Box::new(Echo::new(value, packet.now_ns)));
        passing.pass(value, packet.now_ns);
        if !packet.has_ack() {
            return;
        }
        let Some(waiting) = &mut self.echoes[peer] else { return };
        if let Some((rtt_ns, floor_ns)) = waiting.echoed(echo, packet.now_ns)
            && packet.payload_bytes > 0
            && packet.now_ns == self.clocked_ns
        {
            // Data that an acknowledgement set free: its way here is part of this loop, and of no other at the receiver's end.
            let whole_ns = self.round_trip_ns().unwrap_or(floor_ns);
            self.limits[me].round_trip(packet.now_ns, rtt_ns, floor_ns, whole_ns);
        }
    }
}
