//! All open flows, in bounded memory.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::endpoints::Endpoints;
use super::flow::{Flow, Seen};
use super::key::{Half, Key, Words};
use super::over::Over;
use super::table::FlowRow;
use crate::analysis::Depth;
use crate::decode::{Header, Tcp, Transport, View, flags};
use crate::issue::{IssueKind, Issues};
use crate::protocols;
use crate::protocols::follow::{At, Context, Datagram, Follower, Segment};
use crate::protocols::tcp::{self, Answer, Around, Class, Connection, Role};
use crate::protocols::turns::Piece;
use crate::tables::{Sink, TableWriter};

/// Memory is accounted anew after so many packets of a flow.
const ACCOUNT_PACKETS: u64 = 16;
/// However small the budget, so many flows are kept.
const LEAST_FLOWS: usize = 64;
/// Once this share of memory is in use, connections that are over are written as soon as late packets are no longer to be
/// expected: what they leave is at hand for the next.
const EASY_SHARE: usize = 8;
/// How long late packets are expected: a few retransmissions of a FIN, the first after 200 ms to 1 s, each after twice the time
/// (RFC 6298 §5).
const LATE_NS: i64 = 5_000_000_000;
/// The share of memory that is made free at once: so little that what one connection leaves is still at hand for the next.
const ROOM_SHARE: usize = 16;
/// The share of flows let go at once when there is no more room, so that finding the oldest costs little per flow.
const EVICTED_SHARE: usize = 8;

/// Which flow a packet belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of the flow.
    pub flow: u64,
    /// Index among the flows of TCP or of UDP.
    pub stream: Option<u32>,
    /// Whether the client sent it.
    pub from_client: bool,
    /// Whether it is the first packet of the flow.
    pub new: bool,
}

/// The connection that a segment opens where another has the same ports.
#[inline]
fn successor(flow: &Flow, sender: Half, transport: &Transport<'_>) -> Option<Box<Connection>> {
    let (Header::Tcp(tcp), Some(connection)) = (&transport.header, &flow.tcp) else { return None };
    if connection.is_superseded() {
        return Some(Box::new(Connection::superseding()));
    }
    connection.reopened_by(sender, tcp).then(|| Box::new(Connection::reusing()))
}

/// Gives what a packet carries to the protocol that is followed.
fn follow(follower: &mut Follower, sender: Role, transport: &Transport<'_>, seen: &Seen, mut context: Context<'_>) {
    let at = At { frame: seen.frame_number, time_ns: seen.time_ns };
    match &transport.header {
        Header::Tcp(tcp) => {
            let Some(wire_bytes) = tcp.payload_bytes else { return };
            let has = |flag| tcp.flags & flag != 0;
            let segment = Segment {
                sender,
                sequence: tcp.sequence,
                acknowledgement: has(flags::ACK).then_some(tcp.acknowledgement),
                syn: has(flags::SYN),
                fin: has(flags::FIN),
                rst: has(flags::RST),
                payload: View::new(transport.payload.bytes, wire_bytes as usize),
                at,
            };
            follower.segment(&segment, &mut context);
        }
        _ => follower.datagram(&Datagram { sender, payload: transport.payload, at }, &mut context),
    }
}

/// A segment with data, as turns are told by it.
#[inline]
fn piece(tcp: &Tcp<'_>, sender: Role, class: Class, seen: &Seen) -> Piece {
    let bytes = tcp.payload_bytes.unwrap_or(0);
    let at = At { frame: seen.frame_number, time_ns: seen.time_ns };
    let acknowledgement = (tcp.flags & flags::ACK != 0).then_some(tcp.acknowledgement);
    let begin = tcp.sequence.wrapping_add(u32::from(tcp.flags & flags::SYN != 0));
    Piece { sender, class, bytes, end: begin.wrapping_add(bytes), acknowledgement, at }
}

/// Tracks flows. When the budget is used up, those that were quiet longest are written out and forgotten.
pub struct Flows {
    open: Vec<Flow>,
    /// Index into `open` of the latest flow with a key.
    index: HashTable<u32>,
    hasher: RandomState,
    memory_bytes: usize,
    used_bytes: usize,
    next_number: u64,
    next_tcp_stream: u32,
    next_udp_stream: u32,
    endpoints: Endpoints,
    writer: TableWriter<FlowRow>,
    tcp: tcp::Shared,
    depth: Depth,
    protocols: protocols::Shared,
    over: Over,
}

