//! What a segment advertises, and whether a closed window cost time.

use super::super::zeek::ZERO_WINDOW;
use super::{Charge, Event, Events, Half, LEAST_DELAYED_ACK_NS, Label, Life, Packet, Reopened};

impl Life {
    pub(super) fn take_window(&mut self, packet: &Packet<'_>, events: &mut Events) {
        let (me, peer) = (packet.sender as usize, packet.sender.other() as usize);
        let reopened = self.windows[me].advertise(packet, self.handshake.scaling());
        if packet.window == 0 && self.fin_ns[peer].is_none() {
            let count = self.windows[me].closures().packets;
            self.letters.count(ZERO_WINDOW, count, packet.sender, self.client);
        }
        // The leg to the peer, from which it answers what it hears.
        let leg_ns = self.transfers[me].rtt.floor_ns().unwrap_or(0);
        if packet.has_ack() {
            let room = self.windows[me].bytes();
            let transfer = &mut self.transfers[peer];
            let edge = packet.ack.saturating_add(room);
            transfer.told.edge = transfer.told.edge.max(edge);
            transfer.history.note(packet.now_ns, transfer.told, leg_ns);
        }
        if let Some(reopened) = reopened {
            let mut event = Event::new("zero_window", packet, self.role(packet.sender));
            event.reference_frame = Some(reopened.closed_frame);
            event.duration_ns = Some(reopened.to_ns - reopened.from_ns);
            events.push(event);
            self.charge_zero_window(packet.sender, reopened);
        }
    }

    /// A closed window cost time if its peer had something to send: it probed meanwhile, or sends as soon as it may.
    pub(super) fn charge_zero_window(&mut self, receiver: Half, span: Reopened) {
        if span.wanted {
            let label = Label::zero_window(self.role(receiver));
            self.charges.push(Charge { from_ns: span.from_ns, to_ns: span.to_ns, label });
        } else {
            self.windows[receiver as usize].doubt(span);
        }
    }

    /// New data soon after a window reopened shows that it was waited for.
    pub(super) fn prove_zero_window(&mut self, packet: &Packet<'_>) {
        let receiver = packet.sender.other();
        let Some(span) = self.windows[receiver as usize].take_unproven() else { return };
        let soon_ns = 2 * self.round_trip_ns().unwrap_or(0) + LEAST_DELAYED_ACK_NS;
        if packet.now_ns - span.to_ns <= soon_ns {
            self.charge_zero_window(receiver, Reopened { wanted: true, ..span });
        }
    }

    pub(super) fn close_zero_windows(&mut self) {
        for half in [Half::Low, Half::High] {
            if let Some(span) = self.windows[half as usize].end(self.now_ns) {
                self.charge_zero_window(half, span);
            }
        }
    }
}
