//! Tables with a row for every packet, filled only when asked for.

use super::table;

table! {
    /// A frame of the capture.
    "packets" PacketRow on demand {
        /// Number of the frame, from 1, in file order.
        frame_number: u64,
        /// Time of the frame, since 1970 UTC; NULL when the file gives none.
        time_ns: Option<i64> ["ns"],
        /// Interface that it was captured on, as in interfaces.
        interface: u32,
        /// Length on the wire.
        wire_bytes: u32 ["bytes"],
        /// Length in the file.
        captured_bytes: u32 ["bytes"],
        /// Its protocols from the outside in, as in protocols.
        path: String,
        /// Source address of its innermost network header that no ICMP error quotes.
        source: Option<String>,
        /// Destination address of the same header.
        destination: Option<String>,
        /// Source port of its innermost transport header, where it has ports.
        source_port: Option<u16>,
        /// Destination port of the same header.
        destination_port: Option<u16>,
        /// The flow of that header, as in flows.
        flow: Option<u64>,
        /// Innermost VLAN identifier.
        vlan: Option<u16>,
    }
}

table! {
    /// A frame with a TCP header that no ICMP error quotes and of which at least 16 bytes were captured; the first such
    /// header of the frame.
    "tcp_segments" TcpSegmentRow on demand {
        /// Number of the frame, from 1, in file order.
        frame_number: u64,
        /// Time of the frame, since 1970 UTC; NULL when the file gives none.
        time_ns: Option<i64> ["ns"],
        /// Number of the TCP stream, from 0, as Wireshark counts.
        stream: u32,
        /// Who sent it: client or server.
        direction: &'static str,
        /// Sequence number as sent.
        seq: u32,
        /// Acknowledgement number as sent, also where the ACK flag is clear.
        ack: u32,
        /// The nine flag bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, AE 256.
        flags: u16,
        /// Window as sent, not scaled.
        window: u16,
        /// Payload length by the headers; NULL where the header length contradicts the packet.
        payload_bytes: Option<u32> ["bytes"],
        /// Selective acknowledgements as sent (RFC 2018): left and right edge of each block as in 5-9,20-30; empty where there
        /// is none.
        sack: String,
        /// What it is, as far as can be told when it passes: bare, new, reordered, retransmission_fast, retransmission_tlp,
        /// retransmission_rto, retransmission_repeated, retransmission_unneeded, retransmission_pmtu, retransmission_syn,
        /// retransmission_fin, window_probe, keep_alive, duplicate_network, duplicate_capture.
        class: &'static str,
        /// Wireshark's tcp.analysis flags without that prefix, separated by commas; empty where there is none.
        ws_flags: String,
        /// Number of this duplicate acknowledgement (tcp.analysis.duplicate_ack_num).
        ws_duplicate_ack_number: Option<u32>,
        /// Frame whose acknowledgement it repeats (tcp.analysis.duplicate_ack_frame).
        ws_duplicate_ack_frame: Option<u32>,
        /// Frame that it acknowledges (tcp.analysis.acks_frame).
        ws_acks_frame: Option<u32>,
        /// Time since the frame that it acknowledges was first sent (tcp.analysis.ack_rtt).
        ws_ack_rtt_ns: Option<i64> ["ns"],
        /// Initial round trip time of the stream (tcp.analysis.initial_rtt).
        ws_initial_rtt_ns: Option<i64> ["ns"],
        /// Bytes in flight of its sender (tcp.analysis.bytes_in_flight).
        ws_bytes_in_flight: Option<u32> ["bytes"],
        /// Bytes since the last PSH (tcp.analysis.push_bytes_sent).
        ws_push_bytes_sent: Option<u32> ["bytes"],
        /// Time that the retransmission took (tcp.analysis.rto).
        ws_rto_ns: Option<i64> ["ns"],
        /// Frame from which that time counts (tcp.analysis.rto_frame).
        ws_rto_frame: Option<u32>,
        /// Scaled window (tcp.window_size).
        ws_window_bytes: u32 ["bytes"],
        /// Completeness of the stream before this frame (tcp.completeness).
        ws_completeness: u8,
    }
}
