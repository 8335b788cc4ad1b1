//! What is counted of each direction.

use std::sync::LazyLock;

use super::anomaly::Anomalies;
use super::class::Class;
use super::packet::Packet;
use super::sizes::Sizes;

/// Counts over the segments that one end sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    pub(super) packets: u64,
    pub(super) data_packets: u64,
    pub(super) payload_bytes: u64,
    pub(super) bare_acks: u64,
    pub(super) push_packets: u64,
    pub(super) syn_packets: u32,
    pub(super) fin_packets: u32,
    pub(super) without_ack: u32,
    pub(super) largest_payload_bytes: u32,
    /// 0 before any.
    pub(super) smallest_payload_bytes: u32,
    pub(super) truncated_packets: u32,
    pub(super) truncated_bytes: u64,
    /// 0 before any.
    first_ack_ns: i64,
    /// Of packets with payload, once there are any.
    first_data_ns: i64,
    last_data_ns: i64,
    pub(super) ttl: Option<(u8, u8)>,
    last_ns: i64,
    pub(super) longest_pause_ns: i64,
    pub(super) sizes: Sizes,
    rare: Option<Box<Rare>>,
}

/// What most connections have none of, and therefore no memory for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rare {
    pub(super) retransmitted_packets: u64,
    pub(super) retransmitted_bytes: u64,
    pub(super) fast: u32,
    pub(super) tail_loss_probe: u32,
    pub(super) timeout: u32,
    pub(super) repeated: u32,
    pub(super) unneeded: u32,
    pub(super) spurious: u32,
    pub(super) syn_again: u32,
    pub(super) fin_again: u32,
    pub(super) pmtu: u32,
    pub(super) lost_upstream: u64,
    pub(super) lost_downstream: u64,
    pub(super) reordered: u32,
    pub(super) network_duplicates: u32,
    pub(super) capture_duplicates: u32,
    pub(super) window_probes: u32,
    pub(super) keep_alives: u32,
    pub(super) duplicate_acks: u32,
    pub(super) triple_duplicate_acks: u32,
    pub(super) sack_packets: u32,
    pub(super) dsack_packets: u32,
    pub(super) most_sack_blocks: u8,
    pub(super) rst_packets: u32,
    pub(super) ce_packets: u64,
    pub(super) ece_packets: u64,
    pub(super) missed_bytes: u64,
    /// How often such were acknowledged.
    pub(super) gaps: u32,
    pub(super) super_segments: u64,
    pub(super) bare_pushes: u32,
    pub(super) urgent_packets: u32,
    pub(super) urgent_bytes: u64,
    /// The longest wait for a retransmission timer.
    pub(super) longest_timeout_ns: i64,
    pub(super) anomalies: Anomalies,
}

