//! The table of TLS.

use crate::flows::AddressText;

use crate::tables::table;

table! {
    /// A handshake of TLS or DTLS, whole or what was seen of it: one row for each on a connection. Times are as the
    /// capture point saw them; that of a message is when the last of it passed, and its frame is the one that brought it.
    /// Bytes that were sent again or out of order count once, when they were first there.
    "tls_handshakes" TlsHandshakeRow {
        /// The flow, as in flows.
        flow: u64,
        /// Number of the stream, from 0, as Wireshark counts tcp.stream, or udp.stream for DTLS.
        stream: u32,
        /// What carries it: tcp or udp (DTLS).
        transport: &'static str,
        /// Who sends the ClientHello, as address:port, an IPv6 address in brackets. Where a server of TCP does so, as in FTP
        /// with TLS, the ends are the other way round than in tcp_flows.
        client: AddressText,
        /// The other end, in the same form.
        server: AddressText,
        /// The version that the server chose, such as TLS 1.3; NULL without its ServerHello.
        version: Option<String>,
        /// The highest version that the client offered.
        client_version: Option<String>,
        /// The name of the server that the client asked for (SNI).
        server_name: Option<String>,
        /// The protocols that the client offered (ALPN), joined by commas, best first.
        offered_alpn: Option<String>,
        /// The protocol that the server chose; from TLS 1.3 on it is encrypted, and NULL.
        alpn: Option<String>,
        /// The cipher suite that the server chose, by its IANA name, or its number where that is rare.
        cipher: Option<String>,
        /// JA4 fingerprint of the client; NULL if its ClientHello is not whole.
        ja4: Option<String>,
        /// Whether an earlier session was resumed: a key of it accepted (1.3), or no certificate and no key exchange of the
        /// server before it finished (up to 1.2). NULL if not known.
        resumed: Option<bool>,
        /// Whether the client sent data before the ServerHello (0-RTT).
        early_data: bool,
        /// Whether the server asked for another ClientHello (HelloRetryRequest, or HelloVerifyRequest of DTLS).
        retry: bool,
        /// Frame of that.
        retry_frame: Option<u64>,
        /// ClientHellos that were seen: 2 with a retry.
        client_hellos: u32,
        /// ServerHellos that were seen, a HelloRetryRequest included.
        server_hellos: u32,
        /// Frame of the first byte of the first ClientHello.
        start_frame: Option<u64>,
        /// Its time: where the handshake begins.
        start_time_ns: Option<i64> ["ns"],
        /// Frame of the ClientHello, the last one where there are several.
        client_hello_frame: Option<u64>,
        /// Time of it.
        client_hello_time_ns: Option<i64> ["ns"],
        /// Frame of the ServerHello.
        server_hello_frame: Option<u64>,
        /// Time of it.
        server_hello_time_ns: Option<i64> ["ns"],
        /// Frame of the server's certificates; from TLS 1.3 on they are encrypted, and NULL.
        certificate_frame: Option<u64>,
        /// Time of them.
        certificate_time_ns: Option<i64> ["ns"],
        /// Frame of the client's Finished. It is encrypted: up to 1.2 the first message after ChangeCipherSpec, in 1.3 the
        /// record of its length, or else the last one before the server goes on.
        client_finished_frame: Option<u64>,
        /// Time of its first byte.
        client_finished_time_ns: Option<i64> ["ns"],
        /// Frame of the server's Finished, up to 1.2.
        server_finished_frame: Option<u64>,
        /// Time of its first byte.
        server_finished_time_ns: Option<i64> ["ns"],
        /// Frame of the first byte of application data of the client, 0-RTT apart.
        client_data_frame: Option<u64>,
        /// Time of it.
        client_data_time_ns: Option<i64> ["ns"],
        /// Frame of the first byte of application data of the server. In TLS 1.3 a session ticket looks like it.
        server_data_frame: Option<u64>,
        /// Time of it.
        server_data_time_ns: Option<i64> ["ns"],
        /// From the first byte of the first ClientHello to the last Finished: of the client in 1.3, of both up to 1.2. NULL
        /// if one is missing, so if the handshake failed.
        handshake_ns: Option<i64> ["ns"],
        /// From the end of the last ClientHello to the beginning of the ServerHello.
        server_wait_ns: Option<i64> ["ns"],
        /// Of that the time that the server took: what is left without the round trip between capture point and server, the
        /// least of late. NULL if no round trip is known.
        server_compute_ns: Option<i64> ["ns"],
        /// From the server's last record before the client's Finished to that.
        client_wait_ns: Option<i64> ["ns"],
        /// Of that the time that the client took, in the same way.
        client_compute_ns: Option<i64> ["ns"],
        /// The alert: the first fatal one, or else the first. encrypted if it came before the end of the handshake and cannot
        /// be read; in TLS 1.3 it is then known by its length.
        alert: Option<String>,
        /// Its level: warning or fatal; NULL if encrypted.
        alert_level: Option<&'static str>,
        /// Who sent it: client or server.
        alert_sender: Option<&'static str>,
        /// Its frame.
        alert_frame: Option<u64>,
        /// Its time.
        alert_time_ns: Option<i64> ["ns"],
        /// Alerts that are not encrypted.
        alerts: u32,
        /// Frame of the first encrypted alert, in or after the handshake, mostly the word that nothing more will come.
        encrypted_alert_frame: Option<u64>,
        /// Who sent it: client or server.
        encrypted_alert_sender: Option<&'static str>,
        /// Certificates that the server sent, up to 1.2.
        certificates: Option<u32>,
        /// Their length.
        certificate_bytes: Option<u64> ["bytes"],
        /// Common name of the server's certificate, or else its organisation.
        certificate_subject: Option<String>,
        /// Host names and addresses that it is for, joined by commas, 20 at most.
        certificate_names: Option<String>,
        /// Common name of its issuer, or else the organisation.
        certificate_issuer: Option<String>,
        /// From when it is valid, since 1970 UTC.
        certificate_not_before_time_ns: Option<i64> ["ns"],
        /// Until when it is valid, since 1970 UTC.
        certificate_not_after_time_ns: Option<i64> ["ns"],
        /// Whether the server asked the client for a certificate, as far as that is visible: up to 1.2.
        client_certificate_requested: bool,
        /// Whether bytes of the connection are missing in the capture, so that parts of the handshake may be.
        gaps: bool,
    }
}
