//! What is known of one handshake, message by message. Roles are those of TLS: the client is who sends the ClientHello.

use super::certificate::Certificate;
use super::ja4::Carrier;
use super::message::{ClientHello, ServerHello, certificates, content, handshake};
use super::names;
use super::offer::Offer;
use super::read::text;
use super::table::TlsHandshakeRow;
use crate::protocols::follow::{At, Ends};
use crate::protocols::tcp::Role;

const TLS_1_3: u16 = 0x0304;
const DTLS_1_3: u16 = 0xfefc;
const FATAL: u8 = 2;
/// The type inside a protected record and the tag behind it (RFC 8446 §5.2); with AES-CCM-8 the tag is shorter.
const SEALED: [usize; 2] = [1 + 16, 1 + 8];
const ALERT_BYTES: usize = 2;
/// Finished holds a hash (RFC 8446 §4.4.4).
const FINISHED_BYTES: [usize; 2] = [4 + 32, 4 + 48];
const END_OF_EARLY_DATA_BYTES: usize = 4;

/// Whether a protected record of TLS 1.3 has the length of one of these messages.
fn holds(record_bytes: usize, message_bytes: &[usize]) -> bool {
    SEALED.iter().any(|sealed| message_bytes.iter().any(|bytes| bytes + sealed == record_bytes))
}

/// What the server chose.
#[derive(Debug, Clone, Default)]
struct Choice {
    version: u16,
    cipher: Option<u16>,
    protocol: Option<String>,
    accepts_key: bool,
}

#[derive(Debug, Clone, Copy)]
struct Alert {
    level: u8,
    description: Option<u8>,
    sender: Role,
    at: At,
}

/// Where a message is in the bytes of its sender.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The frame of its first byte.
    pub(super) first: At,
    /// The frame that made it whole.
    pub(super) whole: At,
}

/// A handshake message that is not encrypted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) kind: u8,
    pub(super) body: &'a [u8],
    pub(super) span: Span,
}

/// Round trips between the capture point and the client, and the server, where known.
pub(super) type Legs = [Option<i64>; 2];

/// What is known of one handshake.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub(super) struct Handshake {
    offer: Option<Offer>,
    choice: Option<Choice>,
    certificate: Option<Box<Certificate>>,
    certificates: Option<(u32, u64)>,
    client_hellos: u32,
    server_hellos: u32,
    start: Option<At>,
    client_hello: Option<At>,
    retry: Option<At>,
    server_hello: Option<At>,
    certificate_at: Option<At>,
    finished: [Option<At>; 2],
    data: [Option<At>; 2],
    /// The last record of a flight of the client that may hold its Finished.
    client_flight: Option<At>,
    /// The last record of the server before the client's Finished.
    server_flight: Option<At>,
    server_wait_ns: Option<i64>,
    server_compute_ns: Option<i64>,
    client_wait_ns: Option<i64>,
    client_compute_ns: Option<i64>,
    /// Whether the server sent what a resumed session does without.
    full: bool,
    early_data: bool,
    client_certificate_requested: bool,
    pub(super) gaps: bool,
    alert: Option<Alert>,
    alerts: u32,
    encrypted_alert: Option<(Role, At)>,
}

impl Handshake {
    fn is_1_3(&self) -> bool {
        let version = self.choice.as_ref().map(|choice| choice.version);
        version.is_some_and(|version| version == TLS_1_3 || version >> 8 == 0x7f || version == DTLS_1_3)
    }

    /// Whether the client's Finished has passed, so that another ClientHello begins another handshake.
    pub(super) fn has_ended(&self) -> bool {
        self.finished[Role::Client as usize].is_some()
    }

    /// Whether a ClientHello has passed, or the server's word.
    pub(super) fn has_begun(&self) -> bool {
        self.start.is_some() || self.server_hellos > 0
    }

    /// Whether all of it has passed.
    pub(super) fn is_complete(&self) -> bool {
        self.end().is_some()
    }

