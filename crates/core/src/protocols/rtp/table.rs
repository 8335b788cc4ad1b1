//! The table `rtp_streams`.

use crate::flows::AddressText;
use crate::tables::table;

table! {
    /// A stream of RTP: packets of one source (SSRC) from one end of a flow to the other. Columns that begin with ws_ are counted as
    /// Wireshark counts.
    "rtp_streams" RtpStreamRow {
        /// Flow that it is part of, as in flows.
        flow: u64,
        /// Index of that flow among the flows of UDP, as in flows.
        stream: u32,
        /// Client of the flow as address:port.
        client: AddressText,
        /// Server of the flow in the same form.
        server: AddressText,
        /// Who sends it: client or server.
        sender: &'static str,
        /// Sending end as address:port.
        source: AddressText,
        /// Receiving end in the same form.
        destination: AddressText,
        /// Source identifier.
        ssrc: u32,
        /// Payload type of its first packet that is neither comfort noise nor a key press.
        payload_type: u8,
        /// All its payload types, in order of appearance.
        payload_types: String,
        /// Codec: from the registry of payload types, or from what was announced; NULL where it is not known.
        codec: Option<&'static str>,
        /// Ticks of its timestamp in a second; NULL where they are not known, and then nothing in time can be told of it.
        clock_rate_hz: Option<u32> ["Hz"],
        /// How it is known: sip, rtsp (announced there), heuristic (five packets in sequence).
        detected_by: &'static str,
        /// Call-ID of the call of SIP that announced it, as in sip_calls.
        call_id: Option<String>,
        /// Packets that came, copies included.
        packets: u64 ["packets"],
        /// Bytes of their payload.
        payload_bytes: u64 ["bytes"],
        /// Packets that its sequence numbers span (RFC 3550 §A.3).
        expected_packets: u64 ["packets"],
        /// Expected less received packets (RFC 3550 §A.3); copies make it smaller, even less than 0.
        lost_packets: i64 ["packets"],
        /// The same by Wireshark, which goes up to the number of the last packet, not to the largest.
        ws_lost_packets: i64 ["packets"],
        /// Packets whose number never came.
        missing_packets: u64 ["packets"],
        /// Packets that came before.
        duplicate_packets: u64 ["packets"],
        /// Packets that came after one with a higher number.
        reordered_packets: u64 ["packets"],
        /// By how many numbers the latest of them had been overtaken.
        reorder_max_packets: u16 ["packets"],
        /// How often its numbers began anew.
        restarts: u32,
        /// Bursts of losses: two or more with fewer than 16 packets between them (RFC 3611 §4.7.2).
        loss_bursts: u64,
        /// Missing packets in bursts.
        burst_lost_packets: u64 ["packets"],
        /// Packets from the first to the last loss of each burst, missing ones included.
        burst_packets: u64 ["packets"],
        /// Missing packets apart from bursts.
        gap_lost_packets: u64 ["packets"],
        /// Most consecutive missing packets.
        longest_loss_packets: u64 ["packets"],
        /// Mean jitter, as Wireshark shows it: packets with marker and around comfort noise take no part.
        jitter_ns: Option<i64> ["ns"],
        /// Smallest jitter, counted so.
        jitter_min_ns: Option<i64> ["ns"],
        /// Largest jitter, counted so.
        jitter_max_ns: Option<i64> ["ns"],
        /// Jitter after the last packet (RFC 3550 §A.8), which a receiver would report.
        rfc3550_jitter_ns: Option<i64> ["ns"],
        /// Shortest time between two packets; as for jitter, not all take part.
        interval_min_ns: Option<i64> ["ns"],
        /// Mean of those times.
        interval_mean_ns: Option<i64> ["ns"],
        /// Longest of those times.
        interval_max_ns: Option<i64> ["ns"],
        /// Most that a packet came later than the quickest before it, by their timestamps.
        delay_variation_max_ns: Option<i64> ["ns"],
        /// Packets that came too late for a play-out buffer of 40 ms behind the quickest.
        late_40ms_packets: Option<u64> ["packets"],
        /// The same for a buffer of 60 ms.
        late_60ms_packets: Option<u64> ["packets"],
        /// The same for a buffer of 100 ms.
        late_100ms_packets: Option<u64> ["packets"],
        /// Rating factor of the E-model (ITU-T G.107), 0 to 100, from losses, jitter and the round trip where it is known; NULL
        /// for all but speech of well-known codecs.
        rating_factor: Option<f64>,
        /// Mean opinion score that goes with it, 1 to 4.5.
        mos: Option<f64>,
        /// Reports of its receiver.
        rtcp_reports: u32,
        /// Packets lost in all, by the receiver's last report.
        rtcp_lost_packets: Option<i64> ["packets"],
        /// Largest share lost between two reports of the receiver.
        rtcp_fraction_lost_max_share: Option<f64>,
        /// Largest jitter that the receiver reported.
        rtcp_jitter_max_ns: Option<i64> ["ns"],
        /// Round trips between the capture point and the receiver, from its reports (RFC 3550 §6.4.1).
        rtcp_round_trips: u32,
        /// Their mean.
        rtcp_round_trip_mean_ns: Option<i64> ["ns"],
        /// The longest of them.
        rtcp_round_trip_max_ns: Option<i64> ["ns"],
        /// Number of its first frame.
        first_frame: u64,
        /// Number of its last frame.
        last_frame: u64,
        /// Time of its first packet, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Time of its last packet, since 1970 UTC.
        last_time_ns: i64 ["ns"],
        /// Last less first time.
        duration_ns: i64 ["ns"],
    }
}
