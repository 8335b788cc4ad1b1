//! The odd is data: each kind of oddity is a row with a count and its first place, never a crash.

use std::collections::BTreeMap;

use crate::capture::LinkType;
use crate::decode::Protocol;

/// How much an oddity weighs for what is concluded from the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Worth knowing; nothing is lost.
    Note,
    /// Part of the traffic could not be read or is missing.
    Loss,
    /// Reading stopped before the end of the input.
    Stop,
}

impl Weight {
    /// The word used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Loss => "loss",
            Self::Stop => "stop",
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident => $name:literal, $weight:ident;)+) => {
        /// Every kind of oddity. The closed list of names in the table `issues`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum IssueKind { $($(#[doc = $doc])+ $kind,)+ }

        impl IssueKind {
            /// All kinds, in order of declaration.
            pub const ALL: &'static [IssueKind] = &[$(Self::$kind,)+];

            /// The name in the table `issues`.
            pub fn name(self) -> &'static str { match self { $(Self::$kind => $name,)+ } }

            /// One sentence for people.
            pub fn sentence(self) -> &'static str { match self { $(Self::$kind => concat!($($doc),+).trim_ascii(),)+ } }

            /// What it means for the conclusions.
            pub fn weight(self) -> Weight { match self { $(Self::$kind => Weight::$weight,)+ } }
        }
    };
}

kinds! {
    /// The input ends in the middle of a record; everything before it was read.
    CutShort => "cut_short", Stop;
    /// A record's header cannot be true; reading stopped there.
    CorruptRecord => "corrupt_record", Stop;
    /// Bytes were passed over to find the next plausible record after a corrupt one; count is how many.
    Resynchronised => "resynchronised", Loss;
    /// The compressed stream is damaged or cut; what was decompressed before was read.
    CompressedStreamDamaged => "compressed_stream_damaged", Stop;
    /// The compressed stream expands beyond any plausible capture; reading stopped.
    DecompressionBomb => "decompression_bomb", Stop;
    /// A record claims more captured bytes than there were on the wire.
    CapturedMoreThanWire => "captured_more_than_wire", Note;
    /// A frame has no time stamp.
    NoTimestamp => "no_timestamp", Note;
    /// A time stamp lies outside the years 1824 to 2116; it is wrong by multiples of 292 years, differences are right.
    TimestampOutOfRange => "timestamp_out_of_range", Note;
    /// A frame's time is before that of the frame before it.
    TimeBackwards => "time_backwards", Note;
    /// A frame refers to an interface that was never described.
    UnknownInterface => "unknown_interface", Loss;
    /// A block of a type that is not read was passed over; detail is the block type.
    BlockSkipped => "block_skipped", Note;
    /// A block or option of the capture file contradicts its own length.
    MalformedBlock => "malformed_block", Note;
    /// The capture counted packets that it dropped; count is how many.
    CaptureDrops => "capture_drops", Loss;
    /// The capture file holds a comment.
    Comment => "comment", Note;
    /// The frame was cut by the snapshot length.
    SnapLength => "snap_length", Note;
    /// A link type that is not decoded; detail is the link type.
    UnknownLinkType => "unknown_link_type", Loss;
    /// An Ethernet type that is not decoded; detail is the type.
    UnknownEtherType => "unknown_ether_type", Note;
    /// An IP protocol that is not decoded; detail is the protocol.
    UnknownIpProtocol => "unknown_ip_protocol", Note;
    /// A PPP protocol that is not decoded; detail is the protocol.
    UnknownPppProtocol => "unknown_ppp_protocol", Note;
    /// An LLC service access point that is not decoded; detail is the SAP.
    UnknownLlcSap => "unknown_llc_sap", Note;
    /// A header is cut by the end of the captured bytes; detail is the protocol.
    HeaderCut => "header_cut", Note;
    /// A header contradicts itself or its frame; detail is the protocol.
    MalformedHeader => "malformed_header", Note;
    /// Layers are nested beyond the bound; the inner ones were not looked at.
    TooDeep => "too_deep", Loss;
    /// An IP fragment whose datagram never became complete.
    FragmentIncomplete => "fragment_incomplete", Loss;
    /// IP fragments of one datagram overlap.
    FragmentOverlap => "fragment_overlap", Note;
    /// Reassembly state was let go to stay within the memory budget.
    FragmentsEvicted => "fragments_evicted", Loss;
    /// Exchanges of ICMP, ARP or NDP, or datagrams in fragments, were closed before their time, oldest first, to stay
    /// within the memory budget; what comes later stands alone.
    ExchangesEvicted => "exchanges_evicted", Note;
    /// Flows were let go, least recently used first, to stay within the memory budget.
    FlowsEvicted => "flows_evicted", Note;
    /// Flows of a single packet were counted but not listed, to stay within the memory budget.
    FlowsNotListed => "flows_not_listed", Loss;
    /// Endpoints were not listed, to stay within the memory budget.
    EndpointsNotListed => "endpoints_not_listed", Loss;
    /// More kinds of oddities or protocol paths occurred than are kept apart.
    RowsMerged => "rows_merged", Note;
    /// A SNAP protocol that is not decoded; detail is the organisation and its number for the protocol.
    UnknownSnap => "unknown_snap", Note;
    /// An address family that is not decoded; detail is the family.
    UnknownFamily => "unknown_family", Note;
    /// The payload of a tunnel is of a type that is not decoded; detail is its number for the type.
    UnknownTunnelPayload => "unknown_tunnel_payload", Note;
    /// A wireless frame is encrypted; what it carries cannot be read.
    WlanEncrypted => "wlan_encrypted", Loss;
    /// A wireless frame is one of several fragments, which are not put together.
    WlanFragment => "wlan_fragment", Loss;
    /// Requests were let go before their answers could come, to stay within the memory budget; they count as unanswered.
    RequestsEvicted => "requests_evicted", Loss;
    /// A message of DNS contradicts itself.
    MalformedDns => "malformed_dns", Note;
}

