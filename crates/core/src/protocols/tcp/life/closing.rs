//! How a connection ends.

use super::{Event, Events, Label, Life, Packet, Phase};

impl Life {
    pub(super) fn take_reset(&mut self, packet: &Packet<'_>, events: &mut Events) {
        if self.reset.is_none() {
            self.reset = Some((packet.sender, packet.frame));
            events.push(Event::new("reset", packet, self.role(packet.sender)));
        }
        self.close(packet);
    }

    pub(super) fn take_close(&mut self, packet: &Packet<'_>) {
        let me = packet.sender as usize;
        if packet.fin() && self.fin_ns[me].is_none() && self.phase != Phase::Closed {
            self.fin_ns[me] = Some(packet.now_ns);
            self.extend_network(packet.now_ns);
            self.timeline.extend(packet.now_ns, Label::idle(self.role(packet.sender)));
            self.apply_charges();
            if self.fin_ns[packet.sender.other() as usize].is_some() {
                self.phase = Phase::Closed;
            }
        }
    }

    /// A reset ends all waiting.
    pub(super) fn close(&mut self, packet: &Packet<'_>) {
        if self.phase == Phase::Closed {
            return;
        }
        self.close_episodes();
        self.close_zero_windows();
        if self.phase == Phase::Handshake {
            self.timeline.extend(packet.now_ns, Label::Handshake);
        } else {
            self.extend_network(packet.now_ns);
            self.timeline.extend(packet.now_ns, Label::idle(self.role(packet.sender)));
        }
        self.apply_charges();
        self.phase = Phase::Closed;
    }

    /// What was sent last still travels.
    pub(super) fn extend_network(&mut self, until_ns: i64) {
        if let Some(last) = self.last {
            let leg_ns = self.transfers[last.sender as usize].rtt.floor_ns().unwrap_or(0);
            self.timeline.extend(until_ns.min(last.at_ns + leg_ns), Label::NetworkRtt);
        }
    }
}
