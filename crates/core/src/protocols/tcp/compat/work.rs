//! The analysis of one segment (`tcp.md` A.6, A.7).

use super::{
    ACK, Answer, Entry, FAST_DUPLICATES, FAST_WITHIN_NS, FIN, Flags, HalfState, LOST_ACK_FLAGGED, MOST, MOST_IN_FLIGHT,
    OUT_OF_ORDER_WITHIN_NS, PSH, RST, SCALE_UNKNOWN, SYN, Segment, after, before, flag,
};

/// What one segment does to the stream, while it is worked on.
pub(super) struct Work<'s> {
    pub(super) me: &'s mut HalfState,
    pub(super) peer: &'s mut HalfState,
    /// Initial sequence number of the sender.
    pub(super) isn: u32,
    pub(super) segment: &'s Segment,
    /// Payload length; the segment is analysed only where it is known.
    pub(super) length: u32,
    pub(super) initial_rtt_ns: i64,
    pub(super) mptcp_subtypes: u16,
    pub(super) answer: Answer,
    /// Whether Wireshark shows an analysis at all.
    pub(super) node: bool,
}

impl Work<'_> {
    pub(super) fn run(&mut self) {
        self.flag_pass();
        self.bookkeep();
        self.acknowledge();
        if self.length > 0 {
            self.measure_in_flight();
        }
        self.node |= self.answer.flags != Flags::NONE;
    }

    fn set(&mut self, flag: Flags) {
        self.answer.flags |= flag;
    }

    fn has(&self, flag: Flags) -> bool {
        self.answer.flags.contains(flag)
    }

    /// A.6, steps 0 to 14.
    fn flag_pass(&mut self) {
        let segment = self.segment;
        if segment.flags & ACK != 0 {
            self.peer.in_flight_known = true;
        }
        if self.length == 1 && segment.seq == self.me.next_seq && self.peer.window == 0 {
            self.set(flag::ZERO_WINDOW_PROBE);
        } else {
            self.flag_windows();
            self.flag_repeated_acks();
        }
        if segment.ack != self.me.ack {
            self.me.first_ack_frame = segment.frame;
            self.me.duplicates = 0;
        }
        self.flag_lost_ack();
        if (self.length > 0 || segment.flags & (SYN | FIN) != 0) && !self.has(flag::KEEP_ALIVE) {
            self.flag_repeats();
        }
    }

    /// Steps 2 to 6.
    fn flag_windows(&mut self) {
        let Segment { seq, ack, flags, window, .. } = *self.segment;
        let control = flags & (SYN | FIN | RST) != 0;
        let next_seq = self.me.next_seq;
        if window == 0 && !control {
            self.set(flag::ZERO_WINDOW);
        }
        if next_seq != 0 && after(seq, next_seq) && flags & RST == 0 {
            self.set(flag::LOST_SEGMENT);
            self.me.in_flight_known = false;
        }
        if control {
            return;
        }
        if self.length <= 1 && seq == next_seq.wrapping_sub(1) {
            self.set(flag::KEEP_ALIVE);
        }
        let bare = self.length == 0 && window != 0 && seq == next_seq && ack == self.me.ack;
        if bare && u32::from(window) != self.me.window {
            self.set(flag::WINDOW_UPDATE);
        }
        if self.length > 0 && self.peer.scale != SCALE_UNKNOWN {
            let shift = if self.peer.unscaled { 0 } else { self.peer.scale.max(0) };
            let edge = self.peer.ack.wrapping_add(self.peer.window.wrapping_shl(shift as u32));
            if seq.wrapping_add(self.length) == edge {
                self.set(flag::WINDOW_FULL);
            }
        }
    }

    /// Steps 7 and 8.
    fn flag_repeated_acks(&mut self) {
        let Segment { seq, ack, flags, window, .. } = *self.segment;
        let repeats = self.length == 0
            && u32::from(window) == self.me.window
            && seq == self.me.next_seq
            && ack == self.me.ack
            && flags & (SYN | FIN | RST) == 0;
        if !repeats {
            return;
        }
        if window == 0 {
            if self.peer.last_flags.contains(flag::ZERO_WINDOW_PROBE) {
                self.set(flag::ZERO_WINDOW_PROBE_ACK);
            }
        } else if self.peer.last_flags.contains(flag::KEEP_ALIVE) {
            self.set(flag::KEEP_ALIVE_ACK);
        } else if self.me.mptcp_subtypes == self.mptcp_subtypes {
            self.set(flag::DUPLICATE_ACK);
            self.me.duplicates = if self.me.duplicates == LOST_ACK_FLAGGED { 1 } else { self.me.duplicates + 1 };
            self.answer.duplicate_ack_number = Some(self.me.duplicates);
            self.answer.duplicate_ack_frame = Some(self.me.first_ack_frame);
        }
    }

    /// Step 10.
    fn flag_lost_ack(&mut self) {
        let segment = self.segment;
        let peer = &mut *self.peer;
        if segment.flags & ACK == 0 || peer.contiguous_end == 0 || !after(segment.ack, peer.contiguous_end) {
            return;
        }
        self.node = true;
        if before(peer.contiguous_end, peer.next_seq) {
            peer.contiguous_end = peer.next_seq;
            self.answer.flags |= flag::ACK_LOST_SEGMENT;
        } else {
            if peer.duplicates == 0 {
                self.answer.flags |= flag::ACK_LOST_SEGMENT;
            }
            peer.duplicates = LOST_ACK_FLAGGED;
        }
    }

    /// Steps 11 to 14.
    fn flag_repeats(&mut self) {
        let Segment { seq, flags, time_ns, .. } = *self.segment;
        let (me, peer) = (&*self.me, &*self.peer);
        let end = seq.wrapping_add(self.length);
        let overlaps_probe = self.length > 1 && seq == me.next_seq.wrapping_sub(1);
        let old = me.next_seq != 0 && before(seq, me.next_seq) && !overlaps_probe;
        let since = |earlier_ns: i64| time_ns.wrapping_sub(earlier_ns) as u64;
        if self.length > 0 && peer.ack != 0 && (end == peer.ack || before(end, peer.ack)) {
            self.set(flag::SPURIOUS_RETRANSMISSION);
        } else if !old {
        } else if peer.duplicates >= FAST_DUPLICATES && peer.ack == seq && since(peer.ack_time_ns) < FAST_WITHIN_NS {
            self.set(flag::FAST_RETRANSMISSION);
        } else {
            let within_ns = if self.initial_rtt_ns == 0 { OUT_OF_ORDER_WITHIN_NS } else { self.initial_rtt_ns } as u64;
            let virtual_byte = u32::from(flags & (SYN | FIN) != 0);
            if since(me.next_time_ns) < within_ns && me.next_seq != end.wrapping_add(virtual_byte) {
                self.set(flag::OUT_OF_ORDER);
            } else {
                let (from_ns, frame) = me
                    .outstanding
                    .oldest()
                    .map_or((me.next_time_ns, me.next_frame), |entry| (entry.time_ns, entry.frame));
                let rto_ns = time_ns.wrapping_sub(from_ns);
                self.set(flag::RETRANSMISSION);
                if rto_ns != 0 {
                    self.answer.rto_ns = Some(rto_ns);
                    self.answer.rto_frame = Some(frame);
                }
            }
        }
    }

    /// Step 15.
    fn bookkeep(&mut self) {
        let Segment { seq, ack, flags, window, frame, time_ns, .. } = *self.segment;
        let probe = self.has(flag::ZERO_WINDOW_PROBE);
        let me = &mut *self.me;
        let mut end = seq.wrapping_add(self.length);
        if (self.length > 0 || flags & (SYN | FIN) != 0) && me.outstanding.len() < MOST {
            end = end.wrapping_add(u32::from(flags & (SYN | FIN) != 0));
            me.outstanding.push(Entry { seq, end, frame, time_ns });
        }
        if !probe {
            if me.next_seq == 0 || after(end, me.next_seq) {
                (me.next_seq, me.next_frame, me.next_time_ns) = (end, frame, time_ns);
            }
            if me.contiguous_end == 0 || seq == me.contiguous_end {
                me.contiguous_end = me.next_seq;
            }
        }
        me.window = u32::from(window);
        me.ack = ack;
        me.ack_time_ns = time_ns;
        me.last_flags = self.answer.flags;
    }

    /// A.7.
    fn acknowledge(&mut self) {
        if let Some(entry) = self.peer.outstanding.acknowledge(self.segment.ack) {
            let rtt_ns = self.segment.time_ns.wrapping_sub(entry.time_ns);
            self.answer.acks_frame = Some(entry.frame);
            self.answer.ack_rtt_ns = (rtt_ns != 0).then_some(rtt_ns);
            self.node = true;
        }
    }

    fn measure_in_flight(&mut self) {
        let (me, peer) = (&mut *self.me, &*self.peer);
        if !me.in_flight_known {
            return;
        }
        let Some((low, high)) = me.outstanding.extent(self.isn) else { return };
        self.node = true;
        let sacked = peer.sack[..usize::from(peer.sacks)].iter();
        let sacked = sacked.fold(0u32, |sum, (left, right)| sum.wrapping_add(right.wrapping_sub(*left)));
        let in_flight = high.wrapping_sub(low).wrapping_sub(sacked);
        if me.push_last {
            me.pushed_bytes = self.length;
        } else {
            me.pushed_bytes = me.pushed_bytes.wrapping_add(self.length);
        }
        me.push_last = self.segment.flags & PSH != 0;
        if in_flight > 0 && in_flight < MOST_IN_FLIGHT {
            let shown = in_flight - u32::from(self.segment.flags & (SYN | FIN) != 0);
            if shown != 0 {
                self.answer.bytes_in_flight = Some(shown);
                self.answer.push_bytes_sent = Some(me.pushed_bytes);
            }
        }
    }
}
