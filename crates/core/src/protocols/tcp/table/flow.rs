//! `tcp_flows`, and how its row follows from what is remembered of a connection.

use arrayvec::ArrayString;

use super::super::label::Role;
use super::super::life::Life;
use super::super::{compat, state, vantage};
use super::end::End;
use super::{Identity, role_name};
use crate::flows::AddressText;
use crate::tables::table;

table! {
    /// A TCP connection: one row for each stream. Times and windows are as the capture point saw them; what depends on
    /// where that is says so.
    "tcp_flows" TcpFlowRow {
        /// The flow, as in flows.
        flow: u64,
        /// Number of the stream, from 0, as Wireshark counts tcp.stream.
        stream: u32,
        /// Client as address:port, an IPv6 address in brackets.
        client: AddressText,
        /// Server in the same form.
        server: AddressText,
        /// Earliest time of its segments, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Latest time of its segments, since 1970 UTC.
        last_time_ns: i64 ["ns"],
        /// Latest less earliest time; the parts in tcp_ledger add up to it.
        duration_ns: i64 ["ns"],
        /// Number of its first frame.
        first_frame: u64,
        /// Number of its last frame.
        last_frame: u64,
        /// What was seen of the connection, as tcp.completeness: SYN 1, SYN-ACK 2, ACK 4, data 8, FIN 16, RST 32.
        completeness: u8,
        /// State at the end in Zeek's words (conn_state): S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH.
        zk_conn_state: &'static str,
        /// What happened in Zeek's letters (history), in order, capital ones for the client: s SYN, h SYN-ACK, a
        /// acknowledgement without data, d data, f FIN, r RST, t data sent again, g data that the capture missed, w
        /// window of zero, i FIN with RST, q SYN with FIN or RST; ^ says that the server came first. a, d, i and q
        /// come once for each end, t, g and w the first, tenth, hundredth time. At most 24 are kept.
        zk_history: ArrayString<24>,
        /// How it ended: fin (both ends closed), half_closed, reset, open, evicted.
        end_reason: &'static str,
        /// Who sent the first RST: client or server.
        reset_by: Option<&'static str>,
        /// Frame of the first RST.
        reset_frame: Option<u32>,
        /// SYN to the first acknowledgement.
        handshake_ns: Option<i64> ["ns"],
        /// SYN to SYN-ACK: the leg from the capture point to the server, with the server's time to accept.
        handshake_server_rtt_ns: Option<i64> ["ns"],
        /// SYN-ACK to the first acknowledgement: the leg from the capture point to the client.
        handshake_client_rtt_ns: Option<i64> ["ns"],
        /// SYNs that were sent again.
        syn_retransmissions: u32 ["packets"],
        /// SYN-ACKs that were sent again.
        syn_ack_retransmissions: u32 ["packets"],
        /// Whether both ends permit selective acknowledgements.
        sack_permitted: bool,
        /// Whether time stamps are in use.
        timestamps: bool,
        /// Whether both ends agreed to explicit congestion notification (RFC 3168).
        explicit_congestion: bool,
        /// Whether the SYN carries a fast open cookie (RFC 7413).
        fast_open: bool,
        /// Whether both ends agreed to a multipath connection, or to join one (RFC 8684).
        multipath: bool,
        /// How often its clock went back by more than 1 ms.
        clock_steps: u32,
        /// Where the capture point is: client, middle, server, unknown.
        vantage: &'static str,
        /// How sure that is, 0 to 1.
        vantage_confidence: f64,
        /// Segments that the client sent.
        client_packets: u64 ["packets"],
        /// Segments with payload that the client sent, repeats included.
        client_data_packets: u64 ["packets"],
        /// Payload that the client sent, repeats included.
        client_payload_bytes: u64 ["bytes"],
        /// Payload of the client that was seen at least once, from sequence numbers.
        client_unique_bytes: u64 ["bytes"],
        /// Segments with data, SYN or FIN that the client really sent again; where offload merged frames, counted in
        /// units of the MSS. Keep-alives, window probes, duplicates and reordered segments are not among them.
        client_retransmitted_packets: u64 ["packets"],
        /// Payload of those.
        client_retransmitted_bytes: u64 ["bytes"],
        /// Segments of the client sent again since later data had arrived (RFC 5681, RFC 6675, RFC 8985).
        client_fast_retransmissions: u32 ["packets"],
        /// Segments of the client sent again as a tail loss probe (RFC 8985).
        client_tlp_retransmissions: u32 ["packets"],
        /// Segments of the client sent again since a timer ran out (RFC 6298).
        client_rto_retransmissions: u32 ["packets"],
        /// Segments of the client sent again although an earlier repeat was seen.
        client_repeated_retransmissions: u32 ["packets"],
        /// Segments of the client sent again although they were acknowledged.
        client_unneeded_retransmissions: u32 ["packets"],
        /// Repeats of the client that its peer reported as needless (RFC 2883).
        client_spurious_retransmissions: u32 ["packets"],
        /// Segments of the client sent again since the path said that they were too large.
        client_pmtu_retransmissions: u32 ["packets"],
        /// Retransmissions of the client whose original never passed the capture point.
        client_lost_upstream_packets: u64 ["packets"],
        /// Retransmissions of the client whose original had passed the capture point.
        client_lost_downstream_packets: u64 ["packets"],
        /// Segments of the client that were overtaken on the path.
        client_reordered_packets: u32 ["packets"],
        /// Copies of the client's packets that the network made.
        client_network_duplicate_packets: u32 ["packets"],
        /// Copies of the client's packets that the capture made.
        client_capture_duplicate_packets: u32 ["packets"],
        /// Probes of a closed window that the client sent.
        client_window_probes: u32 ["packets"],
        /// Keep-alive probes that the client sent.
        client_keep_alives: u32 ["packets"],
        /// Acknowledgements without data that the client sent.
        client_bare_ack_packets: u64 ["packets"],
        /// Acknowledgements of the client that repeat one while data is in flight.
        client_duplicate_ack_packets: u32 ["packets"],
        /// Segments of the client with selective acknowledgements.
        client_sack_packets: u32 ["packets"],
        /// Segments of the client with PSH.
        client_push_packets: u64 ["packets"],
        /// Segments of the client with SYN.
        client_syn_packets: u32 ["packets"],
        /// Segments of the client with FIN.
        client_fin_packets: u32 ["packets"],
        /// Segments of the client with RST.
        client_rst_packets: u32 ["packets"],
        /// Packets of the client that a router marked as having met congestion (RFC 3168).
        client_ce_packets: u64 ["packets"],
        /// Segments of the client that echo such a mark.
        client_ece_packets: u64 ["packets"],
        /// Bytes of the client that were acknowledged but never captured.
        client_missed_bytes: u64 ["bytes"],
        /// Segments of the client larger than the MSS: offload merged them before the capture.
        client_super_segments: u64 ["packets"],
        /// Largest payload in one segment of the client.
        client_largest_payload_bytes: u32 ["bytes"],
        /// Most bytes of the client in flight, as the client itself knew.
        client_flight_max_bytes: u32 ["bytes"],
        /// Smallest receive window that the client advertised after its SYN, scaled.
        client_window_min_bytes: Option<u64> ["bytes"],
        /// Largest receive window that the client advertised, scaled.
        client_window_max_bytes: u64 ["bytes"],
        /// Window scale of the client in use; inferred from the flight where the handshake is missing.
        client_window_shift: u8,
        /// Segments of the client with a receive window of zero.
        client_zero_window_packets: u32 ["packets"],
        /// How often the receive window of the client closed.
        client_zero_window_spans: u32,
        /// How long the receive window of the client was closed.
        client_zero_window_ns: i64 ["ns"],
        /// Round trips measured between the capture point and the client: data to acknowledgement, of segments sent
        /// once (Karn).
        client_rtt_samples: u32,
        /// Smallest of those round trips.
        client_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        client_rtt_mean_ns: Option<i64> ["ns"],
        /// Their median, to within 19 %.
        client_rtt_p50_ns: Option<i64> ["ns"],
        /// Their 95th percentile, to within 19 %.
        client_rtt_p95_ns: Option<i64> ["ns"],
        /// Largest of those round trips.
        client_rtt_max_ns: Option<i64> ["ns"],
        /// Round trips between the capture point and the client measured by time stamps (RFC 7323).
        client_timestamp_rtt_samples: u32,
        /// Smallest of those.
        client_timestamp_rtt_min_ns: Option<i64> ["ns"],
        /// Smallest time to live or hop limit of the client's packets.
        client_ttl_min: Option<u8>,
        /// Largest time to live or hop limit of the client's packets.
        client_ttl_max: Option<u8>,
        /// When the client first sent payload, since 1970 UTC.
        client_first_data_time_ns: Option<i64> ["ns"],
        /// When the client last sent payload, since 1970 UTC.
        client_last_data_time_ns: Option<i64> ["ns"],
        /// Maximum segment size that the client announced.
        client_mss_bytes: Option<u16> ["bytes"],
        /// Window scale that the client announced in its SYN or SYN-ACK.
        client_window_scale_option: Option<u8>,
        /// When the client first sent FIN, since 1970 UTC.
        client_fin_time_ns: Option<i64> ["ns"],
        /// Longest time between two segments of the client.
        client_longest_pause_ns: i64 ["ns"],
        /// Most bytes of the client in flight before it knew of any acknowledgement of data: its initial window, where
        /// it had so much to send.
        client_initial_flight_bytes: u32 ["bytes"],
        /// How often the client sent its most repeated segment.
        client_most_copies: u8,
        /// How often the client repeated an acknowledgement three times, which asks for a fast retransmission (RFC
        /// 5681).
        client_triple_duplicate_acks: u32,
        /// Segments of the client that report bytes received twice (RFC 2883).
        client_dsack_packets: u32 ["packets"],
        /// Most selective acknowledgements in one segment of the client.
        client_most_sack_blocks: u8,
        /// Segments that the server sent.
        server_packets: u64 ["packets"],
        /// Segments with payload that the server sent, repeats included.
        server_data_packets: u64 ["packets"],
        /// Payload that the server sent, repeats included.
        server_payload_bytes: u64 ["bytes"],
        /// Payload of the server that was seen at least once, from sequence numbers.
        server_unique_bytes: u64 ["bytes"],
        /// Segments with data, SYN or FIN that the server really sent again; where offload merged frames, counted in
        /// units of the MSS. Keep-alives, window probes, duplicates and reordered segments are not among them.
        server_retransmitted_packets: u64 ["packets"],
        /// Payload of those.
        server_retransmitted_bytes: u64 ["bytes"],
        /// Segments of the server sent again since later data had arrived (RFC 5681, RFC 6675, RFC 8985).
        server_fast_retransmissions: u32 ["packets"],
        /// Segments of the server sent again as a tail loss probe (RFC 8985).
        server_tlp_retransmissions: u32 ["packets"],
        /// Segments of the server sent again since a timer ran out (RFC 6298).
        server_rto_retransmissions: u32 ["packets"],
        /// Segments of the server sent again although an earlier repeat was seen.
        server_repeated_retransmissions: u32 ["packets"],
        /// Segments of the server sent again although they were acknowledged.
        server_unneeded_retransmissions: u32 ["packets"],
        /// Repeats of the server that its peer reported as needless (RFC 2883).
        server_spurious_retransmissions: u32 ["packets"],
        /// Segments of the server sent again since the path said that they were too large.
        server_pmtu_retransmissions: u32 ["packets"],
        /// Retransmissions of the server whose original never passed the capture point.
        server_lost_upstream_packets: u64 ["packets"],
        /// Retransmissions of the server whose original had passed the capture point.
        server_lost_downstream_packets: u64 ["packets"],
        /// Segments of the server that were overtaken on the path.
        server_reordered_packets: u32 ["packets"],
        /// Copies of the server's packets that the network made.
        server_network_duplicate_packets: u32 ["packets"],
        /// Copies of the server's packets that the capture made.
        server_capture_duplicate_packets: u32 ["packets"],
        /// Probes of a closed window that the server sent.
        server_window_probes: u32 ["packets"],
        /// Keep-alive probes that the server sent.
        server_keep_alives: u32 ["packets"],
        /// Acknowledgements without data that the server sent.
        server_bare_ack_packets: u64 ["packets"],
        /// Acknowledgements of the server that repeat one while data is in flight.
        server_duplicate_ack_packets: u32 ["packets"],
        /// Segments of the server with selective acknowledgements.
        server_sack_packets: u32 ["packets"],
        /// Segments of the server with PSH.
        server_push_packets: u64 ["packets"],
        /// Segments of the server with SYN.
        server_syn_packets: u32 ["packets"],
        /// Segments of the server with FIN.
        server_fin_packets: u32 ["packets"],
        /// Segments of the server with RST.
        server_rst_packets: u32 ["packets"],
        /// Packets of the server that a router marked as having met congestion (RFC 3168).
        server_ce_packets: u64 ["packets"],
        /// Segments of the server that echo such a mark.
        server_ece_packets: u64 ["packets"],
        /// Bytes of the server that were acknowledged but never captured.
        server_missed_bytes: u64 ["bytes"],
        /// Segments of the server larger than the MSS: offload merged them before the capture.
        server_super_segments: u64 ["packets"],
        /// Largest payload in one segment of the server.
        server_largest_payload_bytes: u32 ["bytes"],
        /// Most bytes of the server in flight, as the server itself knew.
        server_flight_max_bytes: u32 ["bytes"],
        /// Smallest receive window that the server advertised after its SYN, scaled.
        server_window_min_bytes: Option<u64> ["bytes"],
        /// Largest receive window that the server advertised, scaled.
        server_window_max_bytes: u64 ["bytes"],
        /// Window scale of the server in use; inferred from the flight where the handshake is missing.
        server_window_shift: u8,
        /// Segments of the server with a receive window of zero.
        server_zero_window_packets: u32 ["packets"],
        /// How often the receive window of the server closed.
        server_zero_window_spans: u32,
        /// How long the receive window of the server was closed.
        server_zero_window_ns: i64 ["ns"],
        /// Round trips measured between the capture point and the server: data to acknowledgement, of segments sent
        /// once (Karn).
        server_rtt_samples: u32,
        /// Smallest of those round trips.
        server_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        server_rtt_mean_ns: Option<i64> ["ns"],
        /// Their median, to within 19 %.
        server_rtt_p50_ns: Option<i64> ["ns"],
        /// Their 95th percentile, to within 19 %.
        server_rtt_p95_ns: Option<i64> ["ns"],
        /// Largest of those round trips.
        server_rtt_max_ns: Option<i64> ["ns"],
        /// Round trips between the capture point and the server measured by time stamps (RFC 7323).
        server_timestamp_rtt_samples: u32,
        /// Smallest of those.
        server_timestamp_rtt_min_ns: Option<i64> ["ns"],
        /// Smallest time to live or hop limit of the server's packets.
        server_ttl_min: Option<u8>,
        /// Largest time to live or hop limit of the server's packets.
        server_ttl_max: Option<u8>,
        /// When the server first sent payload, since 1970 UTC.
        server_first_data_time_ns: Option<i64> ["ns"],
        /// When the server last sent payload, since 1970 UTC.
        server_last_data_time_ns: Option<i64> ["ns"],
        /// Maximum segment size that the server announced.
        server_mss_bytes: Option<u16> ["bytes"],
        /// Window scale that the server announced in its SYN or SYN-ACK.
        server_window_scale_option: Option<u8>,
        /// When the server first sent FIN, since 1970 UTC.
        server_fin_time_ns: Option<i64> ["ns"],
        /// Longest time between two segments of the server.
        server_longest_pause_ns: i64 ["ns"],
        /// Most bytes of the server in flight before it knew of any acknowledgement of data: its initial window, where
        /// it had so much to send.
        server_initial_flight_bytes: u32 ["bytes"],
        /// How often the server sent its most repeated segment.
        server_most_copies: u8,
        /// How often the server repeated an acknowledgement three times, which asks for a fast retransmission (RFC
        /// 5681).
        server_triple_duplicate_acks: u32,
        /// Segments of the server that report bytes received twice (RFC 2883).
        server_dsack_packets: u32 ["packets"],
        /// Most selective acknowledgements in one segment of the server.
        server_most_sack_blocks: u8,
        /// Segments of the client with ACK.
        client_ack_packets: u64 ["packets"],
        /// Segments of the client with payload and URG.
        client_urgent_packets: u32 ["packets"],
        /// Smallest payload in one segment of the client, of those with any.
        client_smallest_payload_bytes: u32 ["bytes"],
        /// Segments of the client whose payload was not captured whole.
        client_truncated_packets: u32 ["packets"],
        /// Payload of the client that was not captured.
        client_truncated_bytes: u64 ["bytes"],
        /// Whether the client offered selective acknowledgements in its SYN or SYN-ACK (RFC 2018).
        client_sack_permitted_option: bool,
        /// Whether the client offered time stamps in its SYN or SYN-ACK (RFC 7323).
        client_timestamps_option: bool,
        /// Mean receive window over the segments of the client without SYN, scaled.
        client_window_mean_bytes: Option<u64> ["bytes"],
        /// Last receive window that the client advertised, scaled.
        client_window_last_bytes: Option<u64> ["bytes"],
        /// Mean over the connection's time of what the client had sent and the capture point had not seen
        /// acknowledged, SYN and FIN a byte each.
        client_outstanding_mean_bytes: Option<u64> ["bytes"],
        /// Longest time from a segment of the client to its repeat by a timer (RFC 6298).
        client_longest_rto_ns: Option<i64> ["ns"],
        /// When the client first acknowledged anything, the SYN-ACK not counted, since 1970 UTC.
        client_first_ack_time_ns: Option<i64> ["ns"],
        /// Segments of the client with payload and PSH, as tcptrace counts.
        tt_client_pushed_data_packets: u64 ["packets"],
        /// Sum of the urgent pointers of the client's segments with payload and URG, as tcptrace counts urgent
        /// data.
        tt_client_urgent_bytes: u64 ["bytes"],
        /// Segments of the client with payload of which some was seen before, as tcptrace counts: copies by the
        /// network or the capture count, what fills a hole does not.
        tt_client_retransmitted_packets: u32 ["packets"],
        /// Payload of those that was seen before.
        tt_client_retransmitted_bytes: u64 ["bytes"],
        /// Segments of the client that begin below the highest byte seen and hold only payload not seen before, as
        /// tcptrace counts.
        tt_client_out_of_order_packets: u32 ["packets"],
        /// Segments of the client with one byte while the window of its peer was closed, as tcptrace counts zero
        /// window probes.
        tt_client_window_probe_packets: u32 ["packets"],
        /// Segments of the client with payload that repeat one with the same sequence number, length and IP
        /// identification, as tcptrace counts.
        tt_client_hardware_duplicate_packets: u32 ["packets"],
        /// How often a segment of the client was seen again at the most.
        tt_client_most_retransmissions: u8,
        /// Smallest time from a segment of the client to its next copy, as tcptrace's retr time.
        tt_client_retransmission_time_min_ns: Option<i64> ["ns"],
        /// Mean of those times.
        tt_client_retransmission_time_mean_ns: Option<i64> ["ns"],
        /// Largest of those times.
        tt_client_retransmission_time_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_client_retransmission_time_deviation_ns: Option<i64> ["ns"],
        /// Largest outstanding window over the segments of the client: from the highest acknowledgement that the
        /// capture point has seen to the end of the segment, as tcptrace takes owin.
        tt_client_owin_max_bytes: Option<u64> ["bytes"],
        /// Smallest of those that is not zero.
        tt_client_owin_min_bytes: Option<u64> ["bytes"],
        /// Their mean over the segments.
        tt_client_owin_mean_bytes: Option<u64> ["bytes"],
        /// Payload of the client before the capture point saw any of it acknowledged, as tcptrace's initial window;
        /// client_initial_flight_bytes is what the client itself knew.
        tt_client_initial_window_bytes: u32 ["bytes"],
        /// Segments with that payload.
        tt_client_initial_window_packets: u32 ["packets"],
        /// Length of the client's data from the sequence numbers of its SYN and FIN; NULL where one of them is
        /// missing (tcptrace's ttl stream length).
        tt_client_stream_bytes: Option<u64> ["bytes"],
        /// That length less the payload seen (tcptrace's missed data).
        tt_client_missed_bytes: Option<u64> ["bytes"],
        /// Round trips from what the client sends to its acknowledgement and back to the capture point, as tcptrace
        /// takes them: SYN and FIN count, segments seen twice and those behind one that came late do not.
        tt_client_rtt_samples: u32,
        /// Smallest of those round trips.
        tt_client_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        tt_client_rtt_mean_ns: Option<i64> ["ns"],
        /// Largest of those round trips.
        tt_client_rtt_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_client_rtt_deviation_ns: Option<i64> ["ns"],
        /// Those of them that are of full segments, of as many bytes as the MSS less time stamps.
        tt_client_full_rtt_samples: u32,
        /// Smallest round trip of full segments.
        tt_client_full_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        tt_client_full_rtt_mean_ns: Option<i64> ["ns"],
        /// Largest round trip of full segments.
        tt_client_full_rtt_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_client_full_rtt_deviation_ns: Option<i64> ["ns"],
        /// Acknowledgements of a segment of the client seen once that measure nothing, since one before it came
        /// later.
        tt_client_post_loss_acks: u32 ["packets"],
        /// Acknowledgements of a segment of the client that was seen several times.
        tt_client_ambiguous_acks: u32 ["packets"],
        /// Smallest round trip of those, from the last copy.
        tt_client_last_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        tt_client_last_rtt_mean_ns: Option<i64> ["ns"],
        /// Largest round trip of those, from the last copy.
        tt_client_last_rtt_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_client_last_rtt_deviation_ns: Option<i64> ["ns"],
        /// Segments of the client covered by an acknowledgement of a later one.
        tt_client_cumulatively_acked_packets: u32 ["packets"],
        /// Acknowledgements of the client's data without payload that repeat number and window of the one before,
        /// whatever is in flight.
        tt_client_duplicate_acks: u32 ["packets"],
        /// How often the third of them in a row came.
        tt_client_triple_duplicate_acks: u32,
        /// Payload of the client out of sequence by Tstat's rules: sent again after more than a mean round trip and
        /// four deviations, and at least 200 ms.
        ts_client_rto_packets: u32 ["packets"],
        /// The same sooner, after three repeated acknowledgements.
        ts_client_fast_packets: u32 ["packets"],
        /// Not seen before, older by its IP identification, and sooner than any round trip.
        ts_client_reordered_packets: u32 ["packets"],
        /// Acknowledged before, with the IP identification of the copy before: doubled by the network.
        ts_client_duplicate_packets: u32 ["packets"],
        /// While the window of its peer was closed.
        ts_client_flow_control_packets: u32 ["packets"],
        /// As ts_client_rto_packets, but acknowledged before.
        ts_client_unneeded_rto_packets: u32 ["packets"],
        /// As ts_client_fast_packets, but acknowledged before.
        ts_client_unneeded_fast_packets: u32 ["packets"],
        /// Payload of the client out of sequence that is none of these.
        ts_client_unknown_packets: u32 ["packets"],
        /// Payload in bytes of the client's first four segments with any, separated by commas; 65535 stands for
        /// more.
        ts_client_first_packet_bytes: String,
        /// Microseconds from each of those segments to the next.
        ts_client_first_pauses_us: String,
        /// Payload in bytes of the client's first four messages, each up to a PSH, separated by commas; 65535 stands
        /// for more.
        ts_client_first_message_bytes: String,
        /// Segments of the server with ACK.
        server_ack_packets: u64 ["packets"],
        /// Segments of the server with payload and URG.
        server_urgent_packets: u32 ["packets"],
        /// Smallest payload in one segment of the server, of those with any.
        server_smallest_payload_bytes: u32 ["bytes"],
        /// Segments of the server whose payload was not captured whole.
        server_truncated_packets: u32 ["packets"],
        /// Payload of the server that was not captured.
        server_truncated_bytes: u64 ["bytes"],
        /// Whether the server offered selective acknowledgements in its SYN or SYN-ACK (RFC 2018).
        server_sack_permitted_option: bool,
        /// Whether the server offered time stamps in its SYN or SYN-ACK (RFC 7323).
        server_timestamps_option: bool,
        /// Mean receive window over the segments of the server without SYN, scaled.
        server_window_mean_bytes: Option<u64> ["bytes"],
        /// Last receive window that the server advertised, scaled.
        server_window_last_bytes: Option<u64> ["bytes"],
        /// Mean over the connection's time of what the server had sent and the capture point had not seen
        /// acknowledged, SYN and FIN a byte each.
        server_outstanding_mean_bytes: Option<u64> ["bytes"],
        /// Longest time from a segment of the server to its repeat by a timer (RFC 6298).
        server_longest_rto_ns: Option<i64> ["ns"],
        /// When the server first acknowledged anything, the SYN-ACK not counted, since 1970 UTC.
        server_first_ack_time_ns: Option<i64> ["ns"],
        /// Segments of the server with payload and PSH, as tcptrace counts.
        tt_server_pushed_data_packets: u64 ["packets"],
        /// Sum of the urgent pointers of the server's segments with payload and URG, as tcptrace counts urgent
        /// data.
        tt_server_urgent_bytes: u64 ["bytes"],
        /// Segments of the server with payload of which some was seen before, as tcptrace counts: copies by the
        /// network or the capture count, what fills a hole does not.
        tt_server_retransmitted_packets: u32 ["packets"],
        /// Payload of those that was seen before.
        tt_server_retransmitted_bytes: u64 ["bytes"],
        /// Segments of the server that begin below the highest byte seen and hold only payload not seen before, as
        /// tcptrace counts.
        tt_server_out_of_order_packets: u32 ["packets"],
        /// Segments of the server with one byte while the window of its peer was closed, as tcptrace counts zero
        /// window probes.
        tt_server_window_probe_packets: u32 ["packets"],
        /// Segments of the server with payload that repeat one with the same sequence number, length and IP
        /// identification, as tcptrace counts.
        tt_server_hardware_duplicate_packets: u32 ["packets"],
        /// How often a segment of the server was seen again at the most.
        tt_server_most_retransmissions: u8,
        /// Smallest time from a segment of the server to its next copy, as tcptrace's retr time.
        tt_server_retransmission_time_min_ns: Option<i64> ["ns"],
        /// Mean of those times.
        tt_server_retransmission_time_mean_ns: Option<i64> ["ns"],
        /// Largest of those times.
        tt_server_retransmission_time_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_server_retransmission_time_deviation_ns: Option<i64> ["ns"],
        /// Largest outstanding window over the segments of the server: from the highest acknowledgement that the
        /// capture point has seen to the end of the segment, as tcptrace takes owin.
        tt_server_owin_max_bytes: Option<u64> ["bytes"],
        /// Smallest of those that is not zero.
        tt_server_owin_min_bytes: Option<u64> ["bytes"],
        /// Their mean over the segments.
        tt_server_owin_mean_bytes: Option<u64> ["bytes"],
        /// Payload of the server before the capture point saw any of it acknowledged, as tcptrace's initial window;
        /// server_initial_flight_bytes is what the server itself knew.
        tt_server_initial_window_bytes: u32 ["bytes"],
        /// Segments with that payload.
        tt_server_initial_window_packets: u32 ["packets"],
        /// Length of the server's data from the sequence numbers of its SYN and FIN; NULL where one of them is
        /// missing (tcptrace's ttl stream length).
        tt_server_stream_bytes: Option<u64> ["bytes"],
        /// That length less the payload seen (tcptrace's missed data).
        tt_server_missed_bytes: Option<u64> ["bytes"],
        /// Round trips from what the server sends to its acknowledgement and back to the capture point, as tcptrace
        /// takes them: SYN and FIN count, segments seen twice and those behind one that came late do not.
        tt_server_rtt_samples: u32,
        /// Smallest of those round trips.
        tt_server_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        tt_server_rtt_mean_ns: Option<i64> ["ns"],
        /// Largest of those round trips.
        tt_server_rtt_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_server_rtt_deviation_ns: Option<i64> ["ns"],
        /// Those of them that are of full segments, of as many bytes as the MSS less time stamps.
        tt_server_full_rtt_samples: u32,
        /// Smallest round trip of full segments.
        tt_server_full_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        tt_server_full_rtt_mean_ns: Option<i64> ["ns"],
        /// Largest round trip of full segments.
        tt_server_full_rtt_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_server_full_rtt_deviation_ns: Option<i64> ["ns"],
        /// Acknowledgements of a segment of the server seen once that measure nothing, since one before it came
        /// later.
        tt_server_post_loss_acks: u32 ["packets"],
        /// Acknowledgements of a segment of the server that was seen several times.
        tt_server_ambiguous_acks: u32 ["packets"],
        /// Smallest round trip of those, from the last copy.
        tt_server_last_rtt_min_ns: Option<i64> ["ns"],
        /// Their mean.
        tt_server_last_rtt_mean_ns: Option<i64> ["ns"],
        /// Largest round trip of those, from the last copy.
        tt_server_last_rtt_max_ns: Option<i64> ["ns"],
        /// Their standard deviation, that of a sample.
        tt_server_last_rtt_deviation_ns: Option<i64> ["ns"],
        /// Segments of the server covered by an acknowledgement of a later one.
        tt_server_cumulatively_acked_packets: u32 ["packets"],
        /// Acknowledgements of the server's data without payload that repeat number and window of the one before,
        /// whatever is in flight.
        tt_server_duplicate_acks: u32 ["packets"],
        /// How often the third of them in a row came.
        tt_server_triple_duplicate_acks: u32,
        /// Payload of the server out of sequence by Tstat's rules: sent again after more than a mean round trip and
        /// four deviations, and at least 200 ms.
        ts_server_rto_packets: u32 ["packets"],
        /// The same sooner, after three repeated acknowledgements.
        ts_server_fast_packets: u32 ["packets"],
        /// Not seen before, older by its IP identification, and sooner than any round trip.
        ts_server_reordered_packets: u32 ["packets"],
        /// Acknowledged before, with the IP identification of the copy before: doubled by the network.
        ts_server_duplicate_packets: u32 ["packets"],
        /// While the window of its peer was closed.
        ts_server_flow_control_packets: u32 ["packets"],
        /// As ts_server_rto_packets, but acknowledged before.
        ts_server_unneeded_rto_packets: u32 ["packets"],
        /// As ts_server_fast_packets, but acknowledged before.
        ts_server_unneeded_fast_packets: u32 ["packets"],
        /// Payload of the server out of sequence that is none of these.
        ts_server_unknown_packets: u32 ["packets"],
        /// Payload in bytes of the server's first four segments with any, separated by commas; 65535 stands for
        /// more.
        ts_server_first_packet_bytes: String,
        /// Microseconds from each of those segments to the next.
        ts_server_first_pauses_us: String,
        /// Payload in bytes of the server's first four messages, each up to a PSH, separated by commas; 65535 stands
        /// for more.
        ts_server_first_message_bytes: String,
    }
}

