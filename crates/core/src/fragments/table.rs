//! The table `ip_fragments`.

use std::borrow::Cow;

use crate::flows::AddressText;
use crate::tables::table;

table! {
    /// A datagram that came in fragments. A copy of a fragment up to 1 s after its datagram was complete belongs to it too.
    "ip_fragments" FragmentedRow {
        /// Flow of the datagram, as in flows; NULL where no packet of it was whole, or its first fragment is missing.
        flow: Option<u64>,
        /// Index of that flow among those of TCP or of UDP, as in flows.
        stream: Option<u32>,
        /// Who sent it, as address:port, or the address alone where there are no ports or the first fragment is missing.
        source: AddressText,
        /// Whom it is for, in the same form.
        destination: AddressText,
        /// Protocol of its payload: udp, icmp, ….
        protocol: Cow<'static, str>,
        /// Identification, which all its fragments share.
        id: u32,
        /// complete or incomplete. A fragment that was cut by the snapshot length counts as a whole one here.
        state: &'static str,
        /// Fragments, copies included.
        fragments: u32 ["packets"],
        /// Fragments that brought nothing but bytes which were there already.
        duplicate_fragments: u32 ["packets"],
        /// Fragments that overlap others in part (RFC 5722 has a host drop the datagram).
        overlapping_fragments: u32 ["packets"],
        /// Fragments that contradict the length of the datagram.
        contradicting_fragments: u32 ["packets"],
        /// Fragments that came after one with later bytes.
        reordered_fragments: u32 ["packets"],
        /// Fragments, not the last, that are shorter than any link demands: of less than 68 bytes (RFC 791 §3.2), or the first
        /// without a whole transport header (RFC 1858 §3).
        tiny_fragments: u32 ["packets"],
        /// Bytes of its payload that came, each counted once.
        bytes: u32 ["bytes"],
        /// Bytes of its payload in all; NULL while the last fragment is missing.
        total_bytes: Option<u32> ["bytes"],
        /// Whether its first fragment came.
        first_came: bool,
        /// Whether its last fragment came.
        last_came: bool,
        /// Number of the frame of the fragment that came first.
        first_frame: u64,
        /// Number of the frame of the fragment that came last.
        last_frame: u64,
        /// Number of the frame that made it complete.
        complete_frame: Option<u64>,
        /// Time of the fragment that came first, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Time of the fragment that came last, since 1970 UTC.
        last_time_ns: i64 ["ns"],
        /// From the fragment that came first until it was complete.
        complete_after_ns: Option<i64> ["ns"],
    }
}
