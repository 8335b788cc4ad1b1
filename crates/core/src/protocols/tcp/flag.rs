//! The `tcp.analysis` flags as a set.

use std::ops::{BitOr, BitOrAssign};

/// A set of flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);

    /// Whether all of `other` are in the set.
    #[inline]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names that tshark prints, without `tcp.analysis.`, separated by commas. A fast or spurious retransmission is printed
    /// as a retransmission too.
    pub fn names(self) -> String {
        let mut shown = self;
        if self.0 & (FAST_RETRANSMISSION.0 | SPURIOUS_RETRANSMISSION.0) != 0 {
            shown |= RETRANSMISSION;
        }
        let names = ALL.iter().filter(|(flag, _)| shown.contains(*flag)).map(|(_, name)| *name);
        names.collect::<Vec<_>>().join(",")
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

macro_rules! flags {
    ($($(#[doc = $doc:literal])+ $flag:ident $bit:literal $name:literal;)+) => {
        $($(#[doc = $doc])+ pub const $flag: Flags = Flags(1 << $bit);)+
        /// All flags with the names that tshark prints.
        pub const ALL: &[(Flags, &str)] = &[$(($flag, $name),)+];
    };
}

flags! {
    /// A segment that was sent before.
    RETRANSMISSION 0 "retransmission";
    /// One that duplicate acknowledgements asked for.
    FAST_RETRANSMISSION 1 "fast_retransmission";
    /// One whose data were acknowledged before.
    SPURIOUS_RETRANSMISSION 2 "spurious_retransmission";
    /// An old segment too soon to be a retransmission.
    OUT_OF_ORDER 3 "out_of_order";
    /// "Previous segment not captured".
    LOST_SEGMENT 4 "lost_segment";
    /// "ACKed unseen segment".
    ACK_LOST_SEGMENT 5 "ack_lost_segment";
    /// An acknowledgement that repeats one.
    DUPLICATE_ACK 6 "duplicate_ack";
    /// A keep-alive probe.
    KEEP_ALIVE 7 "keep_alive";
    /// The answer to one.
    KEEP_ALIVE_ACK 8 "keep_alive_ack";
    /// A window of zero.
    ZERO_WINDOW 9 "zero_window";
    /// A probe of one byte into a window of zero.
    ZERO_WINDOW_PROBE 10 "zero_window_probe";
    /// The answer to one.
    ZERO_WINDOW_PROBE_ACK 11 "zero_window_probe_ack";
    /// A segment that fills the receiver's window.
    WINDOW_FULL 12 "window_full";
    /// A segment that only changes the window.
    WINDOW_UPDATE 13 "window_update";
    /// A new connection on ports that had one.
    REUSED_PORTS 14 "reused_ports";
    /// A SYN with a fast open cookie.
    TFO_SYN 15 "tfo_syn";
    /// A SYN-ACK that acknowledges fast open data.
    TFO_ACK 16 "tfo_ack";
    /// A SYN-ACK that ignores fast open data.
    TFO_IGNORED 17 "tfo_ignored";
}
