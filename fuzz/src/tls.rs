//! TLS and QUIC: any bytes as records, messages, certificates, packets and frames.

use pcap_analyzer_core::protocols::quic::message::{Frames, Packet, listed_versions, packet};
use pcap_analyzer_core::protocols::tls::certificate::Certificate;
use pcap_analyzer_core::protocols::tls::message::{
    ClientHello, DtlsRecord, Fragment, RecordHeader, ServerHello, certificates, message, old_client_hello, opens_tls,
};

/// Any bytes as records of TLS or DTLS, whose payload is messages.
///
/// # Panics
/// When more is read than there is.
pub fn tls(input: &[u8]) {
    let _ = opens_tls(input);
    let mut rest = input;
    while let Some(header) = RecordHeader::parse(rest) {
        let end = header.whole_bytes().min(rest.len());
        messages(&rest[RecordHeader::BYTES..end]);
        rest = &rest[end..];
    }
    messages(rest);
    records_of_dtls(input);
    let _ = old_client_hello(input);
    let _ = Certificate::parse(input);
}

fn records_of_dtls(mut bytes: &[u8]) {
    while let Some((record, after)) = DtlsRecord::parse(bytes) {
        let mut rest = record.payload;
        while let Some((fragment, behind)) = Fragment::parse(rest) {
            assert!(fragment.offset + fragment.bytes.len() <= fragment.message_bytes, "a fragment within its message");
            client_hello(fragment.bytes, true);
            rest = behind;
        }
        bytes = after;
    }
}

fn messages(mut bytes: &[u8]) {
    while let Some((kind, body, whole_bytes)) = message(bytes) {
        assert!(body.len() + 4 <= whole_bytes, "a body within its message");
        client_hello(body, kind & 1 == 0);
        if let Some(hello) = ServerHello::parse(body) {
            let _ = (hello.version(), hello.protocol(), hello.accepts_key());
        }
        for certificate in certificates(body) {
            let _ = Certificate::parse(certificate);
        }
        bytes = bytes.get(whole_bytes..).unwrap_or_default();
    }
}

fn client_hello(body: &[u8], cookie: bool) {
    let Some(hello) = ClientHello::parse(body, cookie) else { return };
    let lists = hello.ciphers().count() + hello.extensions().count() + hello.signature_algorithms().count();
    let names: usize = hello.protocols().map(<[u8]>::len).sum();
    assert!(lists + names + hello.server_name().map_or(0, <[u8]>::len) <= 2 * body.len(), "no more than there is");
    let _ = (hello.version(), hello.offers_early_data(), hello.has_server_name());
}

/// Any bytes as a datagram of QUIC, and as what an Initial packet protects.
///
/// # Panics
/// When a packet is no part of its datagram.
pub fn quic(input: &[u8]) {
    let mut rest = input;
    while let Some((first, after)) = packet(rest) {
        assert!(after.len() < rest.len(), "packets have a length");
        if let Packet::Long(long) = first {
            assert!(long.number_at <= rest.len() && long.bytes.len() <= rest.len());
            let _ = listed_versions(&long).count();
        }
        rest = after;
    }
    let _ = Frames::new(input).count();
}