impl Counts {
    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.rare.as_ref().map_or(0, |_| size_of::<Rare>())
    }

    /// The rare ones.
    pub(super) fn rare(&self) -> &Rare {
        static NONE: LazyLock<Rare> = LazyLock::new(Rare::default);
        self.rare.as_deref().unwrap_or(&NONE)
    }

    /// The rare ones, to be counted up.
    pub(super) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Counts what every segment has.
    #[inline]
    pub(super) fn segment(&mut self, packet: &Packet<'_>, congestion_experienced: bool) {
        use crate::decode::flags::{ACK, ECE, PSH, SYN};
        if self.packets == 0 {
            self.last_ns = packet.now_ns;
        }
        self.packets += 1;
        if packet.flags & (ACK | SYN) == ACK {
            if self.first_ack_ns == 0 {
                self.first_ack_ns = packet.now_ns;
            }
        } else {
            self.without_ack += u32::from(!packet.has_ack());
        }
        self.longest_pause_ns = self.longest_pause_ns.max(packet.now_ns.wrapping_sub(self.last_ns));
        self.last_ns = packet.now_ns;
        self.push_packets += u64::from(packet.flags & PSH != 0);
        self.syn_packets += u32::from(packet.syn());
        self.fin_packets += u32::from(packet.fin());
        let echoes_congestion = packet.flags & ECE != 0 && !packet.syn();
        if packet.rst() || echoes_congestion || congestion_experienced {
            let rare = self.rare_mut();
            rare.rst_packets += u32::from(packet.rst());
            rare.ece_packets += u64::from(echoes_congestion);
            rare.ce_packets += u64::from(congestion_experienced);
        }
        self.ttl =
            Some(self.ttl.map_or((packet.ttl, packet.ttl), |(low, high)| (low.min(packet.ttl), high.max(packet.ttl))));
        if packet.payload_bytes > 0 {
            self.data(packet);
            return;
        }
        if packet.has_ack() && !packet.syn() && !packet.fin() && !packet.rst() {
            self.bare_acks += 1;
        }
        if packet.flags & PSH != 0 {
            self.rare_mut().bare_pushes += 1;
        }
    }

    #[inline]
    fn data(&mut self, packet: &Packet<'_>) {
        let payload_bytes = packet.payload_bytes;
        if self.data_packets == 0 {
            (self.first_data_ns, self.last_data_ns) = (packet.now_ns, packet.now_ns);
        }
        self.data_packets += 1;
        self.payload_bytes += u64::from(payload_bytes);
        self.largest_payload_bytes = self.largest_payload_bytes.max(payload_bytes);
        // One less than 0 is more than any.
        self.smallest_payload_bytes =
            self.smallest_payload_bytes.wrapping_sub(1).min(payload_bytes.wrapping_sub(1)).wrapping_add(1);
        let missing = payload_bytes.saturating_sub(packet.payload.len() as u32);
        if missing > 0 {
            self.truncated_packets += 1;
            self.truncated_bytes += u64::from(missing);
        }
        if !self.sizes.are_full() {
            self.sizes.data(packet, packet.now_ns.wrapping_sub(self.last_data_ns));
        }
        self.last_data_ns = packet.now_ns;
    }

    /// When it first acknowledged anything, the SYN-ACK not counted.
    pub(super) fn first_ack_ns(&self) -> Option<i64> {
        (self.first_ack_ns != 0).then_some(self.first_ack_ns)
    }

    /// When it first sent payload.
    pub(super) fn first_data_ns(&self) -> Option<i64> {
        (self.data_packets > 0).then_some(self.first_data_ns)
    }

    /// When it last sent payload.
    pub(super) fn last_data_ns(&self) -> Option<i64> {
        (self.data_packets > 0).then_some(self.last_data_ns)
    }

    /// Counts what a class says; a retransmission counts in units of `mss`, since offload merges frames. `seen_before` says that
    /// the original passed the capture point, so that it was lost behind it.
    #[inline]
    pub(super) fn class(&mut self, class: Class, packet: &Packet<'_>, mss: u32, seen_before: bool) {
        if matches!(class, Class::Bare | Class::New) {
            return;
        }
        let rare = self.rare_mut();
        if class.is_retransmission() {
            let packets = packet.payload_bytes.div_ceil(mss.max(1)).max(1);
            rare.retransmitted_packets += u64::from(packets);
            rare.retransmitted_bytes += u64::from(packet.payload_bytes);
            if class != Class::Unneeded {
                *(if seen_before { &mut rare.lost_downstream } else { &mut rare.lost_upstream }) += u64::from(packets);
            }
        }
        let counter = match class {
            Class::Bare | Class::New => return,
            Class::Reordered => &mut rare.reordered,
            Class::Fast => &mut rare.fast,
            Class::TailLossProbe => &mut rare.tail_loss_probe,
            Class::Timeout => &mut rare.timeout,
            Class::Repeated => &mut rare.repeated,
            Class::Unneeded => &mut rare.unneeded,
            Class::Pmtu => &mut rare.pmtu,
            Class::SynAgain => &mut rare.syn_again,
            Class::FinAgain => &mut rare.fin_again,
            Class::WindowProbe => &mut rare.window_probes,
            Class::KeepAlive => &mut rare.keep_alives,
            Class::NetworkDuplicate => &mut rare.network_duplicates,
            Class::CaptureDuplicate => &mut rare.capture_duplicates,
        };
        *counter += 1;
    }
}
