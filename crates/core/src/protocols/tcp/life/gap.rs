//! What the time between two segments of new data went into (`tcp.md` D.5, base layer).

use super::{LEAST_DELAYED_ACK_NS, LEAST_PAUSE_NS, Label, Last, Life, Packet, Role};

/// `parts` of `whole` legs before `now_ns`. Clocks that jump by centuries make legs that cannot be multiplied.
fn earlier(now_ns: i64, leg_ns: i64, parts: i64, whole: i64) -> i64 {
    now_ns.saturating_sub(leg_ns.saturating_mul(parts) / whole)
}

impl Life {
    /// Charges the time since the last new data (`tcp.md` D.5, base layer).
    pub(super) fn charge_gap(&mut self, packet: &Packet<'_>) {
        let tls = self.tls.data(packet, self.role(packet.sender));
        let now_ns = packet.now_ns;
        let role = self.role(packet.sender);
        let in_tls = |label: Label| if tls { label.in_tls() } else { label };
        match self.last {
            None => {
                if role == Role::Server {
                    let leg_ns = self.transfers[self.client as usize].rtt.floor_ns().unwrap_or(0);
                    self.timeline.extend(now_ns.min(self.open_since_ns + leg_ns), in_tls(Label::NetworkRtt));
                }
                self.timeline.extend(now_ns, Label::think(role));
            }
            Some(last) if last.sender != packet.sender => {
                let leg_ns = self.transfers[last.sender as usize].rtt.floor_ns().unwrap_or(0);
                self.timeline.extend(now_ns.min(last.at_ns + leg_ns), in_tls(Label::NetworkRtt));
                self.timeline.extend(now_ns, in_tls(Label::think(role)));
            }
            Some(last) => self.charge_same_direction(packet, &last, in_tls),
        }
        self.apply_charges();
    }

    pub(super) fn charge_same_direction(&mut self, packet: &Packet<'_>, last: &Last, in_tls: impl Fn(Label) -> Label) {
        let (me, peer) = (packet.sender as usize, packet.sender.other() as usize);
        let now_ns = packet.now_ns;
        let role = self.role(packet.sender);
        let mss = self.mss;
        let leg_ns = self.transfers[peer].rtt.floor_ns().unwrap_or(0);
        let round_trip_ns = self.round_trip_ns().unwrap_or(0);
        // Of a flight, the first acknowledgement sets the next segment free, not that of its last segment, which comes just
        // behind: a little slack keeps the two apart.
        let slack_ns = LEAST_PAUSE_NS.min(leg_ns / 16);
        let una_at = |at_ns: i64| self.transfers[me].history.at(at_ns).map(|told| told.una);
        let in_train = last.acked_ns.is_some_and(|acked_ns| una_at(acked_ns - slack_ns) < una_at(acked_ns - 1));
        let slack_ns = if in_train { slack_ns } else { -leg_ns / 32 };
        let known = self.transfers[me].history.at(now_ns - leg_ns - slack_ns);
        if let (Some(acked_ns), true) = (last.acked_ns, known.is_some_and(|told| told.una >= last.end)) {
            self.charge_acknowledged(packet, last, acked_ns, in_tls);
        } else if last.room < u64::from(mss.max(packet.payload_bytes)) {
            self.timeline.extend(now_ns, in_tls(Label::receiver_window(self.role(packet.sender.other()))));
        } else if last.bytes < mss && !self.answers_ack(me, now_ns, leg_ns) && now_ns - last.at_ns > LEAST_PAUSE_NS {
            // A short segment with window to spare, and no acknowledgement to thank for the next: the buffer had run dry.
            self.timeline.extend(now_ns, in_tls(Label::application(role)));
        } else {
            self.clocked_ns = now_ns;
            let label = self.limits[me].label(now_ns, round_trip_ns, mss, role);
            self.timeline.extend(now_ns, in_tls(label));
        }
    }

    /// The sender knew that all of it had arrived: it waited for word of that, or of an open window, and then perhaps of its own
    /// accord.
    fn charge_acknowledged(
        &mut self,
        packet: &Packet<'_>,
        last: &Last,
        acked_ns: i64,
        in_tls: impl Fn(Label) -> Label,
    ) {
        let peer = packet.sender.other() as usize;
        let (now_ns, role, mss) = (packet.now_ns, self.role(packet.sender), self.mss);
        let leg_ns = self.transfers[peer].rtt.floor_ns().unwrap_or(0);
        let round_trip_ns = self.round_trip_ns().unwrap_or(0);
        let heard_ns = (acked_ns + leg_ns).clamp(last.at_ns, now_ns);
        let delayed = heard_ns - last.at_ns > round_trip_ns + LEAST_DELAYED_ACK_NS
            && last.bytes < mss
            && packet.payload_bytes < mss
            && now_ns - heard_ns < (round_trip_ns / 4).max(2 * LEAST_PAUSE_NS);
        let reopened_ns = self.windows[peer].reopened_ns().filter(|&reopened_ns| reopened_ns > last.at_ns);
        let allowed_ns = reopened_ns.map_or(heard_ns, |reopened_ns| (reopened_ns + leg_ns).clamp(heard_ns, now_ns));
        let prompt = now_ns - allowed_ns < (round_trip_ns / 4).max(2 * LEAST_PAUSE_NS);
        let filled = prompt && last.room < u64::from(mss.max(packet.payload_bytes));
        let window = Label::receiver_window(self.role(packet.sender.other()));
        let waited = match (filled, delayed) {
            (true, _) => window, // with a larger window it would have gone on
            (false, true) => Label::nagle(role),
            (false, false) => Label::NetworkRtt,
        };
        self.timeline.extend(heard_ns, in_tls(waited));
        let heard_ns = if prompt { allowed_ns } else { heard_ns };
        self.timeline.extend(heard_ns, in_tls(window));
        let paused = now_ns - heard_ns > LEAST_PAUSE_NS;
        self.timeline.extend(now_ns, in_tls(if paused { Label::application(role) } else { waited }));
    }

    /// Whether an acknowledgement reached the sender just before `now_ns`, so that it may have set the segment free.
    pub(super) fn answers_ack(&self, me: usize, now_ns: i64, leg_ns: i64) -> bool {
        let history = &self.transfers[me].history;
        let before = history.at(earlier(now_ns, leg_ns, 5, 4).saturating_sub(LEAST_PAUSE_NS));
        let after = history.at(earlier(now_ns, leg_ns, 3, 4));
        before.zip(after).is_none_or(|(before, after)| after.una > before.una)
    }

    pub(super) fn remember_last(&mut self, packet: &Packet<'_>) {
        let (me, peer) = (packet.sender as usize, packet.sender.other() as usize);
        let leg_ns = self.transfers[peer].rtt.floor_ns().unwrap_or(0);
        let told =
            self.transfers[me].history.at(earlier(packet.now_ns, leg_ns, 31, 32)).unwrap_or(self.transfers[me].told);
        self.limits[me].sent(told.una, packet.end());
        let known = self.windows[peer].known();
        self.last = Some(Last {
            sender: packet.sender,
            at_ns: packet.now_ns,
            end: packet.end(),
            bytes: packet.payload_bytes,
            room: if known { told.edge.saturating_sub(packet.end()) } else { u64::MAX },
            acked_ns: None,
        });
    }
}
