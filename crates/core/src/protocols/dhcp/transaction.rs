//! What a client and servers say to each other about one address.

use std::net::Ipv4Addr;

use arrayvec::ArrayVec;

use super::message::{Kind, Message};
use crate::flows::Endpoint;
use crate::protocols::exchanges::{Exchange, RECENT_NS};
use crate::protocols::follow::At;

/// Bytes of a host name that are kept (RFC 1035 §2.3.4).
const MOST_NAME_BYTES: usize = 255;

/// A message and where it was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    pub(super) message: Message<'a>,
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
    pub(super) at: At,
}

/// Messages of one kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) first: Option<At>,
    pub(super) last: At,
    pub(super) count: u32,
}

impl Seen {
    fn add(&mut self, at: At) {
        self.first.get_or_insert(at);
        (self.last, self.count) = (at, self.count + 1);
    }

    /// From the first of these to the first of `later`.
    pub(super) fn until_ns(&self, later: &Self) -> Option<i64> {
        self.first.zip(later.first).map(|(first, later)| later.time_ns.saturating_sub(first.time_ns))
    }

    /// The frame of the first.
    pub(super) fn frame(&self) -> Option<u64> {
        self.first.map(|at| at.frame)
    }
}

/// The hardware address of a client.
pub(super) type Hardware = ArrayVec<u8, 16>;

/// What a client and servers say to each other under one identifier.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) client: Endpoint,
    pub(super) server: Endpoint,
    pub(super) id: u32,
    pub(super) hardware: Hardware,
    /// What the first message was for.
    pub(super) purpose: &'static str,
    pub(super) discovers: Seen,
    pub(super) offers: Seen,
    /// All that a server answers with ACK or NAK, and what needs no answer.
    pub(super) requests: Seen,
    /// ACKs and NAKs.
    pub(super) replies: Seen,
    /// Whether the first of them was an ACK.
    pub(super) granted: bool,
    pub(super) declined: Option<At>,
    pub(super) address: Option<Ipv4Addr>,
    pub(super) chosen: Option<Ipv4Addr>,
    pub(super) relay: Option<Ipv4Addr>,
    pub(super) lease: Option<u32>,
    pub(super) host_name: Option<Box<str>>,
    /// Its first message.
    pub(super) begin: At,
    last: At,
}

impl Transaction {
    pub(super) fn new(heard: &Heard<'_>, client: Endpoint, server: Endpoint) -> Self {
        Self {
            flow: heard.flow,
            stream: heard.stream,
            client,
            server,
            id: heard.message.id,
            hardware: hardware(&heard.message),
            purpose: purpose(&heard.message, &heard.destination),
            discovers: Seen::default(),
            offers: Seen::default(),
            requests: Seen::default(),
            replies: Seen::default(),
            granted: false,
            declined: None,
            address: None,
            chosen: None,
            relay: None,
            lease: None,
            host_name: None,
            begin: heard.at,
            last: heard.at,
        }
    }

    /// Whether a message of its client belongs to it, being a repeat or the next step.
    pub(super) fn goes_on_with(&self, heard: &Heard<'_>) -> bool {
        let next = match heard.message.kind {
            Kind::Discover => self.discovers.count > 0 && self.requests.count == 0,
            Kind::Request => self.discovers.count > 0 || self.purpose == purpose(&heard.message, &heard.destination),
            _ => self.purpose == purpose(&heard.message, &heard.destination),
        };
        next && self.replies.count == 0 && heard.at.time_ns.saturating_sub(self.last.time_ns) <= RECENT_NS
    }

    /// Takes a message that belongs to it.
    pub(super) fn take(&mut self, heard: &Heard<'_>) {
        let message = &heard.message;
        match message.kind {
            Kind::Discover => self.discovers.add(heard.at),
            Kind::Offer => self.offers.add(heard.at),
            Kind::Ack | Kind::Nak | Kind::BootReply => {
                if self.replies.count == 0 {
                    self.granted = message.kind != Kind::Nak;
                    self.address = message.given.or(message.client).or(self.address);
                }
                self.replies.add(heard.at);
            }
            Kind::Request | Kind::Decline | Kind::Release | Kind::Inform | Kind::BootRequest => {
                self.requests.add(heard.at);
            }
        }
        self.note(message);
        self.last = heard.at;
    }

    /// Keeps what the newest message says, where it says something.
    fn note(&mut self, message: &Message<'_>) {
        if self.replies.count == 0 {
            self.address = message.given.or(message.requested).or(message.client).or(self.address);
        }
        self.chosen = message.server.or(self.chosen);
        self.relay = message.relay.or(self.relay);
        self.lease = message.lease.or(self.lease);
        if let Some(name) = message.host_name
            && self.host_name.is_none()
        {
            self.host_name = Some(shown(name));
        }
    }

    /// Whether an answer is wanted.
    pub(super) fn wants_answer(&self) -> bool {
        let asked = self.discovers.count + self.requests.count > 0;
        asked && !matches!(self.purpose, "release" | "decline")
    }

    /// Whether an answer may still come.
    pub(super) fn is_open(&self, at: At) -> bool {
        self.wants_answer() && self.replies.count == 0 && at.time_ns.saturating_sub(self.last.time_ns) <= RECENT_NS
    }

    /// The first message of the client.
    pub(super) fn first(&self) -> Option<At> {
        let client = [self.discovers, self.requests];
        client.into_iter().filter_map(|seen| seen.first).min_by_key(|at| at.frame)
    }
}

impl Exchange for Transaction {
    fn heap_bytes(&self) -> usize {
        self.host_name.as_ref().map_or(0, |name| name.len())
    }
}

/// The hardware address of the client of a message.
pub(super) fn hardware(message: &Message<'_>) -> Hardware {
    message.hardware.iter().copied().take(16).collect()
}

/// What a client wants by its message (RFC 2131 §4.3.2); of a server's message what it is about.
fn purpose(message: &Message<'_>, to: &Endpoint) -> &'static str {
    match message.kind {
        Kind::Discover | Kind::Offer => "acquire",
        Kind::Request if message.client.is_none() && message.server.is_some() => "acquire",
        Kind::Request if message.client.is_none() => "reboot",
        Kind::Request if is_broadcast(to) => "rebind",
        Kind::Request => "renew",
        Kind::Ack | Kind::Nak => "request",
        Kind::Decline => "decline",
        Kind::Release => "release",
        Kind::Inform => "inform",
        Kind::BootRequest | Kind::BootReply => "bootp",
    }
}

fn is_broadcast(end: &Endpoint) -> bool {
    end.address == Ipv4Addr::BROADCAST
}

/// The text of a name: what is not printable is replaced.
fn shown(name: &[u8]) -> Box<str> {
    let name = name.get(..MOST_NAME_BYTES).unwrap_or(name);
    let plain = |character: char| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
    String::from_utf8_lossy(name).trim_end_matches('\0').chars().map(plain).collect()
}