impl Flows {
    /// A tracker that stays within `memory_bytes` and follows packets as far as `depth`. `answers` says whether Wireshark's are
    /// wanted for segments of TCP.
    pub(crate) fn new(memory_bytes: usize, depth: Depth, answers: bool) -> Self {
        let (endpoints, protocols) = (memory_bytes / 8, memory_bytes / 8);
        Self {
            open: Vec::new(),
            index: HashTable::new(),
            hasher: RandomState::default(),
            memory_bytes: memory_bytes - endpoints - protocols,
            used_bytes: 0,
            next_number: 0,
            next_tcp_stream: 0,
            next_udp_stream: 0,
            endpoints: Endpoints::new(endpoints),
            writer: TableWriter::default(),
            tcp: tcp::Shared::new(depth >= Depth::Tcp, answers),
            depth,
            protocols: protocols::Shared::new(protocols),
            over: Over::default(),
        }
    }

    /// Takes one packet. A quoted one finds or opens its flow, as in Wireshark, but is not counted. For a segment of TCP
    /// its class comes with it; [`Flows::take_answer`] has Wireshark's answer where that is wanted.
    #[inline]
    pub fn observe(
        &mut self,
        transport: &Transport<'_>,
        seen: &Seen,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) -> (Found, Option<Class>) {
        let (at, sender, new) = self.find(transport, seen, issues, sink);
        let flow = &mut self.open[at];
        let (mut class, mut ended) = (None, false);
        if !transport.quoted {
            flow.count(sender, transport, seen);
        }
        if let (Some(connection), Header::Tcp(tcp)) = (&mut flow.tcp, &transport.header) {
            if transport.quoted {
                connection.quote(sender, tcp, seen.time_ns, seen.too_large);
            } else {
                let around = Around {
                    ip_id: transport.net.id,
                    ttl: transport.net.ttl,
                    congestion_experienced: transport.net.traffic_class & 3 == 3,
                    payload: transport.payload.bytes,
                };
                let at = (seen.frame_number as u32, seen.time_ns);
                let payload = transport.payload.bytes;
                if !payload.is_empty() {
                    let ports = (transport.source_port, transport.destination_port);
                    if connection.renumber(sender, ports, payload) == tcp::Effect::NumberTaken {
                        self.next_tcp_stream = self.next_tcp_stream.wrapping_add(1);
                    }
                }
                let was_over = connection.can_retire();
                class = Some(connection.segment(tcp, (sender, flow.client), at, &around, &mut self.tcp));
                ended = !was_over && connection.can_retire();
                self.tcp.write_events(flow.stream.unwrap_or(0), sink);
            }
        }
        if !transport.quoted && !flow.follower.is_none() {
            let (ends, sender) = (flow.ends(), Role::of(sender, flow.client));
            let context = Context { ends, connection: flow.tcp.as_deref(), shared: &mut self.protocols, issues, sink };
            follow(&mut flow.follower, sender, transport, seen, context);
        }
        if let (Some(class), Header::Tcp(tcp), Depth::Everything) = (class, &transport.header, self.depth)
            && tcp.payload_bytes.is_some_and(|bytes| bytes > 0)
        {
            let piece = piece(tcp, Role::of(sender, flow.client), class, seen);
            if !flow.turns.get_or_insert_default().goes_on(&piece) {
                let (ends, says) = (flow.ends(), flow.follower.says());
                let connection = flow.tcp.as_deref();
                let mut context = Context { ends, connection, shared: &mut self.protocols, issues, sink };
                flow.turns.get_or_insert_default().change(&piece, says, &mut context);
            }
        }
        let found = Found { flow: flow.number, stream: flow.stream, from_client: flow.client == sender, new };
        if ended {
            self.over.push(at, flow.number, seen.time_ns);
        }
        if new || flow.all_packets().is_multiple_of(ACCOUNT_PACKETS) {
            self.account(at);
        }
        (found, class)
    }

