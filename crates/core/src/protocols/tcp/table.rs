//! The tables of TCP.

use super::Spare;
use super::compat;
use super::event::Events;
use super::label::{Label, Role};
use super::ledger_buckets::LedgerBuckets;
use super::life::Life;
use super::rtt_buckets::RttBuckets;
use super::vantage;
use crate::flows::{AddressText, Half};
use crate::tables::{Sink, TableWriter, table};

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
    }
}

table! {
    /// A part of a connection's life that went into one thing. The parts of a stream add up to its duration exactly.
    "tcp_ledger" TcpLedgerRow {
        /// Number of the stream, as in tcp_flows.
        stream: u32,
        /// What the time went into: handshake, handshake_loss, tls, think, application, network_rtt, receiver_window,
        /// zero_window, congestion_window, sender_buffer, bandwidth, queue, slow_start, loss_fast, loss_tlp, loss_rto,
        /// nagle_delayed_ack, pmtu, idle, teardown, capture_gap.
        category: &'static str,
        /// On whose side: client, network, server, capture, none.
        side: &'static str,
        /// How long.
        duration_ns: i64 ["ns"],
    }
}

table! {
    /// A noteworthy segment of a connection.
    "tcp_events" TcpEventRow {
        /// Number of the stream, as in tcp_flows.
        stream: u32,
        /// Number of the frame.
        frame_number: u32,
        /// Time of the frame, since 1970 UTC, never before that of the segment before it.
        time_ns: i64 ["ns"],
        /// Who sent it: client or server.
        direction: &'static str,
        /// What it is: a class as in tcp_segments other than new and bare; reset; capture_gap (acknowledges what was never
        /// captured); zero_window (reopens the sender's receive window, which the reference frame had closed).
        kind: &'static str,
        /// Its sequence number from the first one seen of its direction.
        relative_seq: u64,
        /// Its payload; for capture_gap the bytes that are missing.
        payload_bytes: u32 ["bytes"],
        /// The frame it is judged by: the last copy before it, or the one that opened the hole it fills.
        reference_frame: Option<u32>,
        /// The first copy.
        first_frame: Option<u32>,
        /// Time since the reference frame.
        duration_ns: Option<i64> ["ns"],
        /// Where the original was lost, seen from the capture point: upstream (between its sender and there) or downstream.
        place: Option<&'static str>,
    }
}

/// What the tables need of the flow that the connection belongs to.
pub(crate) struct Identity {
    pub(crate) flow: u64,
    pub(crate) stream: u32,
    pub(crate) client: AddressText,
    pub(crate) server: AddressText,
    pub(crate) first_frame: u64,
    pub(crate) last_frame: u64,
    pub(crate) evicted: bool,
}

/// What all connections share: the tables that they write to, and memory that goes from one to the next.
#[derive(Default)]
pub(crate) struct Shared {
    flows: TableWriter<TcpFlowRow>,
    ledger: TableWriter<TcpLedgerRow>,
    events: TableWriter<TcpEventRow>,
    pub(super) buckets: LedgerBuckets,
    pub(super) round_trips: RttBuckets,
    /// Time of the first segment of all, from which buckets are counted.
    pub(super) origin_ns: Option<i64>,
    /// Events of the segment at hand.
    pub(super) pending: Events,
    pub(super) spare: Spare,
    /// Whether lives are kept at all.
    pub(super) keeps_lives: bool,
    /// Whether Wireshark's answers are wanted.
    pub(super) answers: bool,
}

impl Shared {
    /// What connections share: `keeps_lives` says whether there is our own account, `answers` whether there are Wireshark's.
    pub(crate) fn new(keeps_lives: bool, answers: bool) -> Self {
        Self { keeps_lives, answers, ..Self::default() }
    }

    /// Writes the events of the segment at hand, which is of `stream`.
    #[inline]
    pub(crate) fn write_events(&mut self, stream: u32, sink: &mut impl Sink) {
        for event in self.pending.drain(..) {
            let row = TcpEventRow {
                stream,
                frame_number: event.frame,
                time_ns: event.time_ns,
                direction: role_name(event.sender),
                kind: event.kind,
                relative_seq: event.seq,
                payload_bytes: event.payload_bytes,
                reference_frame: event.reference_frame,
                first_frame: event.first_frame,
                duration_ns: event.duration_ns,
                place: event.place,
            };
            self.events.push(row, sink);
        }
    }