    /// Takes a message that is not encrypted.
    pub(super) fn message(&mut self, sender: Role, message: &Message<'_>, carrier: Carrier, legs_ns: Legs) {
        let &Message { kind, body, span } = message;
        if sender == Role::Server {
            self.server_goes_on(span.whole);
        }
        match kind {
            handshake::CLIENT_HELLO => self.client_hello(body, span, carrier, true),
            handshake::SERVER_HELLO => self.server_hello(body, span, legs_ns),
            handshake::CERTIFICATE if sender == Role::Server && self.certificate_at.is_none() => {
                self.certificate(body, span);
            }
            handshake::SERVER_KEY_EXCHANGE | handshake::SERVER_HELLO_DONE => self.full = true,
            handshake::CERTIFICATE_REQUEST => self.client_certificate_requested = true,
            _ => {}
        }
    }

    /// Takes a ClientHello, as far as it has come.
    pub(super) fn client_hello(&mut self, body: &[u8], span: Span, carrier: Carrier, whole: bool) {
        self.start.get_or_insert(span.first);
        self.client_hello = Some(span.whole);
        self.client_hellos += u32::from(whole);
        if let Some(hello) = ClientHello::parse(body, carrier == Carrier::Dtls) {
            self.offer = Some(Offer::new(&hello, carrier, whole));
        }
    }

    fn server_hello(&mut self, body: &[u8], span: Span, legs_ns: Legs) {
        self.server_hellos += 1;
        let Some(hello) = ServerHello::parse(body) else { return };
        if hello.is_retry {
            self.retry.get_or_insert(span.whole);
            return;
        }
        if self.server_hello.is_some() {
            return;
        }
        self.server_hello = Some(span.whole);
        self.server_flight = Some(span.whole);
        self.server_wait_ns = self.client_hello.map(|asked| span.first.time_ns - asked.time_ns);
        self.server_compute_ns = compute_ns(self.server_wait_ns, legs_ns[Role::Server as usize]);
        self.choice = Some(Choice {
            version: hello.version(),
            cipher: hello.cipher,
            protocol: hello.protocol().map(|name| text(name, 255)),
            accepts_key: hello.accepts_key(),
        });
    }

    fn certificate(&mut self, body: &[u8], span: Span) {
        self.full = true;
        self.certificate_at = Some(span.whole);
        let sums = |(count, bytes): (u32, u64), one: &[u8]| (count + 1, bytes + one.len() as u64);
        self.certificates = Some(certificates(body).fold((0, 0), sums));
        self.certificate = certificates(body).next().and_then(Certificate::parse).map(Box::new);
    }

    /// Takes a ClientHello in the form of SSL 2.0, of which only the version is of interest.
    pub(super) fn old_client_hello(&mut self, version: u16, span: Span) {
        self.start.get_or_insert(span.first);
        self.client_hello = Some(span.whole);
        self.client_hellos += 1;
        self.offer = Some(Offer { version, ..Offer::default() });
    }

    /// The server asked for a cookie of DTLS (RFC 6347 §4.2.1).
    pub(super) fn verify_request(&mut self, at: At) {
        self.retry.get_or_insert(at);
    }

    /// Takes an alert that is not encrypted.
    pub(super) fn alert(&mut self, sender: Role, level: u8, description: u8, at: At) {
        self.alerts += 1;
        if self.alert.is_none_or(|alert| alert.level != FATAL && level == FATAL) {
            self.alert = Some(Alert { level, description: Some(description), sender, at });
        }
    }

    /// Takes a record that is encrypted, or of which no more is wanted than that it is there.
    pub(super) fn record(&mut self, sender: Role, kind: u8, record_bytes: usize, at: At, legs_ns: Legs) {
        match kind {
            content::ALERT => self.encrypted_alert(sender, at),
            content::HANDSHAKE => self.finish(sender, at, legs_ns),
            content::APPLICATION_DATA if self.is_1_3() && !self.has_ended() => {
                self.sealed(sender, record_bytes, at, legs_ns);
            }
            content::APPLICATION_DATA if self.is_1_3() && holds(record_bytes, &[ALERT_BYTES]) => {
                self.encrypted_alert(sender, at);
            }
            content::APPLICATION_DATA => self.data(sender, at),
            _ => {}
        }
    }

