//! The columns of `tcp_flows` that both ends have.

use super::super::echo::Echo;
use super::super::life::Life;
use crate::flows::Half;
use crate::tables::ends;

ends! {
    /// What one end sent, and how it went.
    End {
        "" {
            /// Segments that the {end} sent.
            packets: u64 ["packets"],
            /// Segments with payload that the {end} sent, repeats included.
            data_packets: u64 ["packets"],
            /// Payload that the {end} sent, repeats included.
            payload_bytes: u64 ["bytes"],
            /// Payload of the {end} that was seen at least once, from sequence numbers.
            unique_bytes: u64 ["bytes"],
            /// Segments with data, SYN or FIN that the {end} really sent again; where offload merged frames, counted in
            /// units of the MSS. Keep-alives, window probes, duplicates and reordered segments are not among them.
            retransmitted_packets: u64 ["packets"],
            /// Payload of those.
            retransmitted_bytes: u64 ["bytes"],
            /// Segments of the {end} sent again since later data had arrived (RFC 5681, RFC 6675, RFC 8985).
            fast_retransmissions: u32 ["packets"],
            /// Segments of the {end} sent again as a tail loss probe (RFC 8985).
            tlp_retransmissions: u32 ["packets"],
            /// Segments of the {end} sent again since a timer ran out (RFC 6298).
            rto_retransmissions: u32 ["packets"],
            /// Segments of the {end} sent again although an earlier repeat was seen.
            repeated_retransmissions: u32 ["packets"],
            /// Segments of the {end} sent again although they were acknowledged.
            unneeded_retransmissions: u32 ["packets"],
            /// Repeats of the {end} that its peer reported as needless (RFC 2883).
            spurious_retransmissions: u32 ["packets"],
            /// Segments of the {end} sent again since the path said that they were too large.
            pmtu_retransmissions: u32 ["packets"],
            /// Retransmissions of the {end} whose original never passed the capture point.
            lost_upstream_packets: u64 ["packets"],
            /// Retransmissions of the {end} whose original had passed the capture point.
            lost_downstream_packets: u64 ["packets"],
            /// Segments of the {end} that were overtaken on the path.
            reordered_packets: u32 ["packets"],
            /// Copies of the {end}'s packets that the network made.
            network_duplicate_packets: u32 ["packets"],
            /// Copies of the {end}'s packets that the capture made.
            capture_duplicate_packets: u32 ["packets"],
            /// Probes of a closed window that the {end} sent.
            window_probes: u32 ["packets"],
            /// Keep-alive probes that the {end} sent.
            keep_alives: u32 ["packets"],
            /// Acknowledgements without data that the {end} sent.
            bare_ack_packets: u64 ["packets"],
            /// Acknowledgements of the {end} that repeat one while data is in flight.
            duplicate_ack_packets: u32 ["packets"],
            /// Segments of the {end} with selective acknowledgements.
            sack_packets: u32 ["packets"],
            /// Segments of the {end} with PSH.
            push_packets: u64 ["packets"],
            /// Segments of the {end} with SYN.
            syn_packets: u32 ["packets"],
            /// Segments of the {end} with FIN.
            fin_packets: u32 ["packets"],
            /// Segments of the {end} with RST.
            rst_packets: u32 ["packets"],
            /// Packets of the {end} that a router marked as having met congestion (RFC 3168).
            ce_packets: u64 ["packets"],
            /// Segments of the {end} that echo such a mark.
            ece_packets: u64 ["packets"],
            /// Bytes of the {end} that were acknowledged but never captured.
            missed_bytes: u64 ["bytes"],
            /// Segments of the {end} larger than the MSS: offload merged them before the capture.
            super_segments: u64 ["packets"],
            /// Largest payload in one segment of the {end}.
            largest_payload_bytes: u32 ["bytes"],
            /// Most bytes of the {end} in flight, as the {end} itself knew.
            flight_max_bytes: u32 ["bytes"],
            /// Smallest receive window that the {end} advertised after its SYN, scaled.
            window_min_bytes: Option<u64> ["bytes"],
            /// Largest receive window that the {end} advertised, scaled.
            window_max_bytes: u64 ["bytes"],
            /// Window scale of the {end} in use; inferred from the flight where the handshake is missing.
            window_shift: u8,
            /// Segments of the {end} with a receive window of zero.
            zero_window_packets: u32 ["packets"],
            /// How often the receive window of the {end} closed.
            zero_window_spans: u32,
            /// How long the receive window of the {end} was closed.
            zero_window_ns: i64 ["ns"],
            /// Round trips measured between the capture point and the {end}: data to acknowledgement, of segments sent
            /// once (Karn).
            rtt_samples: u32,
            /// Smallest of those round trips.
            rtt_min_ns: Option<i64> ["ns"],
            /// Their mean.
            rtt_mean_ns: Option<i64> ["ns"],
            /// Their median, to within 19 %.
            rtt_p50_ns: Option<i64> ["ns"],
            /// Their 95th percentile, to within 19 %.
            rtt_p95_ns: Option<i64> ["ns"],
            /// Largest of those round trips.
            rtt_max_ns: Option<i64> ["ns"],
            /// Round trips between the capture point and the {end} measured by time stamps (RFC 7323).
            timestamp_rtt_samples: u32,
            /// Smallest of those.
            timestamp_rtt_min_ns: Option<i64> ["ns"],
            /// Smallest time to live or hop limit of the {end}'s packets.
            ttl_min: Option<u8>,
            /// Largest time to live or hop limit of the {end}'s packets.
            ttl_max: Option<u8>,
            /// When the {end} first sent payload, since 1970 UTC.
            first_data_time_ns: Option<i64> ["ns"],
            /// When the {end} last sent payload, since 1970 UTC.
            last_data_time_ns: Option<i64> ["ns"],
            /// Maximum segment size that the {end} announced.
            mss_bytes: Option<u16> ["bytes"],
            /// Window scale that the {end} announced in its SYN or SYN-ACK.
            window_scale_option: Option<u8>,
            /// When the {end} first sent FIN, since 1970 UTC.
            fin_time_ns: Option<i64> ["ns"],
            /// Longest time between two segments of the {end}.
            longest_pause_ns: i64 ["ns"],
            /// Most bytes of the {end} in flight before it knew of any acknowledgement of data: its initial window, where
            /// it had so much to send.
            initial_flight_bytes: u32 ["bytes"],
            /// How often the {end} sent its most repeated segment.
            most_copies: u8,
            /// How often the {end} repeated an acknowledgement three times, which asks for a fast retransmission (RFC
            /// 5681).
            triple_duplicate_acks: u32,
            /// Segments of the {end} that report bytes received twice (RFC 2883).
            dsack_packets: u32 ["packets"],
            /// Most selective acknowledgements in one segment of the {end}.
            most_sack_blocks: u8,
        }
    }
}