impl TcpFlowRow {
    #[allow(clippy::too_many_lines)] // one line for each column
    pub(super) fn new(life: &Life, compat: &compat::Stream, identity: &Identity) -> Self {
        let (client, server) = (End::new(life, life.client), End::new(life, life.client.other()));
        let handshake = &life.handshake;
        let (vantage, vantage_confidence) = vantage::find(life);
        Self {
            flow: identity.flow,
            stream: identity.stream,
            client: identity.client,
            server: identity.server,
            first_time_ns: life.earliest_ns,
            last_time_ns: life.now_ns,
            duration_ns: life.now_ns.saturating_sub(life.earliest_ns),
            first_frame: identity.first_frame,
            last_frame: identity.last_frame,
            completeness: compat.completeness(),
            zk_conn_state: state::conn_state(life),
            zk_history: ArrayString::from(life.letters.text()).unwrap_or_default(),
            end_reason: state::end_reason(life, identity.evicted),
            reset_by: life.reset.map(|(sender, _)| role_name(Role::of(sender, life.client))),
            reset_frame: life.reset.map(|(_, frame)| frame),
            handshake_ns: handshake.syn_ns.zip(handshake.established_ns).map(|(from, to)| to - from),
            handshake_server_rtt_ns: handshake.server_leg_ns(),
            handshake_client_rtt_ns: handshake.client_leg_ns(),
            syn_retransmissions: handshake.syn_repeats(),
            syn_ack_retransmissions: handshake.syn_ack_repeats(),
            sack_permitted: handshake.sack_permitted[0] && handshake.sack_permitted[1],
            timestamps: handshake.timestamps,
            explicit_congestion: handshake.congestion_marks[0] && handshake.congestion_marks[1],
            fast_open: handshake.fast_open_cookie,
            multipath: handshake.multipath[0] && handshake.multipath[1],
            clock_steps: life.clock_steps,
            vantage,
            vantage_confidence,
            client_packets: client.packets,
            server_packets: server.packets,
            client_data_packets: client.data_packets,
            server_data_packets: server.data_packets,
            client_payload_bytes: client.payload_bytes,
            server_payload_bytes: server.payload_bytes,
            client_unique_bytes: client.unique_bytes,
            server_unique_bytes: server.unique_bytes,
            client_retransmitted_packets: client.retransmitted_packets,
            server_retransmitted_packets: server.retransmitted_packets,
            client_retransmitted_bytes: client.retransmitted_bytes,
            server_retransmitted_bytes: server.retransmitted_bytes,
            client_fast_retransmissions: client.fast_retransmissions,
            server_fast_retransmissions: server.fast_retransmissions,
            client_tlp_retransmissions: client.tlp_retransmissions,
            server_tlp_retransmissions: server.tlp_retransmissions,
            client_rto_retransmissions: client.rto_retransmissions,
            server_rto_retransmissions: server.rto_retransmissions,
            client_repeated_retransmissions: client.repeated_retransmissions,
            server_repeated_retransmissions: server.repeated_retransmissions,
            client_unneeded_retransmissions: client.unneeded_retransmissions,
            server_unneeded_retransmissions: server.unneeded_retransmissions,
            client_spurious_retransmissions: client.spurious_retransmissions,
            server_spurious_retransmissions: server.spurious_retransmissions,
            client_pmtu_retransmissions: client.pmtu_retransmissions,
            server_pmtu_retransmissions: server.pmtu_retransmissions,
            client_lost_upstream_packets: client.lost_upstream_packets,
            server_lost_upstream_packets: server.lost_upstream_packets,
            client_lost_downstream_packets: client.lost_downstream_packets,
            server_lost_downstream_packets: server.lost_downstream_packets,
            client_reordered_packets: client.reordered_packets,
            server_reordered_packets: server.reordered_packets,
            client_network_duplicate_packets: client.network_duplicate_packets,
            server_network_duplicate_packets: server.network_duplicate_packets,
            client_capture_duplicate_packets: client.capture_duplicate_packets,
            server_capture_duplicate_packets: server.capture_duplicate_packets,
            client_window_probes: client.window_probes,
            server_window_probes: server.window_probes,
            client_keep_alives: client.keep_alives,
            server_keep_alives: server.keep_alives,
            client_bare_ack_packets: client.bare_ack_packets,
            server_bare_ack_packets: server.bare_ack_packets,
            client_duplicate_ack_packets: client.duplicate_ack_packets,
            server_duplicate_ack_packets: server.duplicate_ack_packets,
            client_sack_packets: client.sack_packets,
            server_sack_packets: server.sack_packets,
            client_push_packets: client.push_packets,
            server_push_packets: server.push_packets,
            client_syn_packets: client.syn_packets,
            server_syn_packets: server.syn_packets,
            client_fin_packets: client.fin_packets,
            server_fin_packets: server.fin_packets,
            client_rst_packets: client.rst_packets,
            server_rst_packets: server.rst_packets,
            client_ce_packets: client.ce_packets,
            server_ce_packets: server.ce_packets,
            client_ece_packets: client.ece_packets,
            server_ece_packets: server.ece_packets,
            client_missed_bytes: client.missed_bytes,
            server_missed_bytes: server.missed_bytes,
            client_super_segments: client.super_segments,
            server_super_segments: server.super_segments,
            client_largest_payload_bytes: client.largest_payload_bytes,
            server_largest_payload_bytes: server.largest_payload_bytes,
            client_flight_max_bytes: client.flight_max_bytes,
            server_flight_max_bytes: server.flight_max_bytes,
            client_window_min_bytes: client.window_min_bytes,
            server_window_min_bytes: server.window_min_bytes,
            client_window_max_bytes: client.window_max_bytes,
            server_window_max_bytes: server.window_max_bytes,
            client_window_shift: client.window_shift,
            server_window_shift: server.window_shift,
            client_zero_window_packets: client.zero_window_packets,
            server_zero_window_packets: server.zero_window_packets,
            client_zero_window_spans: client.zero_window_spans,
            server_zero_window_spans: server.zero_window_spans,
            client_zero_window_ns: client.zero_window_ns,
            server_zero_window_ns: server.zero_window_ns,
            client_rtt_samples: client.rtt_samples,
            server_rtt_samples: server.rtt_samples,
            client_rtt_min_ns: client.rtt_min_ns,
            server_rtt_min_ns: server.rtt_min_ns,
            client_rtt_mean_ns: client.rtt_mean_ns,
            server_rtt_mean_ns: server.rtt_mean_ns,
            client_rtt_p50_ns: client.rtt_p50_ns,
            server_rtt_p50_ns: server.rtt_p50_ns,
            client_rtt_p95_ns: client.rtt_p95_ns,
            server_rtt_p95_ns: server.rtt_p95_ns,
            client_rtt_max_ns: client.rtt_max_ns,
            server_rtt_max_ns: server.rtt_max_ns,
            client_timestamp_rtt_samples: client.timestamp_rtt_samples,
            server_timestamp_rtt_samples: server.timestamp_rtt_samples,
            client_timestamp_rtt_min_ns: client.timestamp_rtt_min_ns,
            server_timestamp_rtt_min_ns: server.timestamp_rtt_min_ns,
            client_ttl_min: client.ttl_min,
            server_ttl_min: server.ttl_min,
            client_ttl_max: client.ttl_max,
            server_ttl_max: server.ttl_max,
            client_first_data_time_ns: client.first_data_time_ns,
            server_first_data_time_ns: server.first_data_time_ns,
            client_last_data_time_ns: client.last_data_time_ns,
            server_last_data_time_ns: server.last_data_time_ns,
            client_mss_bytes: client.mss_bytes,
            server_mss_bytes: server.mss_bytes,
            client_window_scale_option: client.window_scale_option,
            server_window_scale_option: server.window_scale_option,
            client_fin_time_ns: client.fin_time_ns,
            server_fin_time_ns: server.fin_time_ns,
            client_longest_pause_ns: client.longest_pause_ns,
            server_longest_pause_ns: server.longest_pause_ns,
            client_initial_flight_bytes: client.initial_flight_bytes,
            server_initial_flight_bytes: server.initial_flight_bytes,
            client_most_copies: client.most_copies,
            server_most_copies: server.most_copies,
            client_triple_duplicate_acks: client.triple_duplicate_acks,
            server_triple_duplicate_acks: server.triple_duplicate_acks,
            client_dsack_packets: client.dsack_packets,
            server_dsack_packets: server.dsack_packets,
            client_most_sack_blocks: client.most_sack_blocks,
            server_most_sack_blocks: server.most_sack_blocks,
            client_ack_packets: client.ack_packets,
            client_urgent_packets: client.urgent_packets,
            client_smallest_payload_bytes: client.smallest_payload_bytes,
            client_truncated_packets: client.truncated_packets,
            client_truncated_bytes: client.truncated_bytes,
            client_sack_permitted_option: client.sack_permitted_option,
            client_timestamps_option: client.timestamps_option,
            client_window_mean_bytes: client.window_mean_bytes,
            client_window_last_bytes: client.window_last_bytes,
            client_outstanding_mean_bytes: client.outstanding_mean_bytes,
            client_longest_rto_ns: client.longest_rto_ns,
            client_first_ack_time_ns: client.first_ack_time_ns,
            tt_client_pushed_data_packets: client.tt_pushed_data_packets,
            tt_client_urgent_bytes: client.tt_urgent_bytes,
            tt_client_retransmitted_packets: client.tt_retransmitted_packets,
            tt_client_retransmitted_bytes: client.tt_retransmitted_bytes,
            tt_client_out_of_order_packets: client.tt_out_of_order_packets,
            tt_client_window_probe_packets: client.tt_window_probe_packets,
            tt_client_hardware_duplicate_packets: client.tt_hardware_duplicate_packets,
            tt_client_most_retransmissions: client.tt_most_retransmissions,
            tt_client_retransmission_time_min_ns: client.tt_retransmission_time_min_ns,
            tt_client_retransmission_time_mean_ns: client.tt_retransmission_time_mean_ns,
            tt_client_retransmission_time_max_ns: client.tt_retransmission_time_max_ns,
            tt_client_retransmission_time_deviation_ns: client.tt_retransmission_time_deviation_ns,
            tt_client_owin_max_bytes: client.tt_owin_max_bytes,
            tt_client_owin_min_bytes: client.tt_owin_min_bytes,
            tt_client_owin_mean_bytes: client.tt_owin_mean_bytes,
            tt_client_initial_window_bytes: client.tt_initial_window_bytes,
            tt_client_initial_window_packets: client.tt_initial_window_packets,
            tt_client_stream_bytes: client.tt_stream_bytes,
            tt_client_missed_bytes: client.tt_missed_bytes,
            tt_client_rtt_samples: client.tt_rtt_samples,
            tt_client_rtt_min_ns: client.tt_rtt_min_ns,
            tt_client_rtt_mean_ns: client.tt_rtt_mean_ns,
            tt_client_rtt_max_ns: client.tt_rtt_max_ns,
            tt_client_rtt_deviation_ns: client.tt_rtt_deviation_ns,
            tt_client_full_rtt_samples: client.tt_full_rtt_samples,
            tt_client_full_rtt_min_ns: client.tt_full_rtt_min_ns,
            tt_client_full_rtt_mean_ns: client.tt_full_rtt_mean_ns,
            tt_client_full_rtt_max_ns: client.tt_full_rtt_max_ns,
            tt_client_full_rtt_deviation_ns: client.tt_full_rtt_deviation_ns,
            tt_client_post_loss_acks: client.tt_post_loss_acks,
            tt_client_ambiguous_acks: client.tt_ambiguous_acks,
            tt_client_last_rtt_min_ns: client.tt_last_rtt_min_ns,
            tt_client_last_rtt_mean_ns: client.tt_last_rtt_mean_ns,
            tt_client_last_rtt_max_ns: client.tt_last_rtt_max_ns,
            tt_client_last_rtt_deviation_ns: client.tt_last_rtt_deviation_ns,
            tt_client_cumulatively_acked_packets: client.tt_cumulatively_acked_packets,
            tt_client_duplicate_acks: client.tt_duplicate_acks,
            tt_client_triple_duplicate_acks: client.tt_triple_duplicate_acks,
            ts_client_rto_packets: client.ts_rto_packets,
            ts_client_fast_packets: client.ts_fast_packets,
            ts_client_reordered_packets: client.ts_reordered_packets,
            ts_client_duplicate_packets: client.ts_duplicate_packets,
            ts_client_flow_control_packets: client.ts_flow_control_packets,
            ts_client_unneeded_rto_packets: client.ts_unneeded_rto_packets,
            ts_client_unneeded_fast_packets: client.ts_unneeded_fast_packets,
            ts_client_unknown_packets: client.ts_unknown_packets,
            ts_client_first_packet_bytes: client.ts_first_packet_bytes,
            ts_client_first_pauses_us: client.ts_first_pauses_us,
            ts_client_first_message_bytes: client.ts_first_message_bytes,
            server_ack_packets: server.ack_packets,
            server_urgent_packets: server.urgent_packets,
            server_smallest_payload_bytes: server.smallest_payload_bytes,
            server_truncated_packets: server.truncated_packets,
            server_truncated_bytes: server.truncated_bytes,
            server_sack_permitted_option: server.sack_permitted_option,
            server_timestamps_option: server.timestamps_option,
            server_window_mean_bytes: server.window_mean_bytes,
            server_window_last_bytes: server.window_last_bytes,
            server_outstanding_mean_bytes: server.outstanding_mean_bytes,
            server_longest_rto_ns: server.longest_rto_ns,
            server_first_ack_time_ns: server.first_ack_time_ns,
            tt_server_pushed_data_packets: server.tt_pushed_data_packets,
            tt_server_urgent_bytes: server.tt_urgent_bytes,
            tt_server_retransmitted_packets: server.tt_retransmitted_packets,
            tt_server_retransmitted_bytes: server.tt_retransmitted_bytes,
            tt_server_out_of_order_packets: server.tt_out_of_order_packets,
            tt_server_window_probe_packets: server.tt_window_probe_packets,
            tt_server_hardware_duplicate_packets: server.tt_hardware_duplicate_packets,
            tt_server_most_retransmissions: server.tt_most_retransmissions,
            tt_server_retransmission_time_min_ns: server.tt_retransmission_time_min_ns,
            tt_server_retransmission_time_mean_ns: server.tt_retransmission_time_mean_ns,
            tt_server_retransmission_time_max_ns: server.tt_retransmission_time_max_ns,
            tt_server_retransmission_time_deviation_ns: server.tt_retransmission_time_deviation_ns,
            tt_server_owin_max_bytes: server.tt_owin_max_bytes,
            tt_server_owin_min_bytes: server.tt_owin_min_bytes,
            tt_server_owin_mean_bytes: server.tt_owin_mean_bytes,
            tt_server_initial_window_bytes: server.tt_initial_window_bytes,
            tt_server_initial_window_packets: server.tt_initial_window_packets,
            tt_server_stream_bytes: server.tt_stream_bytes,
            tt_server_missed_bytes: server.tt_missed_bytes,
            tt_server_rtt_samples: server.tt_rtt_samples,
            tt_server_rtt_min_ns: server.tt_rtt_min_ns,
            tt_server_rtt_mean_ns: server.tt_rtt_mean_ns,
            tt_server_rtt_max_ns: server.tt_rtt_max_ns,
            tt_server_rtt_deviation_ns: server.tt_rtt_deviation_ns,
            tt_server_full_rtt_samples: server.tt_full_rtt_samples,
            tt_server_full_rtt_min_ns: server.tt_full_rtt_min_ns,
            tt_server_full_rtt_mean_ns: server.tt_full_rtt_mean_ns,
            tt_server_full_rtt_max_ns: server.tt_full_rtt_max_ns,
            tt_server_full_rtt_deviation_ns: server.tt_full_rtt_deviation_ns,
            tt_server_post_loss_acks: server.tt_post_loss_acks,
            tt_server_ambiguous_acks: server.tt_ambiguous_acks,
            tt_server_last_rtt_min_ns: server.tt_last_rtt_min_ns,
            tt_server_last_rtt_mean_ns: server.tt_last_rtt_mean_ns,
            tt_server_last_rtt_max_ns: server.tt_last_rtt_max_ns,
            tt_server_last_rtt_deviation_ns: server.tt_last_rtt_deviation_ns,
            tt_server_cumulatively_acked_packets: server.tt_cumulatively_acked_packets,
            tt_server_duplicate_acks: server.tt_duplicate_acks,
            tt_server_triple_duplicate_acks: server.tt_triple_duplicate_acks,
            ts_server_rto_packets: server.ts_rto_packets,
            ts_server_fast_packets: server.ts_fast_packets,
            ts_server_reordered_packets: server.ts_reordered_packets,
            ts_server_duplicate_packets: server.ts_duplicate_packets,
            ts_server_flow_control_packets: server.ts_flow_control_packets,
            ts_server_unneeded_rto_packets: server.ts_unneeded_rto_packets,
            ts_server_unneeded_fast_packets: server.ts_unneeded_fast_packets,
            ts_server_unknown_packets: server.ts_unknown_packets,
            ts_server_first_packet_bytes: server.ts_first_packet_bytes,
            ts_server_first_pauses_us: server.ts_first_pauses_us,
            ts_server_first_message_bytes: server.ts_first_message_bytes,
        }
    }
}
