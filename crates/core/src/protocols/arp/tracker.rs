//! Puts requests and answers together.

use std::net::IpAddr;

use super::claims::Claims;
use super::exchange::Exchange;
use super::message::{Message, Purpose};
use super::table::{ArpExchangeRow, NdpExchangeRow};
use crate::decode::Net;
use crate::flows::Seen;
use crate::issue::{IssueKind, Issues};
use crate::protocols::follow::At;
use crate::protocols::icmp;
use crate::protocols::pending::Pending;
use crate::tables::{Row, Sink, TableWriter};

/// Who asks, `None` for a probe, and for which address.
type Key = (Option<IpAddr>, IpAddr);

/// Exchanges that are open, and who claims which address.
pub(crate) struct Tracker<R: Row> {
    open: Pending<Key, Exchange>,
    claims: Claims,
    writer: TableWriter<R>,
}

/// Takes a message of ARP, from its hardware type on.
pub(crate) fn arp(
    tracker: &mut Tracker<ArpExchangeRow>,
    bytes: &[u8],
    seen: &Seen,
    issues: &mut Issues,
    sink: &mut impl Sink,
) {
    if let Some(message) = Message::of_arp(bytes) {
        tracker.message(&message, seen, issues, sink);
    }
}

/// Takes a message of ICMPv6 if it is of neighbour discovery.
pub(crate) fn ndp(
    tracker: &mut Tracker<NdpExchangeRow>,
    (message, net): (&icmp::Message<'_>, &Net),
    seen: &Seen,
    issues: &mut Issues,
    sink: &mut impl Sink,
) {
    if let Some(message) = Message::of_ndp(message, net) {
        tracker.message(&message, seen, issues, sink);
    }
}

impl<R: Row + From<Exchange>> Tracker<R> {
    /// A tracker that keeps at most `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        let (open, claims) = (Pending::new(memory_bytes / 2, 0), Claims::new(memory_bytes / 2));
        Self { open, claims, writer: TableWriter::default() }
    }

    /// Writes out all that is left.
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        while let Some(exchange) = self.open.pop_if(|_| true) {
            self.writer.push(exchange.into(), sink);
        }
        self.writer.flush(sink);
    }

    fn message(&mut self, message: &Message, seen: &Seen, issues: &mut Issues, sink: &mut impl Sink) {
        let at = At { frame: seen.frame_number, time_ns: seen.time_ns };
        while let Some(over) = self.open.pop_if(|exchange| exchange.is_over(at.time_ns)) {
            self.writer.push(over.into(), sink);
        }
        let announced = matches!(message.purpose, Purpose::Announcement { .. });
        let rival = message.claim().and_then(|(address, hardware)| {
            let rival = self.claims.claim(address, hardware, announced, at)?;
            Some((address, rival))
        });
        if let Some(exchange) = self.join(message, at, sink) {
            exchange.rival(rival);
            return;
        }
        let mut exchange = Exchange::new(message, at);
        exchange.rival(rival);
        if !matches!(message.purpose, Purpose::Request | Purpose::Probe) {
            self.writer.push(exchange.into(), sink);
        } else if let Some(evicted) = self.open.insert(key(message), exchange) {
            issues.note(IssueKind::ExchangesEvicted, 0, Some(evicted.first.frame), None);
            self.writer.push(evicted.into(), sink);
        }
    }

    /// Adds a message to the exchange that it belongs to, if one is open.
    fn join(&mut self, message: &Message, at: At, sink: &mut impl Sink) -> Option<&mut Exchange> {
        let key = key(message);
        let open = self.open.get(&key)?;
        let asks = matches!(message.purpose, Purpose::Request | Purpose::Probe);
        if open.is_over(at.time_ns) || asks && open.response.is_some() {
            let done = self.open.remove(&key)?;
            self.writer.push(done.into(), sink);
            return None;
        }
        if !asks && !open.is_answered_by(message, at) {
            return None;
        }
        let exchange = self.open.get_mut(&key)?;
        if asks {
            exchange.ask(at);
        } else {
            exchange.answer(message, at);
        }
        Some(exchange)
    }
}

fn key(message: &Message) -> Key {
    (message.asker, message.target)
}
