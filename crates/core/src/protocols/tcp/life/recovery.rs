//! Retransmissions: what made them, and what the time until they were repaired is charged to (`tcp.md` C.7, C.10, D.5 overlays).

use super::{Charge, Class, DEFAULT_MSS, Episode, Label, Life, Packet, Trigger};

impl Life {
    pub(super) fn take_retransmission(&mut self, packet: &Packet<'_>, class: Class, trigger: Trigger) {
        let me = packet.sender as usize;
        let tiny = u64::from(packet.payload_bytes) > u64::from(self.transfers[me].largest_passed_bytes);
        let transfer = &mut self.transfers[me];
        let progress_ns = transfer.last_sent_ns.max(transfer.acked_ns).max(self.begun_ns);
        let evidence_ns = transfer.evidence_ns.unwrap_or(packet.now_ns);
        let (mut from_ns, mut label) = match trigger {
            Trigger::Evidence => (evidence_ns, Label::LossFast),
            Trigger::Probe => (progress_ns, Label::LossTlp),
            Trigger::Timer => (progress_ns, Label::LossRto),
        };
        // Nothing as large ever passed, and the repeat of a repeat is still not acknowledged: the size is the trouble (C.10).
        let black_hole =
            class == Class::Repeated && tiny && packet.payload_bytes > DEFAULT_MSS && label == Label::LossRto;
        if class == Class::Pmtu || black_hole {
            (from_ns, label) = (progress_ns, Label::Pmtu);
        }
        if transfer.hole_at(packet.seq, packet.end()).is_some() {
            transfer.fill(packet, false);
        } else {
            transfer.repeat(packet);
        }
        transfer.last_sent_ns = packet.now_ns;
        if class == Class::Unneeded {
            self.charges.push(Charge { from_ns, to_ns: packet.now_ns, label });
            return;
        }
        let point = transfer.max;
        let mut begins_ns = from_ns;
        if let Some(episode) = transfer.episode {
            if episode.label.rank() >= label.rank() {
                transfer.episode = Some(Episode { point, ..episode });
                return;
            }
            begins_ns =
                if label == Label::Pmtu { episode.charged_ns.min(from_ns) } else { from_ns.max(episode.charged_ns) };
            self.charges.push(Charge { from_ns: episode.charged_ns, to_ns: begins_ns, label: episode.label });
        }
        transfer.episode = Some(Episode { label, charged_ns: begins_ns, point });
        self.limits[me].lost();
    }

    pub(super) fn close_episodes(&mut self) {
        for transfer in &mut self.transfers {
            if let Some(episode) = transfer.episode.take() {
                self.charges.push(Charge { from_ns: episode.charged_ns, to_ns: self.now_ns, label: episode.label });
            }
        }
    }
}
