//! The table of QUIC.

use crate::flows::AddressText;

use crate::tables::table;

table! {
    /// A connection of QUIC whose beginning was seen: one row for each. What is in Initial packets can be read by anyone;
    /// the rest is encrypted, and known by its packets. Times are as the capture point saw them.
    "quic_connections" QuicConnectionRow {
        /// The flow, as in flows.
        flow: u64,
        /// Number of the stream, from 0, as Wireshark counts udp.stream.
        stream: u32,
        /// Who sends the ClientHello, as address:port, an IPv6 address in brackets.
        client: AddressText,
        /// The other end, in the same form.
        server: AddressText,
        /// Version: 1, 2, draft and its number, or a number. The last one that was in use.
        version: String,
        /// The name of the server that the client asked for (SNI).
        server_name: Option<String>,
        /// The protocols that the client offered (ALPN), joined by commas, best first. The server's choice is encrypted.
        offered_alpn: Option<String>,
        /// The cipher suite that the server chose, by its IANA name.
        cipher: Option<String>,
        /// JA4 fingerprint of the client.
        ja4: Option<String>,
        /// Whether an earlier session was resumed; NULL without a ServerHello.
        resumed: Option<bool>,
        /// Whether the client sent data before the handshake (0-RTT).
        early_data: bool,
        /// Packets of that.
        early_data_packets: u32 ["packets"],
        /// Whether the server asked for proof of the client's address first (Retry).
        retry: bool,
        /// Frame of that.
        retry_frame: Option<u64>,
        /// Whether the server did not speak the client's version.
        version_negotiation: bool,
        /// Frame in which it listed its own.
        version_negotiation_frame: Option<u64>,
        /// Those versions, joined by commas.
        listed_versions: Option<String>,
        /// Frame of the client's first packet.
        start_frame: Option<u64>,
        /// Time of it: where the handshake begins.
        start_time_ns: Option<i64> ["ns"],
        /// Frame that made the ClientHello whole, the last one where there are several.
        client_hello_frame: Option<u64>,
        /// Time of it.
        client_hello_time_ns: Option<i64> ["ns"],
        /// Frame that made the ServerHello whole.
        server_hello_frame: Option<u64>,
        /// Time of it.
        server_hello_time_ns: Option<i64> ["ns"],
        /// Frame of the client's first packet after the handshake.
        client_data_frame: Option<u64>,
        /// Time of it.
        client_data_time_ns: Option<i64> ["ns"],
        /// Frame of the server's first packet with data. It may come before the client's handshake is over.
        server_data_frame: Option<u64>,
        /// Time of it.
        server_data_time_ns: Option<i64> ["ns"],
        /// From the client's first packet to its first one after the handshake (RFC 9001 §4.1.1), which it sends at once.
        handshake_ns: Option<i64> ["ns"],
        /// From the ClientHello to the first packet of the server that answers it: the path to the server and back, and the
        /// time it took.
        server_wait_ns: Option<i64> ["ns"],
        /// Initial packets of the client. More than the hello needs were sent again.
        client_initial_packets: u32 ["packets"],
        /// Initial packets of the server.
        server_initial_packets: u32 ["packets"],
        /// Packets of the client; several may share a datagram.
        client_packets: u64 ["packets"],
        /// Packets of the server.
        server_packets: u64 ["packets"],
        /// How often the spin bit was turned or sent back. Where it does not spin, or few packets were seen, the round trips
        /// are NULL.
        spin_changes: u32,
        /// The least time between two turns of the spin bit: a round trip, if the client had something to send.
        spin_rtt_min_ns: Option<i64> ["ns"],
        /// The least from a turn to the server's: between the capture point and the server and back.
        spin_server_rtt_min_ns: Option<i64> ["ns"],
        /// The least from the server's turn to the client's next: between the capture point and the client and back.
        spin_client_rtt_min_ns: Option<i64> ["ns"],
        /// Why the connection was given up in the handshake, in a packet that can be read: the name in RFC 9000 §20.1, or of
        /// the alert of TLS.
        close_error: Option<String>,
        /// The number of that.
        close_code: Option<u64>,
        /// Who gave it up: client or server.
        close_sender: Option<&'static str>,
        /// Frame in which.
        close_frame: Option<u64>,
        /// Its time.
        close_time_ns: Option<i64> ["ns"],
    }
}
