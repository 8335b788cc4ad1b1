//! The columns of `tcp_flows` that both ends have since other tools count so: tcptrace (`tt_`, `tcp.md` B.1), Tstat (`ts_`, B.2).

use arrayvec::ArrayString;

use super::super::life::Life;
use crate::flows::Half;
use crate::tables::ends;

ends! {
    /// What other tools tell of one end.
    Cover {
        "" {
            /// Segments of the {end} with ACK.
            ack_packets: u64 ["packets"],
            /// Segments of the {end} with payload and URG.
            urgent_packets: u32 ["packets"],
            /// Smallest payload in one segment of the {end}, of those with any.
            smallest_payload_bytes: u32 ["bytes"],
            /// Segments of the {end} whose payload was not captured whole.
            truncated_packets: u32 ["packets"],
            /// Payload of the {end} that was not captured.
            truncated_bytes: u64 ["bytes"],
            /// Whether the {end} offered selective acknowledgements in its SYN or SYN-ACK (RFC 2018).
            sack_permitted_option: bool,
            /// Whether the {end} offered time stamps in its SYN or SYN-ACK (RFC 7323).
            timestamps_option: bool,
            /// Mean receive window over the segments of the {end} without SYN, scaled.
            window_mean_bytes: Option<u64> ["bytes"],
            /// Last receive window that the {end} advertised, scaled.
            window_last_bytes: Option<u64> ["bytes"],
            /// Mean over the connection's time of what the {end} had sent and the capture point had not seen
            /// acknowledged, SYN and FIN a byte each.
            outstanding_mean_bytes: Option<u64> ["bytes"],
            /// Longest time from a segment of the {end} to its repeat by a timer (RFC 6298).
            longest_rto_ns: Option<i64> ["ns"],
            /// When the {end} first acknowledged anything, the SYN-ACK not counted, since 1970 UTC.
            first_ack_time_ns: Option<i64> ["ns"],
        }
        "tt_" {
            /// Segments of the {end} with payload and PSH, as tcptrace counts.
            pushed_data_packets: u64 ["packets"],
            /// Sum of the urgent pointers of the {end}'s segments with payload and URG, as tcptrace counts urgent
            /// data.
            urgent_bytes: u64 ["bytes"],
            /// Segments of the {end} with payload of which some was seen before, as tcptrace counts: copies by the
            /// network or the capture count, what fills a hole does not.
            retransmitted_packets: u32 ["packets"],
            /// Payload of those that was seen before.
            retransmitted_bytes: u64 ["bytes"],
            /// Segments of the {end} that begin below the highest byte seen and hold only payload not seen before, as
            /// tcptrace counts.
            out_of_order_packets: u32 ["packets"],
            /// Segments of the {end} with one byte while the window of its peer was closed, as tcptrace counts zero
            /// window probes.
            window_probe_packets: u32 ["packets"],
            /// Segments of the {end} with payload that repeat one with the same sequence number, length and IP
            /// identification, as tcptrace counts.
            hardware_duplicate_packets: u32 ["packets"],
            /// How often a segment of the {end} was seen again at the most.
            most_retransmissions: u8,
            /// Smallest time from a segment of the {end} to its next copy, as tcptrace's retr time.
            retransmission_time_min_ns: Option<i64> ["ns"],
            /// Mean of those times.
            retransmission_time_mean_ns: Option<i64> ["ns"],
            /// Largest of those times.
            retransmission_time_max_ns: Option<i64> ["ns"],
            /// Their standard deviation, that of a sample.
            retransmission_time_deviation_ns: Option<i64> ["ns"],
            /// Largest outstanding window over the segments of the {end}: from the highest acknowledgement that the
            /// capture point has seen to the end of the segment, as tcptrace takes owin.
            owin_max_bytes: Option<u64> ["bytes"],
            /// Smallest of those that is not zero.
            owin_min_bytes: Option<u64> ["bytes"],
            /// Their mean over the segments.
            owin_mean_bytes: Option<u64> ["bytes"],
            /// Payload of the {end} before the capture point saw any of it acknowledged, as tcptrace's initial window;
            /// {end}_initial_flight_bytes is what the {end} itself knew.
            initial_window_bytes: u32 ["bytes"],
            /// Segments with that payload.
            initial_window_packets: u32 ["packets"],
            /// Length of the {end}'s data from the sequence numbers of its SYN and FIN; NULL where one of them is
            /// missing (tcptrace's ttl stream length).
            stream_bytes: Option<u64> ["bytes"],
            /// That length less the payload seen (tcptrace's missed data).
            missed_bytes: Option<u64> ["bytes"],
            /// Round trips from what the {end} sends to its acknowledgement and back to the capture point, as tcptrace
            /// takes them: SYN and FIN count, segments seen twice and those behind one that came late do not.
            rtt_samples: u32,
            /// Smallest of those round trips.
            rtt_min_ns: Option<i64> ["ns"],
            /// Their mean.
            rtt_mean_ns: Option<i64> ["ns"],
            /// Largest of those round trips.
            rtt_max_ns: Option<i64> ["ns"],
            /// Their standard deviation, that of a sample.
            rtt_deviation_ns: Option<i64> ["ns"],
            /// Those of them that are of full segments, of as many bytes as the MSS less time stamps.
            full_rtt_samples: u32,
            /// Smallest round trip of full segments.
            full_rtt_min_ns: Option<i64> ["ns"],
            /// Their mean.
            full_rtt_mean_ns: Option<i64> ["ns"],
            /// Largest round trip of full segments.
            full_rtt_max_ns: Option<i64> ["ns"],
            /// Their standard deviation, that of a sample.
            full_rtt_deviation_ns: Option<i64> ["ns"],
            /// Acknowledgements of a segment of the {end} seen once that measure nothing, since one before it came
            /// later.
            post_loss_acks: u32 ["packets"],
            /// Acknowledgements of a segment of the {end} that was seen several times.
            ambiguous_acks: u32 ["packets"],
            /// Smallest round trip of those, from the last copy.
            last_rtt_min_ns: Option<i64> ["ns"],
            /// Their mean.
            last_rtt_mean_ns: Option<i64> ["ns"],
            /// Largest round trip of those, from the last copy.
            last_rtt_max_ns: Option<i64> ["ns"],
            /// Their standard deviation, that of a sample.
            last_rtt_deviation_ns: Option<i64> ["ns"],
            /// Segments of the {end} covered by an acknowledgement of a later one.
            cumulatively_acked_packets: u32 ["packets"],
            /// Acknowledgements of the {end}'s data without payload that repeat number and window of the one before,
            /// whatever is in flight.
            duplicate_acks: u32 ["packets"],
            /// How often the third of them in a row came.
            triple_duplicate_acks: u32,
        }
        "ts_" {
            /// Payload of the {end} out of sequence by Tstat's rules: sent again after more than a mean round trip and
            /// four deviations, and at least 200 ms.
            rto_packets: u32 ["packets"],
            /// The same sooner, after three repeated acknowledgements.
            fast_packets: u32 ["packets"],
            /// Not seen before, older by its IP identification, and sooner than any round trip.
            reordered_packets: u32 ["packets"],
            /// Acknowledged before, with the IP identification of the copy before: doubled by the network.
            duplicate_packets: u32 ["packets"],
            /// While the window of its peer was closed.
            flow_control_packets: u32 ["packets"],
            /// As ts_{end}_rto_packets, but acknowledged before.
            unneeded_rto_packets: u32 ["packets"],
            /// As ts_{end}_fast_packets, but acknowledged before.
            unneeded_fast_packets: u32 ["packets"],
            /// Payload of the {end} out of sequence that is none of these.
            unknown_packets: u32 ["packets"],
            /// Payload in bytes of the {end}'s first four segments with any, separated by commas; 65535 stands for
            /// more.
            first_packet_bytes: ArrayString<32>,
            /// Microseconds from each of those segments to the next.
            first_pauses_us: ArrayString<32>,
            /// Payload in bytes of the {end}'s first four messages, each up to a PSH, separated by commas; 65535 stands
            /// for more.
            first_message_bytes: ArrayString<32>,
        }
    }
}