    /// Wireshark's answer to the last segment, once.
    pub(crate) fn take_answer(&mut self) -> Option<Answer> {
        self.tcp.answer.take()
    }

    /// Takes note that the path found a packet of the flow too large, of which an ICMP error quotes only the beginning.
    pub fn path_too_large(&mut self, quoted: &Transport<'_>) {
        let (key, sender) = Key::of(quoted);
        let hash = key.hash(&self.hasher);
        if let Some(&at) = self.index.find(hash, |&at| self.open[at as usize].key == key)
            && let Some(connection) = &mut self.open[at as usize].tcp
        {
            connection.path_too_large(sender);
        }
    }

    /// The flow with this key of which packets were seen, and its index among those of TCP or UDP. Of connections that
    /// reused their ports it is the latest.
    pub fn known(&self, key: &Key) -> Option<(u64, Option<u32>)> {
        let at = *self.index.find(key.hash(&self.hasher), |&at| self.open[at as usize].key == *key)?;
        let flow = self.open.get(at as usize).filter(|flow| flow.all_packets() > 0)?;
        Some((flow.number, flow.stream))
    }

    /// Writes out all that is open, and the endpoints.
    pub fn finish(mut self, issues: &mut Issues, sink: &mut impl Sink) {
        let mut flows = std::mem::take(&mut self.open);
        flows.sort_unstable_by_key(|flow| flow.number);
        for flow in flows {
            self.write(flow, false, issues, sink);
        }
        self.writer.flush(sink);
        self.tcp.flush(sink);
        self.protocols.finish(issues, sink);
        self.endpoints.write(sink);
    }

    #[inline]
    fn find(
        &mut self,
        transport: &Transport<'_>,
        seen: &Seen,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) -> (usize, Half, bool) {
        let (hash, sender, known) = self.look_up(transport);
        if let Some(at) = known {
            if let Some(next) = successor(&self.open[at], sender, transport) {
                let key = self.open[at].key;
                let mut fresh = self.begin(key, sender, transport, seen);
                if self.open[at].tcp.as_ref().is_some_and(|before| before.is_superseded()) {
                    (fresh.client, fresh.client_reason) = (self.open[at].client, self.open[at].client_reason);
                }
                fresh.tcp = Some(next);
                let done = std::mem::replace(&mut self.open[at], fresh);
                self.used_bytes -= done.accounted_bytes as usize;
                self.write(done, false, issues, sink);
                return (at, sender, true);
            }
            return (at, sender, false);
        }
        if self.used_bytes > self.memory_bytes / EASY_SHARE {
            while let Some((at, number)) = self.over.pop_before(seen.time_ns.saturating_sub(LATE_NS)) {
                self.retire(at, number, sink);
            }
        }
        if self.used_bytes > self.memory_bytes && self.open.len() >= LEAST_FLOWS {
            self.make_room(issues, sink);
        }
        let mut flow = self.begin(Key::of(transport).0, sender, transport, seen);
        if let Header::Tcp(_) = transport.header {
            flow.tcp = Some(Box::default());
        }
        self.open.push(flow);
        let at = self.open.len() - 1;
        self.insert(hash, at);
        (at, sender, true)
    }

    /// The hash of a packet's key, which half sent it, and the place of its flow where there is one.
    #[inline]
    fn look_up(&self, transport: &Transport<'_>) -> (u64, Half, Option<usize>) {
        let (hash, sender, at) = if let Some((words, sender)) = Words::of(transport) {
            let hash = words.hash(&self.hasher);
            (hash, sender, self.index.find(hash, |&at| self.open[at as usize].words == Some(words)))
        } else {
            let (key, sender) = Key::of(transport);
            let hash = key.hash(&self.hasher);
            (hash, sender, self.index.find(hash, |&at| self.open[at as usize].key == key))
        };
        (hash, sender, at.map(|&at| at as usize))
    }

