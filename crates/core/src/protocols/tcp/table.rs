//! The tables of TCP.

mod cover;
mod end;
mod flow;

pub use flow::TcpFlowRow;

use super::Spare;
use super::compat;
use super::event::Events;
use super::label::{Label, Role};
use super::ledger_buckets::LedgerBuckets;
use super::life::Life;
use super::rtt_buckets::RttBuckets;
use crate::flows::AddressText;
use crate::tables::{Sink, TableWriter, table};

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
    /// That to the segment at hand.
    pub(crate) answer: Option<compat::Answer>,
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