    /// A record of TLS 1.3 after the ServerHello and before the client's Finished.
    fn sealed(&mut self, sender: Role, record_bytes: usize, at: At, legs_ns: Legs) {
        let early = self.offer.as_ref().is_some_and(|offer| offer.early_data);
        if holds(record_bytes, &[ALERT_BYTES]) {
            self.encrypted_alert(sender, at);
        } else if sender == Role::Server {
            match self.client_flight.take() {
                Some(finished) => {
                    self.finish(Role::Client, finished, legs_ns);
                    self.data(sender, at);
                }
                None => self.server_flight = Some(at),
            }
        } else if holds(record_bytes, &FINISHED_BYTES) {
            self.finish(sender, at, legs_ns);
        } else if early && holds(record_bytes, &[END_OF_EARLY_DATA_BYTES]) {
            self.early_data = true;
        } else if !early {
            self.client_flight = Some(at);
        }
    }

    fn finish(&mut self, sender: Role, at: At, legs_ns: Legs) {
        if self.finished[sender as usize].is_some() {
            return;
        }
        if sender == Role::Server {
            self.server_goes_on(at);
        }
        self.finished[sender as usize] = Some(at);
        if sender == Role::Client {
            self.client_wait_ns = self.server_flight.map(|told| at.time_ns - told.time_ns);
            self.client_compute_ns = compute_ns(self.client_wait_ns, legs_ns[Role::Client as usize]);
        }
    }

    fn data(&mut self, sender: Role, at: At) {
        let early = self.offer.as_ref().is_some_and(|offer| offer.early_data);
        if self.choice.is_none() && early && sender == Role::Client {
            self.early_data = true;
        } else {
            self.data[sender as usize].get_or_insert(at);
        }
    }

    fn encrypted_alert(&mut self, sender: Role, at: At) {
        self.encrypted_alert.get_or_insert((sender, at));
        if self.end().is_none() && self.data == [None; 2] && !self.gaps {
            self.alert.get_or_insert(Alert { level: 0, description: None, sender, at });
        }
    }

    /// Takes note of when the server sent something.
    pub(super) fn server_goes_on(&mut self, at: At) {
        if !self.has_ended() {
            self.server_flight = Some(at);
        }
    }

    /// The last Finished.
    fn end(&self) -> Option<At> {
        let [client, server] = self.finished;
        if self.is_1_3() { client } else { client.max(server).filter(|_| client.is_some() && server.is_some()) }
    }

    fn resumed(&self) -> Option<bool> {
        let choice = self.choice.as_ref()?;
        if self.is_1_3() {
            return Some(choice.accepts_key);
        }
        let known = self.full || (self.finished[Role::Server as usize].is_some() && !self.gaps);
        known.then_some(!self.full)
    }

