//! What is known of one connection, packet by packet. Roles are those of QUIC: the client is who sends the ClientHello.

use arrayvec::ArrayVec;

use super::keys::Keys;
use super::message::{Frame, Frames, Kind, Long, MOST_ID_BYTES, error, listed_versions, version};
use super::spin::Spin;
use super::table::QuicConnectionRow;
use crate::protocols::follow::{At, Ends};
use crate::protocols::tcp::Role;
use crate::protocols::tls::ja4::Carrier;
use crate::protocols::tls::message::{ClientHello, ServerHello, handshake, message};
use crate::protocols::tls::names;
use crate::protocols::tls::offer::Offer;
use crate::protocols::tls::pieces::Pieces;

/// Codes from here on are alerts of TLS (RFC 9001 §4.8).
const CRYPTO_ERROR: u64 = 0x100;
/// So many Initial packets of a connection are opened. A hello takes a handful.
const MOST_OPENED: u32 = 64;
/// Versions kept of those that a server lists.
const MOST_VERSIONS: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Close {
    code: u64,
    sender: Role,
    at: At,
}

/// What is known of one connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    /// The identifier from which the keys follow.
    id: ArrayVec<u8, MOST_ID_BYTES>,
    keys: Option<Box<Keys>>,
    opened: u32,
    pieces: [Pieces; 2],
    version: u32,
    offer: Option<Offer>,
    cipher: Option<u16>,
    resumed: Option<bool>,
    start: Option<At>,
    client_hello: Option<At>,
    server_hello: Option<At>,
    retry: Option<At>,
    version_negotiation: Option<At>,
    listed_versions: Option<String>,
    early_data_packets: u32,
    initial_packets: [u32; 2],
    packets: [u64; 2],
    data: [Option<At>; 2],
    server_wait_ns: Option<i64>,
    spin: Spin,
    close: Option<Close>,
}

/// Whose a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    /// This connection's.
    Here,
    /// That of another one, which begins with it.
    ToTheNext,
}

impl Connection {
    /// The keys with which `packet` opens as the first of its client.
    pub(super) fn first_keys(packet: &Long<'_>) -> Option<Box<Keys>> {
        let keys = Keys::new(packet.version, packet.destination)?;
        keys.open(Role::Client, packet).is_some().then(|| Box::new(keys))
    }

    /// Takes a packet with a short header.
    #[inline]
    pub(super) fn short(&mut self, sender: Role, spin: bool, at: At) {
        self.packets[sender as usize] += 1;
        self.data[sender as usize].get_or_insert(at);
        self.spin.packet(sender, spin, at.time_ns);
    }

    /// Takes a packet with a long header.
    pub(super) fn long(&mut self, sender: Role, packet: &Long<'_>, at: At) -> Belongs {
        if packet.kind == Kind::Initial && self.initial(sender, packet, at) == Belongs::ToTheNext {
            return Belongs::ToTheNext;
        }
        self.packets[sender as usize] += 1;
        if packet.kind != Kind::VersionNegotiation {
            self.version = packet.version;
        }
        match packet.kind {
            Kind::ZeroRtt => self.early_data_packets += 1,
            Kind::Retry => drop(self.retry.get_or_insert(at)),
            Kind::VersionNegotiation => self.list(packet, at),
            Kind::Initial | Kind::Handshake => {}
        }
        Belongs::Here
    }

    fn list(&mut self, packet: &Long<'_>, at: At) {
        self.version_negotiation.get_or_insert(at);
        let listed = listed_versions(packet).filter(|&listed| !version::is_reserved(listed));
        let listed: Vec<String> = listed.take(MOST_VERSIONS).map(version::text).collect();
        self.listed_versions = (!listed.is_empty()).then(|| listed.join(","));
    }

    fn initial(&mut self, sender: Role, packet: &Long<'_>, at: At) -> Belongs {
        let text = if version::is_reserved(packet.version) { None } else { self.open(sender, packet) };
        if text.is_none() && sender == Role::Client && self.is_of_another(packet) {
            return Belongs::ToTheNext;
        }
        self.initial_packets[sender as usize] += 1;
        if sender == Role::Client {
            self.start.get_or_insert(at);
        } else if self.server_wait_ns.is_none() {
            self.server_wait_ns = self.client_hello.map(|asked| at.time_ns - asked.time_ns);
        }
        for frame in Frames::new(text.as_deref().unwrap_or_default()) {
            match frame {
                Frame::Crypto { offset, bytes } => self.crypto(sender, offset, bytes, at),
                Frame::Close { code } => drop(self.close.get_or_insert(Close { code, sender, at })),
            }
        }
        Belongs::Here
    }

    /// Whether a packet that does not open here opens with its own identifier, although the server has not asked for that.
    fn is_of_another(&mut self, packet: &Long<'_>) -> bool {
        if self.opened >= MOST_OPENED || self.start.is_none() {
            return false;
        }
        self.opened += 1;
        Self::first_keys(packet).is_some()
    }