impl Cover {
    #[allow(clippy::too_many_lines)] // one line for each column
    pub(super) fn new(life: &Life, which: Half) -> Self {
        let half = which as usize;
        let (counts, transfer, window) = (&life.counts[half], &life.transfers[half], &life.windows[half]);
        let (rare, handshake) = (counts.rare(), &life.handshake);
        let (anomalies, tstat) = (&rare.anomalies, &rare.anomalies.tstat);
        let (round_trips, disturbed) = (&transfer.round_trips, transfer.round_trips.disturbed());
        let (clean, full) = (transfer.round_trips.clean(), transfer.round_trips.full());
        let stream_bytes = (counts.syn_packets > 0).then(|| transfer.stream_bytes()).flatten();
        Self {
            ack_packets: counts.packets - u64::from(counts.without_ack),
            urgent_packets: rare.urgent_packets,
            smallest_payload_bytes: counts.smallest_payload_bytes,
            truncated_packets: counts.truncated_packets,
            truncated_bytes: counts.truncated_bytes,
            sack_permitted_option: handshake.sack_permitted[half],
            timestamps_option: handshake.timestamps_offered[half],
            window_mean_bytes: window.mean_bytes(),
            window_last_bytes: window.last_bytes(),
            outstanding_mean_bytes: transfer.owin.mean_over_time(life.earliest_ns, life.now_ns),
            longest_rto_ns: Some(rare.longest_timeout_ns).filter(|longest_ns| *longest_ns > 0),
            first_ack_time_ns: counts.first_ack_ns(),
            pushed_data_packets: counts.push_packets - u64::from(rare.bare_pushes),
            urgent_bytes: rare.urgent_bytes,
            retransmitted_packets: anomalies.repeated_packets,
            retransmitted_bytes: anomalies.repeated_bytes,
            out_of_order_packets: anomalies.out_of_order_packets,
            window_probe_packets: anomalies.probe_packets,
            hardware_duplicate_packets: anomalies.hardware_duplicates,
            most_retransmissions: anomalies.most_repeats,
            retransmission_time_min_ns: anomalies.apart.least_ns(),
            retransmission_time_mean_ns: anomalies.apart.mean_ns(),
            retransmission_time_max_ns: anomalies.apart.most_ns(),
            retransmission_time_deviation_ns: anomalies.apart.deviation_ns(),
            owin_max_bytes: transfer.owin.most(),
            owin_min_bytes: transfer.owin.least(),
            owin_mean_bytes: transfer.owin.mean(),
            initial_window_bytes: transfer.owin.initial_bytes,
            initial_window_packets: transfer.owin.initial_packets,
            stream_bytes,
            missed_bytes: stream_bytes.map(|bytes| bytes.saturating_sub(transfer.unique_bytes())),
            rtt_samples: clean.count,
            rtt_min_ns: clean.least_ns(),
            rtt_mean_ns: clean.mean_ns(),
            rtt_max_ns: clean.most_ns(),
            rtt_deviation_ns: clean.deviation_ns(),
            full_rtt_samples: full.count,
            full_rtt_min_ns: full.least_ns(),
            full_rtt_mean_ns: full.mean_ns(),
            full_rtt_max_ns: full.most_ns(),
            full_rtt_deviation_ns: full.deviation_ns(),
            post_loss_acks: disturbed.post_loss,
            ambiguous_acks: disturbed.ambiguous.count,
            last_rtt_min_ns: disturbed.ambiguous.least_ns(),
            last_rtt_mean_ns: disturbed.ambiguous.mean_ns(),
            last_rtt_max_ns: disturbed.ambiguous.most_ns(),
            last_rtt_deviation_ns: disturbed.ambiguous.deviation_ns(),
            cumulatively_acked_packets: round_trips.cumulative,
            duplicate_acks: transfer.repeated_acks,
            triple_duplicate_acks: transfer.third_repeats.into(),
            rto_packets: tstat.timeout,
            fast_packets: tstat.fast,
            reordered_packets: tstat.reordered,
            duplicate_packets: tstat.duplicate,
            flow_control_packets: tstat.flow_control,
            unneeded_rto_packets: tstat.unneeded_timeout,
            unneeded_fast_packets: tstat.unneeded_fast,
            unknown_packets: tstat.unknown,
            first_packet_bytes: counts.sizes.packets(),
            first_pauses_us: counts.sizes.pauses_us(),
            first_message_bytes: counts.sizes.messages(),
        }
    }
}