    /// Memory beyond the struct itself, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.offer.as_ref().map_or(0, Offer::memory_bytes)
            + self.certificate.as_ref().map_or(0, |certificate| certificate.memory_bytes())
    }

    /// The row. `swapped` says that the client of TLS is the server of its flow.
    pub(super) fn row(&self, ends: &Ends, swapped: bool, carrier: Carrier) -> TlsHandshakeRow {
        let texts = ends.texts();
        let (client, server) = if swapped { (texts.server, texts.client) } else { (texts.client, texts.server) };
        let frame = |at: Option<At>| at.map(|at| at.frame);
        let time_ns = |at: Option<At>| at.map(|at| at.time_ns);
        let [client_finished, server_finished] = self.finished;
        let [client_data, server_data] = self.data;
        let handshake_ns = self.start.zip(self.end()).map(|(start, end)| end.time_ns - start.time_ns);
        let offer = self.offer.clone().unwrap_or_default();
        let choice = self.choice.as_ref();
        let certificate = self.certificate.as_deref();
        let alert_text = |alert: Alert| match alert.description {
            Some(number) => names::alert(number).map_or_else(|| number.to_string(), str::to_owned),
            None => "encrypted".to_owned(),
        };
        TlsHandshakeRow {
            flow: ends.flow,
            stream: ends.stream,
            transport: if carrier == Carrier::Dtls { "udp" } else { "tcp" },
            client,
            server,
            version: choice.map(|choice| names::version(choice.version)),
            client_version: self.offer.as_ref().map(|offer| names::version(offer.version)),
            server_name: offer.server_name,
            offered_alpn: offer.protocols,
            alpn: choice.and_then(|choice| choice.protocol.clone()),
            cipher: choice.and_then(|choice| choice.cipher).map(names::cipher),
            ja4: offer.ja4,
            resumed: self.resumed(),
            early_data: self.early_data,
            retry: self.retry.is_some(),
            retry_frame: frame(self.retry),
            client_hellos: self.client_hellos,
            server_hellos: self.server_hellos,
            start_frame: frame(self.start),
            start_time_ns: time_ns(self.start),
            client_hello_frame: frame(self.client_hello),
            client_hello_time_ns: time_ns(self.client_hello),
            server_hello_frame: frame(self.server_hello),
            server_hello_time_ns: time_ns(self.server_hello),
            certificate_frame: frame(self.certificate_at),
            certificate_time_ns: time_ns(self.certificate_at),
            client_finished_frame: frame(client_finished),
            client_finished_time_ns: time_ns(client_finished),
            server_finished_frame: frame(server_finished),
            server_finished_time_ns: time_ns(server_finished),
            client_data_frame: frame(client_data),
            client_data_time_ns: time_ns(client_data),
            server_data_frame: frame(server_data),
            server_data_time_ns: time_ns(server_data),
            handshake_ns,
            server_wait_ns: self.server_wait_ns,
            server_compute_ns: self.server_compute_ns,
            client_wait_ns: self.client_wait_ns,
            client_compute_ns: self.client_compute_ns,
            alert: self.alert.map(alert_text),
            alert_level: self.alert.and_then(|alert| level(alert.level)),
            alert_sender: self.alert.map(|alert| side(alert.sender)),
            alert_frame: self.alert.map(|alert| alert.at.frame),
            alert_time_ns: self.alert.map(|alert| alert.at.time_ns),
            alerts: self.alerts,
            encrypted_alert_frame: self.encrypted_alert.map(|(_, at)| at.frame),
            encrypted_alert_sender: self.encrypted_alert.map(|(sender, _)| side(sender)),
            certificates: self.certificates.map(|(count, _)| count),
            certificate_bytes: self.certificates.map(|(_, bytes)| bytes),
            certificate_subject: certificate.and_then(|certificate| certificate.subject.clone()),
            certificate_names: certificate.and_then(|certificate| certificate.names.clone()),
            certificate_issuer: certificate.and_then(|certificate| certificate.issuer.clone()),
            certificate_not_before_time_ns: certificate.and_then(|certificate| certificate.not_before_ns),
            certificate_not_after_time_ns: certificate.and_then(|certificate| certificate.not_after_ns),
            client_certificate_requested: self.client_certificate_requested,
            gaps: self.gaps,
        }
    }
}

/// What of a wait is left without the round trip. A trip as long as the wait was measured by the answer itself.
fn compute_ns(wait_ns: Option<i64>, leg_ns: Option<i64>) -> Option<i64> {
    let (wait_ns, leg_ns) = (wait_ns?, leg_ns?);
    (wait_ns != leg_ns).then(|| (wait_ns - leg_ns).max(0))
}

fn level(level: u8) -> Option<&'static str> {
    match level {
        1 => Some("warning"),
        FATAL => Some("fatal"),
        _ => None,
    }
}

fn side(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
    }
}