    /// Opens an Initial packet, if it is of this connection.
    fn open(&mut self, sender: Role, packet: &Long<'_>) -> Option<Vec<u8>> {
        if self.opened >= MOST_OPENED {
            return None;
        }
        self.opened += 1;
        if self.keys.as_ref().is_none_or(|keys| !keys.is_of(packet.version)) && !self.id.is_empty() {
            self.keys = Keys::new(packet.version, &self.id).map(Box::new);
        }
        if let Some(text) = self.keys.as_ref().and_then(|keys| keys.open(sender, packet)) {
            return Some(text);
        }
        // The keys are new in the beginning, and after a Retry or a list of versions (RFC 9001 §5.2).
        let asked = (self.retry.is_some() || self.version_negotiation.is_some()) && self.server_hello.is_none();
        if sender == Role::Server || !(asked || self.start.is_none()) {
            return None;
        }
        let keys = Keys::new(packet.version, packet.destination)?;
        let text = keys.open(sender, packet)?;
        self.keys = Some(Box::new(keys));
        self.id = packet.destination.try_into().unwrap_or_default();
        self.pieces = Default::default();
        Some(text)
    }

    fn crypto(&mut self, sender: Role, offset: u64, bytes: &[u8], at: At) {
        let told = if sender == Role::Client { self.client_hello } else { self.server_hello };
        if told.is_some() && !(sender == Role::Client && self.asked_again()) {
            return;
        }
        let mut pieces = std::mem::take(&mut self.pieces[sender as usize]);
        pieces.insert(offset, bytes);
        if !self.hello(sender, pieces.known(), at) {
            self.pieces[sender as usize] = pieces;
        }
    }

    /// Whether another ClientHello is to come.
    fn asked_again(&self) -> bool {
        let asked = self.retry.max(self.version_negotiation);
        asked > self.client_hello
    }

    /// Takes a hello, if it is whole.
    fn hello(&mut self, sender: Role, bytes: &[u8], at: At) -> bool {
        let Some((kind, body, message_bytes)) = message(bytes) else { return false };
        if bytes.len() < message_bytes {
            return false;
        }
        match (sender, kind) {
            (Role::Client, handshake::CLIENT_HELLO) => {
                self.client_hello = Some(at);
                self.offer = ClientHello::parse(body, false).map(|hello| Offer::new(&hello, Carrier::Quic, true));
            }
            (Role::Server, handshake::SERVER_HELLO) => {
                self.server_hello = Some(at);
                let hello = ServerHello::parse(body);
                self.cipher = hello.and_then(|hello| hello.cipher);
                self.resumed = hello.map(|hello| hello.accepts_key());
            }
            _ => {}
        }
        true
    }

    /// Memory beyond the struct itself, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.keys.as_ref().map_or(0, |_| size_of::<Keys>())
            + self.pieces.iter().map(Pieces::memory_bytes).sum::<usize>()
            + self.offer.as_ref().map_or(0, Offer::memory_bytes)
            + self.listed_versions.as_ref().map_or(0, String::capacity)
    }

    /// The row. `swapped` says that the client of QUIC is the server of its flow.
    pub(super) fn row(&self, ends: &Ends, swapped: bool) -> QuicConnectionRow {
        let texts = ends.texts();
        let (client, server) = if swapped { (texts.server, texts.client) } else { (texts.client, texts.server) };
        let frame = |at: Option<At>| at.map(|at| at.frame);
        let time_ns = |at: Option<At>| at.map(|at| at.time_ns);
        let [client_data, server_data] = self.data;
        let [client_initial_packets, server_initial_packets] = self.initial_packets;
        let [client_packets, server_packets] = self.packets;
        let offer = self.offer.clone().unwrap_or_default();
        QuicConnectionRow {
            flow: ends.flow,
            stream: ends.stream,
            client,
            server,
            version: version::text(self.version),
            server_name: offer.server_name,
            offered_alpn: offer.protocols,
            cipher: self.cipher.map(names::cipher),
            ja4: offer.ja4,
            resumed: self.resumed,
            early_data: self.early_data_packets > 0,
            early_data_packets: self.early_data_packets,
            retry: self.retry.is_some(),
            retry_frame: frame(self.retry),
            version_negotiation: self.version_negotiation.is_some(),
            version_negotiation_frame: frame(self.version_negotiation),
            listed_versions: self.listed_versions.clone(),
            start_frame: frame(self.start),
            start_time_ns: time_ns(self.start),
            client_hello_frame: frame(self.client_hello),
            client_hello_time_ns: time_ns(self.client_hello),
            server_hello_frame: frame(self.server_hello),
            server_hello_time_ns: time_ns(self.server_hello),
            client_data_frame: frame(client_data),
            client_data_time_ns: time_ns(client_data),
            server_data_frame: frame(server_data),
            server_data_time_ns: time_ns(server_data),
            handshake_ns: self.start.zip(client_data).map(|(start, end)| end.time_ns - start.time_ns),
            server_wait_ns: self.server_wait_ns,
            client_initial_packets,
            server_initial_packets,
            client_packets,
            server_packets,
            spin_changes: self.spin.changes,
            spin_rtt_min_ns: self.spin.round_trip_ns(),
            spin_server_rtt_min_ns: self.spin.leg_ns(Role::Server),
            spin_client_rtt_min_ns: self.spin.leg_ns(Role::Client),
            close_error: self.close.and_then(|close| reason(close.code)),
            close_code: self.close.map(|close| close.code),
            close_sender: self.close.map(|close| if close.sender == Role::Client { "client" } else { "server" }),
            close_frame: self.close.map(|close| close.at.frame),
            close_time_ns: self.close.map(|close| close.at.time_ns),
        }
    }
}

fn reason(code: u64) -> Option<String> {
    let alert = code.checked_sub(CRYPTO_ERROR).and_then(|alert| u8::try_from(alert).ok()).and_then(names::alert);
    error(code).or(alert).map(str::to_owned)
}