    fn begin(&mut self, key: Key, sender: Half, transport: &Transport<'_>, seen: &Seen) -> Flow {
        let number = self.next_number;
        self.next_number += 1;
        let counter = match transport.protocol {
            6 => Some(&mut self.next_tcp_stream),
            17 => Some(&mut self.next_udp_stream),
            _ => None,
        };
        let stream = counter.map(|next| {
            *next = next.wrapping_add(1);
            next.wrapping_sub(1)
        });
        let mut flow = Flow::new(number, stream, key, sender, transport, seen);
        if self.depth == Depth::Everything {
            flow.follower = Follower::new(key.protocol);
        }
        flow
    }

    fn insert(&mut self, hash: u64, at: usize) {
        let (flows, hasher) = (&self.open, &self.hasher);
        let rehash = |&at: &u32| flows[at as usize].key.hash(hasher);
        if let Entry::Vacant(place) = self.index.entry(hash, |_| false, rehash) {
            place.insert(at as u32);
        }
    }

    fn account(&mut self, at: usize) {
        let flow = &mut self.open[at];
        let bytes = flow.bytes().min(u32::MAX as usize) as u32;
        self.used_bytes =
            self.used_bytes + bytes as usize - std::mem::replace(&mut flow.accounted_bytes, bytes) as usize;
    }

    /// Frees memory: first of connections that are over, whose rows can be written, then of flows that were quiet longest.
    fn make_room(&mut self, issues: &mut Issues, sink: &mut impl Sink) {
        let enough_bytes = self.memory_bytes / ROOM_SHARE * (ROOM_SHARE - 1);
        while self.used_bytes > enough_bytes
            && let Some((at, number)) = self.over.pop()
        {
            self.retire(at, number, sink);
        }
        if self.used_bytes > enough_bytes {
            self.evict(issues, sink);
        }
    }

    /// Writes the rows of a connection that is over, if it still has its place. Late packets of it still find their stream.
    fn retire(&mut self, at: usize, number: u64, sink: &mut impl Sink) {
        let Some(flow) = self.open.get_mut(at).filter(|flow| flow.number == number) else { return };
        let identity = flow.identity(false);
        if let Some(connection) = &mut flow.tcp {
            connection.retire(&identity, &mut self.tcp, sink);
        }
        self.account(at);
    }

    /// Lets go of the flows that were quiet longest.
    fn evict(&mut self, issues: &mut Issues, sink: &mut impl Sink) {
        let count = (self.open.len() / EVICTED_SHARE).max(1);
        self.open.select_nth_unstable_by_key(count - 1, |flow| flow.last_frame);
        let mut gone: Vec<Flow> = self.open.drain(..count).collect();
        self.used_bytes -= gone.iter().map(|flow| flow.accounted_bytes as usize).sum::<usize>();
        gone.sort_unstable_by_key(|flow| flow.number);
        for flow in gone {
            if flow.all_packets() == 1 {
                issues.note(IssueKind::FlowsNotListed, 0, Some(flow.first_frame), None);
                self.endpoints.add(&flow, issues);
            } else {
                issues.note(IssueKind::FlowsEvicted, 0, Some(flow.last_frame), None);
                self.write(flow, true, issues, sink);
            }
        }
        self.index.clear();
        self.over.clear();
        for at in 0..self.open.len() {
            let flow = &self.open[at];
            if flow.is_over() {
                self.over.push(at, flow.number, flow.last_time_ns);
            }
            let hash = flow.key.hash(&self.hasher);
            self.insert(hash, at);
        }
    }

    /// A flow that only quoted packets opened has no packets of its own, and no row.
    fn write(&mut self, mut flow: Flow, evicted: bool, issues: &mut Issues, sink: &mut impl Sink) {
        if flow.all_packets() == 0 {
            return;
        }
        let (ends, connection) = (flow.ends(), flow.tcp.as_deref());
        let mut context = Context { ends, connection, shared: &mut self.protocols, issues, sink };
        flow.follower.finish(&mut context);
        if let Some(mut turns) = flow.turns.take() {
            turns.finish(&mut context);
        }
        self.endpoints.add(&flow, issues);
        let row = FlowRow::new(&flow, evicted);
        self.writer.push(row, sink);
        if let Some(mut connection) = flow.tcp.take() {
            connection.retire(&flow.identity(evicted), &mut self.tcp, sink);
        }
    }
}