    /// Writes a connection that is done.
    pub(super) fn connection(
        &mut self,
        life: &mut Life,
        compat: &compat::Stream,
        identity: &Identity,
        sink: &mut impl Sink,
    ) {
        let stream = identity.stream;
        let parts_ns = life.finish();
        life.take_closed(&mut self.buckets, self.origin_ns.unwrap_or(0));
        self.flows.push(TcpFlowRow::new(life, compat, identity), sink);
        for label in Label::ALL {
            let duration_ns = parts_ns[label as usize];
            if duration_ns != 0 {
                let row = TcpLedgerRow { stream, category: label.category(), side: label.side().name(), duration_ns };
                self.ledger.push(row, sink);
            }
        }
    }

    /// Hands over what is collected.
    pub(crate) fn flush(&mut self, sink: &mut impl Sink) {
        self.flows.flush(sink);
        self.ledger.flush(sink);
        self.events.flush(sink);
        self.buckets.write(sink);
        self.round_trips.write(sink);
    }
}

pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
    }
}

/// The columns that both ends have.
struct End {
    packets: u64,
    data_packets: u64,
    payload_bytes: u64,
    unique_bytes: u64,
    retransmitted_packets: u64,
    retransmitted_bytes: u64,
    fast_retransmissions: u32,
    tlp_retransmissions: u32,
    rto_retransmissions: u32,
    repeated_retransmissions: u32,
    unneeded_retransmissions: u32,
    spurious_retransmissions: u32,
    pmtu_retransmissions: u32,
    lost_upstream_packets: u64,
    lost_downstream_packets: u64,
    reordered_packets: u32,
    network_duplicate_packets: u32,
    capture_duplicate_packets: u32,
    window_probes: u32,
    keep_alives: u32,
    bare_ack_packets: u64,
    duplicate_ack_packets: u32,
    sack_packets: u32,
    push_packets: u64,
    syn_packets: u32,
    fin_packets: u32,
    rst_packets: u32,
    ce_packets: u64,
    ece_packets: u64,
    missed_bytes: u64,
    super_segments: u64,
    largest_payload_bytes: u32,
    flight_max_bytes: u32,
    window_min_bytes: Option<u64>,
    window_max_bytes: u64,
    window_shift: u8,
    zero_window_packets: u32,
    zero_window_spans: u32,
    zero_window_ns: i64,
    rtt_samples: u32,
    rtt_min_ns: Option<i64>,
    rtt_mean_ns: Option<i64>,
    rtt_p50_ns: Option<i64>,
    rtt_p95_ns: Option<i64>,
    rtt_max_ns: Option<i64>,
    timestamp_rtt_samples: u32,
    timestamp_rtt_min_ns: Option<i64>,
    ttl_min: Option<u8>,
    ttl_max: Option<u8>,
    first_data_time_ns: Option<i64>,
    last_data_time_ns: Option<i64>,
    mss_bytes: Option<u16>,
    window_scale_option: Option<u8>,
    fin_time_ns: Option<i64>,
    longest_pause_ns: i64,
    initial_flight_bytes: u32,
    most_copies: u8,
    triple_duplicate_acks: u32,
    dsack_packets: u32,
    most_sack_blocks: u8,
}

impl End {
    fn new(life: &Life, which: Half) -> Self {
        let half = which as usize;
        let (counts, transfer, window, limit) =
            (&life.counts[half], &life.transfers[half], &life.windows[half], &life.limits[half]);
        let (rare, closures) = (counts.rare(), window.closures());
        // The leg to a host is that of the data which its peer sends.
        let (leg, echo) = (&life.transfers[which.other() as usize].rtt, &life.echoes[which.other() as usize]);
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
            timestamp_rtt_samples: echo.count,
            timestamp_rtt_min_ns: echo.least_ns(),
            ttl_min: counts.ttl.map(|(low, _)| low),
            ttl_max: counts.ttl.map(|(_, high)| high),
            first_data_time_ns: counts.first_data_ns,
            last_data_time_ns: counts.last_data_ns,
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

impl TcpFlowRow {
    #[allow(clippy::too_many_lines)] // one line for each column
    fn new(life: &Life, compat: &compat::Stream, identity: &Identity) -> Self {
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
            zk_conn_state: super::state::conn_state(life),
            end_reason: super::state::end_reason(life, identity.evicted),
            reset_by: life.reset.map(|(sender, _)| role_name(Role::of(sender, life.client))),
            reset_frame: life.reset.map(|(_, frame)| frame),
            handshake_ns: handshake.syn_ns.zip(handshake.established_ns).map(|(from, to)| to - from),
            handshake_server_rtt_ns: handshake.server_leg_ns(),
            handshake_client_rtt_ns: handshake.client_leg_ns(),
            syn_retransmissions: handshake.syn_repeats(),
            syn_ack_retransmissions: handshake.syn_ack_repeats(),
            sack_permitted: handshake.sack_permitted[0] && handshake.sack_permitted[1],
            timestamps: handshake.timestamps,
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
        }
    }
}