impl End {
    #[allow(clippy::too_many_lines)] // one line for each column
    pub(super) fn new(life: &Life, which: Half) -> Self {
        let half = which as usize;
        let (counts, transfer, window, limit) =
            (&life.counts[half], &life.transfers[half], &life.windows[half], &life.limits[half]);
        let (rare, closures) = (counts.rare(), window.closures());
        // The leg to a host is that of the data which its peer sends.
        let (leg, echo) = (&life.transfers[which.other() as usize].rtt, life.echo(which.other()));
        let handshake = &life.handshake;
        Self {
            packets: counts.packets,
            data_packets: counts.data_packets,
            payload_bytes: counts.payload_bytes,
            unique_bytes: transfer.unique_bytes(),
            retransmitted_packets: rare.retransmitted_packets,
            retransmitted_bytes: rare.retransmitted_bytes,
            fast_retransmissions: rare.fast,
            tlp_retransmissions: rare.tail_loss_probe,
            rto_retransmissions: rare.timeout,
            repeated_retransmissions: rare.repeated,
            unneeded_retransmissions: rare.unneeded,
            spurious_retransmissions: rare.spurious,
            pmtu_retransmissions: rare.pmtu,
            lost_upstream_packets: rare.lost_upstream,
            lost_downstream_packets: rare.lost_downstream,
            reordered_packets: rare.reordered,
            network_duplicate_packets: rare.network_duplicates,
            capture_duplicate_packets: rare.capture_duplicates,
            window_probes: rare.window_probes,
            keep_alives: rare.keep_alives,
            bare_ack_packets: counts.bare_acks,
            duplicate_ack_packets: rare.duplicate_acks,
            sack_packets: rare.sack_packets,
            push_packets: counts.push_packets,
            syn_packets: counts.syn_packets,
            fin_packets: counts.fin_packets,
            rst_packets: rare.rst_packets,
            ce_packets: rare.ce_packets,
            ece_packets: rare.ece_packets,
            missed_bytes: rare.missed_bytes,
            super_segments: rare.super_segments,
            largest_payload_bytes: counts.largest_payload_bytes,
            flight_max_bytes: limit.most_flight,
            window_min_bytes: window.least_bytes,
            window_max_bytes: window.most_bytes,
            window_shift: window.shift(),
            zero_window_packets: closures.packets,
            zero_window_spans: closures.spans,
            zero_window_ns: closures.total_ns,
            rtt_samples: leg.count(),
            rtt_min_ns: leg.least_ns(),
            rtt_mean_ns: leg.mean_ns(),
            rtt_p50_ns: leg.percentile_ns(50),
            rtt_p95_ns: leg.percentile_ns(95),
            rtt_max_ns: leg.most_ns(),
            timestamp_rtt_samples: echo.map_or(0, |echo| echo.count),
            timestamp_rtt_min_ns: echo.and_then(Echo::least_ns),
            ttl_min: counts.ttl.map(|(low, _)| low),
            ttl_max: counts.ttl.map(|(_, high)| high),
            first_data_time_ns: counts.first_data_ns(),
            last_data_time_ns: counts.last_data_ns(),
            mss_bytes: handshake.mss[half],
            window_scale_option: handshake.window_scale[half],
            fin_time_ns: life.fin_ns[half],
            longest_pause_ns: counts.longest_pause_ns,
            initial_flight_bytes: limit.initial_flight(),
            most_copies: transfer.most_copies,
            triple_duplicate_acks: rare.triple_duplicate_acks,
            dsack_packets: rare.dsack_packets,
            most_sack_blocks: rare.most_sack_blocks,
        }
    }
}