impl IssueKind {
    /// The detail in words; `None` when the kind has none.
    pub fn detail(self, detail: u64) -> Option<String> {
        match self {
            Self::HeaderCut | Self::MalformedHeader => {
                let protocol = Protocol::ALL.get((detail as usize).checked_sub(1)?)?;
                Some(protocol.name().to_owned())
            }
            _ if detail == 0 => None,
            Self::UnknownEtherType | Self::UnknownPppProtocol | Self::BlockSkipped => Some(format!("0x{detail:04x}")),
            Self::UnknownLlcSap => Some(format!("0x{detail:02x}")),
            Self::UnknownLinkType => Some(LinkType(detail as u32).name()),
            _ => Some(detail.to_string()),
        }
    }
}

/// One oddity: how often it occurred and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// How often it occurred.
    pub count: u64,
    /// Number of the first frame it concerns; `None` when it concerns no frame.
    pub first_frame: Option<u64>,
    /// Byte offset in the (decompressed) input where it first occurred.
    pub first_offset: Option<u64>,
    /// The first one's words, such as the text of a comment.
    pub text: Option<String>,
}

/// The oddities met so far, in bounded memory.
#[derive(Debug, Default, Clone)]
pub struct Issues {
    rows: BTreeMap<(IssueKind, u64), Issue>,
}

impl Issues {
    /// Rows that are kept apart; beyond it the detail is dropped and [`IssueKind::RowsMerged`] says so.
    pub const MAX_ROWS: usize = 1000;

    /// Notes one occurrence. `detail` keeps kinds such as unknown types apart; 0 when there is none.
    pub fn note(&mut self, kind: IssueKind, detail: u64, frame: Option<u64>, offset: Option<u64>) {
        self.add(kind, detail, 1, frame, offset);
    }

    /// Notes `count` occurrences at once.
    pub fn add(&mut self, kind: IssueKind, detail: u64, count: u64, frame: Option<u64>, offset: Option<u64>) {
        if let Some(issue) = self.rows.get_mut(&(kind, detail)) {
            issue.count = issue.count.saturating_add(count); // a file may claim any number of drops
            return;
        }
        if self.rows.len() >= Self::MAX_ROWS && kind != IssueKind::RowsMerged && detail != 0 {
            self.add(IssueKind::RowsMerged, 0, count, frame, offset);
            return self.add(kind, 0, count, frame, offset);
        }
        self.rows.insert((kind, detail), Issue { count, first_frame: frame, first_offset: offset, text: None });
    }

    /// Gives the row of `kind` and `detail` its words, unless it has some.
    pub fn describe(&mut self, kind: IssueKind, detail: u64, text: &str) {
        if let Some(issue) = self.rows.get_mut(&(kind, detail)) {
            issue.text.get_or_insert_with(|| text.chars().take(400).collect());
        }
    }

    /// Takes over another log. `numbered` says whether its frame numbers mean the same frames here.
    pub fn merge(&mut self, other: &Issues, numbered: bool) {
        for (kind, detail, issue) in other.iter() {
            let frame = issue.first_frame.filter(|_| numbered);
            self.add(kind, detail, issue.count, frame, issue.first_offset.filter(|_| numbered));
            if let Some(text) = &issue.text {
                self.describe(kind, detail, text);
            }
        }
    }

    /// How often `kind` occurred, over all details.
    pub fn count(&self, kind: IssueKind) -> u64 {
        self.rows.range((kind, 0)..=(kind, u64::MAX)).fold(0, |sum, (_, issue)| sum.saturating_add(issue.count))
    }

    /// All rows, by kind and detail.
    pub fn iter(&self) -> impl Iterator<Item = (IssueKind, u64, &Issue)> {
        self.rows.iter().map(|(&(kind, detail), issue)| (kind, detail, issue))
    }
}
