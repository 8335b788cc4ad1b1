//! The three-way handshake: its legs, its options, its repeats.

use super::options::Options;
use super::packet::Packet;
use crate::decode::flags::{CWR, ECE};

/// Subtypes MP_CAPABLE and MP_JOIN.
const MULTIPATH_SYN: u16 = 0b11;

/// Whether the windows of a connection are scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Scaling {
    /// The SYN-ACK was not seen.
    #[default]
    Unknown,
    /// They count as sent.
    Off,
    /// They are shifted.
    On,
}

/// What is known of the handshake.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Handshake {
    pub(super) syn_ns: Option<i64>,
    pub(super) syn_ack_ns: Option<i64>,
    pub(super) established_ns: Option<i64>,
    syn_copies: u32,
    syn_ack_copies: u32,
    pub(super) mss: [Option<u16>; 2],
    pub(super) window_scale: [Option<u8>; 2],
    pub(super) sack_permitted: [bool; 2],
    pub(super) timestamps: bool,
    pub(super) timestamps_offered: [bool; 2],
    /// Whether each end's SYN agrees to congestion marks (RFC 3168 §6.1.1).
    pub(super) congestion_marks: [bool; 2],
    /// Whether each end's SYN begins or joins a multipath connection (RFC 8684 §3.1, §3.2).
    pub(super) multipath: [bool; 2],
    pub(super) fast_open_cookie: bool,
    syn_seen: bool,
    /// Whether the SYN-ACK offers to scale windows; `None` while it was not seen.
    syn_ack_scales: Option<bool>,
}

impl Handshake {
    /// The first SYN or SYN-ACK of a half.
    pub(super) fn syn(&mut self, packet: &Packet<'_>) {
        if packet.has_ack() {
            self.syn_ack_ns = Some(packet.now_ns);
            self.syn_ack_copies = 1;
        } else {
            self.syn_ns = Some(packet.now_ns);
            self.syn_copies = 1;
        }
    }

    /// A repeat of one.
    pub(super) fn syn_again(&mut self, packet: &Packet<'_>) {
        *(if packet.has_ack() { &mut self.syn_ack_copies } else { &mut self.syn_copies }) += 1;
    }

    /// Takes the options of a SYN or SYN-ACK.
    pub(super) fn options(&mut self, packet: &Packet<'_>, options: &Options) {
        let (me, answer) = (packet.sender as usize, packet.has_ack());
        self.mss[me] = options.mss.or(self.mss[me]);
        self.window_scale[me] = options.window_scale;
        self.sack_permitted[me] = options.sack_permitted;
        self.timestamps = options.timestamps.is_some();
        self.timestamps_offered[me] = options.timestamps.is_some();
        self.congestion_marks[me] = packet.flags & (ECE | CWR) == if answer { ECE } else { ECE | CWR };
        self.multipath[me] = options.mptcp_subtypes & MULTIPATH_SYN != 0;
        self.fast_open_cookie |= !answer && options.fast_open_cookie;
        if answer {
            self.syn_ack_scales = Some(options.window_scale.is_some());
        } else {
            self.syn_seen = true;
        }
    }

    /// Whether windows are scaled. Where one end does not offer it, neither does (RFC 7323 §2.2), and a SYN-ACK offers it only
    /// to a SYN that did, so that it tells for both.
    pub(super) fn scaling(&self) -> Scaling {
        match self.syn_ack_scales {
            None => Scaling::Unknown,
            Some(true) if !self.syn_seen || self.window_scale.iter().all(Option::is_some) => Scaling::On,
            Some(_) => Scaling::Off,
        }
    }

    /// The first acknowledgement: returns the legs to the server and to the client, as far as copies do not blur them.
    pub(super) fn establish(&mut self, packet: &Packet<'_>) -> Option<(Option<i64>, Option<i64>)> {
        self.established_ns = Some(packet.now_ns);
        let (syn_ns, syn_ack_ns) = (self.syn_ns?, self.syn_ack_ns?);
        let single = self.syn_copies == 1 && self.syn_ack_copies == 1;
        (single && syn_ack_ns >= syn_ns).then_some((Some(syn_ack_ns - syn_ns), Some(packet.now_ns - syn_ack_ns)))
    }

    /// SYNs sent again.
    pub(super) fn syn_repeats(&self) -> u32 {
        self.syn_copies.saturating_sub(1)
    }

    /// SYN-ACKs sent again.
    pub(super) fn syn_ack_repeats(&self) -> u32 {
        self.syn_ack_copies.saturating_sub(1)
    }

    /// The leg to the server: SYN to SYN-ACK.
    pub(super) fn server_leg_ns(&self) -> Option<i64> {
        (self.syn_copies == 1 && self.syn_ack_copies >= 1).then(|| Some(self.syn_ack_ns? - self.syn_ns?)).flatten()
    }

    /// The leg to the client: SYN-ACK to the first acknowledgement.
    pub(super) fn client_leg_ns(&self) -> Option<i64> {
        (self.syn_ack_copies == 1).then(|| Some(self.established_ns? - self.syn_ack_ns?)).flatten()
    }
}
