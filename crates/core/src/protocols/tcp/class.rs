//! What a segment is, as far as can be told when it passes (`tcp.md` C.7).

/// The class of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// No data: an acknowledgement, a reset.
    Bare,
    /// Data, SYN or FIN not seen before, where it belongs or further on.
    New,
    /// Fills a hole and was overtaken on the path.
    Reordered,
    /// Sent again since later data arrived.
    Fast,
    /// Sent again as a probe for a lost tail (RFC 8985).
    TailLossProbe,
    /// Sent again since a timer ran out.
    Timeout,
    /// Sent again although an earlier repeat was seen.
    Repeated,
    /// Sent again although it was acknowledged.
    Unneeded,
    /// Sent again in smaller pieces after the path said that it was too large.
    Pmtu,
    /// The SYN or SYN-ACK again.
    SynAgain,
    /// The FIN again.
    FinAgain,
    /// A probe of a closed window.
    WindowProbe,
    /// A keep-alive probe.
    KeepAlive,
    /// The same packet again, made by the network.
    NetworkDuplicate,
    /// The same packet again, made by the capture.
    CaptureDuplicate,
}

impl Class {
    /// The word used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::New => "new",
            Self::Reordered => "reordered",
            Self::Fast => "retransmission_fast",
            Self::TailLossProbe => "retransmission_tlp",
            Self::Timeout => "retransmission_rto",
            Self::Repeated => "retransmission_repeated",
            Self::Unneeded => "retransmission_unneeded",
            Self::Pmtu => "retransmission_pmtu",
            Self::SynAgain => "retransmission_syn",
            Self::FinAgain => "retransmission_fin",
            Self::WindowProbe => "window_probe",
            Self::KeepAlive => "keep_alive",
            Self::NetworkDuplicate => "duplicate_network",
            Self::CaptureDuplicate => "duplicate_capture",
        }
    }

    /// Whether the host really sent the bytes again.
    pub fn is_retransmission(self) -> bool {
        matches!(
            self,
            Self::Fast
                | Self::TailLossProbe
                | Self::Timeout
                | Self::Repeated
                | Self::Unneeded
                | Self::Pmtu
                | Self::SynAgain
                | Self::FinAgain
        )
    }

    /// Whether the packet is a copy that its sender did not send.
    pub fn is_duplicate(self) -> bool {
        matches!(self, Self::NetworkDuplicate | Self::CaptureDuplicate)
    }
}

/// What made the sender send again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// Acknowledgements showed that later data had arrived.
    Evidence,
    /// The probe timer (RFC 8985 §7).
    Probe,
    /// The retransmission timer (RFC 6298).
    Timer,
}
