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
    }
}
