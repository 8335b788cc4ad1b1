//! Frames → tables: everything behind the capture files.

use crate::capture::{Context, Frame};
use crate::decode::{Decoded, Header, Transport, decode_into, decode_reassembled, flags};
use crate::facts::{CaptureFacts, Source};
use crate::flows::{Flows, Found, Seen};
use crate::fragments::Reassembler;
use crate::issue::Issues;
use crate::protocols::control::Control;
use crate::protocols::tcp::{self, Class};
use crate::selection::Selection;
use crate::tables::{InterfaceRow, IssueRow, PacketRow, Row, Sink, TableWriter, TcpSegmentRow};
use crate::traffic::{Buckets, Kind, Protocols, Sample};

/// What the caller may choose.
#[derive(Debug, Clone)]
pub struct Options {
    /// Memory for everything that grows with the traffic, in bytes.
    pub memory_bytes: usize,
    /// Names of tables on demand that are wanted.
    pub on_demand: Vec<String>,
    /// Names of the tables that are wanted, none for all. The others may stay empty where that saves work.
    pub only: Vec<String>,
    /// Streams whose segments `tcp_segments` holds, where it is wanted; `None` for all.
    pub streams: Option<Vec<u32>>,
    /// Which frames are analysed.
    pub selection: Selection,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory_bytes: 512 << 20,
            on_demand: Vec::new(),
            only: Vec::new(),
            streams: None,
            selection: Selection::default(),
        }
    }
}

/// How far packets are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// To their flows.
    Flows,
    /// To what every moment of a TCP connection went into.
    Tcp,
    /// To requests and responses.
    Everything,
}

impl Options {
    fn depth(&self) -> Depth {
        const FLOWS: [&str; 7] =
            ["captures", "interfaces", "protocols", "endpoints", "flows", "buckets", PacketRow::TABLE.name];
        let needed = |table: &String| match table.as_str() {
            table if FLOWS.contains(&table) => Depth::Flows,
            table if table.starts_with("tcp_") => Depth::Tcp,
            _ => Depth::Everything,
        };
        self.only.iter().map(needed).max().unwrap_or(Depth::Everything)
    }
}

/// Turns frames into tables.
pub(crate) struct Analysis<S: Sink> {
    sink: S,
    issues: Issues,
    facts: Vec<CaptureFacts>,
    flows: Flows,
    reassembler: Reassembler,
    control: Control,
    protocols: Protocols,
    buckets: Buckets,
    packets: Option<TableWriter<PacketRow>>,
    tcp_segments: Option<TableWriter<TcpSegmentRow>>,
    /// Streams whose segments are wanted, sorted; `None` for all.
    streams: Option<Vec<u32>>,
    last_time_ns: i64,
    frames: u64,
    /// Unless all frames are taken.
    selection: Option<Selection>,
    first_time_ns: Option<i64>,
}

impl<S: Sink> Analysis<S> {
    /// An analysis of `captures` files that hands its tables to `sink`.
    pub(crate) fn new(options: &Options, captures: usize, sink: S) -> Self {
        let wanted = |table: &str| options.on_demand.iter().any(|name| name == table);
        Self {
            sink,
            issues: Issues::default(),
            facts: vec![CaptureFacts::default(); captures],
            flows: Flows::new(options.memory_bytes / 4, options.depth(), wanted(TcpSegmentRow::TABLE.name)),
            reassembler: Reassembler::new(options.memory_bytes / 16),
            control: Control::new(options.memory_bytes / 32),
            protocols: Protocols::default(),
            buckets: Buckets::default(),
            packets: wanted(PacketRow::TABLE.name).then(TableWriter::default),
            tcp_segments: wanted(TcpSegmentRow::TABLE.name).then(TableWriter::default),
            streams: options.streams.as_deref().map(sorted),
            last_time_ns: 0,
            frames: 0,
            selection: Some(options.selection.clone()).filter(|selection| !selection.is_all()),
            first_time_ns: None,
        }
    }

    /// Frames so far.
    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    /// Where tables go.
    pub(crate) fn sink_mut(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Takes the next frame, which belongs to the capture with number `capture`.
    #[inline]
    pub(crate) fn frame(&mut self, capture: usize, frame: &Frame<'_>) {
        self.frames += 1;
        let mut decoded = Decoded::default();
        decode_into(frame, &mut decoded);
        if self.selection.is_some() && self.leaves_out(capture, frame, &decoded) {
            return;
        }
        let mut seen = self.observe(capture, frame);
        seen.vlan = decoded.vlan;
        let mut sample = Sample::default();
        let mut found = self.observe_transports(&decoded.transports, &mut seen, &mut sample);
        let mut node = self.protocols.count(None, &decoded.layers, seen.wire_bytes, &mut self.issues);
        self.note_oddities(&decoded, &seen);
        if let Some(arp) = decoded.arp {
            self.control.arp(arp, &seen, &mut self.issues, &mut self.sink);
        }
        if let Some(fragment) = &decoded.fragment {
            (found, node) = self.observe_fragment(&decoded, &seen, &mut sample, found, node);
            self.control.fragment(fragment, &seen, &self.flows, &mut self.issues, &mut self.sink);
        }
        sample.wire_bytes = seen.wire_bytes;
        self.buckets.count(seen.time_ns, sample);
        if self.packets.is_some() {
            self.write_packet(frame, &decoded, found, node);
        }
    }

    /// Ends the analysis of these captures.
    pub(crate) fn finish(mut self, sources: &[&Source]) -> S {
        self.reassembler.finish(&mut self.issues);
        self.control.finish(&self.flows, &mut self.sink);
        self.flows.finish(&mut self.issues, &mut self.sink);
        self.protocols.write(&mut self.sink);
        self.buckets.write(&mut self.sink);
        if let Some(writer) = &mut self.packets {
            writer.flush(&mut self.sink);
        }
        if let Some(writer) = &mut self.tcp_segments {
            writer.flush(&mut self.sink);
        }
        let mut captures = TableWriter::default();
        let mut interfaces = TableWriter::default();
        for (number, (facts, source)) in self.facts.iter().zip(sources).enumerate() {
            captures.push(facts.row(number as u32, source), &mut self.sink);
            let context = source.reader.context();
            write_interfaces(number as u32, context, &mut interfaces, &mut self.sink);
            self.issues.merge(&context.issues, sources.len() == 1);
        }
        captures.flush(&mut self.sink);
        interfaces.flush(&mut self.sink);
        let mut rows = TableWriter::default();
        for (kind, detail, issue) in self.issues.iter() {
            rows.push(IssueRow::new(kind, detail, issue), &mut self.sink);
        }
        rows.flush(&mut self.sink);
        self.sink
    }

    /// Whether the frame is not among those to analyse.
    #[cold]
    fn leaves_out(&mut self, capture: usize, frame: &Frame<'_>, decoded: &Decoded<'_>) -> bool {
        let time_ns = frame.time_ns.unwrap_or(self.last_time_ns);
        let first_time_ns = *self.first_time_ns.get_or_insert(time_ns);
        let left_out =
            self.selection.as_ref().is_some_and(|selection| !selection.takes(time_ns, first_time_ns, decoded));
        if left_out && let Some(facts) = self.facts.get_mut(capture) {
            facts.leave_out();
        }
        left_out
    }

    /// Counts the frame among its capture's facts.
    #[inline]
    fn observe(&mut self, capture: usize, frame: &Frame<'_>) -> Seen {
        let time_ns = frame.time_ns.unwrap_or(self.last_time_ns);
        self.last_time_ns = time_ns;
        if let Some(facts) = self.facts.get_mut(capture) {
            facts.count(frame);
        }
        let wire_bytes = frame.wire_bytes.saturating_sub(frame.link_type.pseudo_header_bytes());
        Seen { frame_number: frame.number, time_ns, wire_bytes, vlan: None, too_large: false }
    }

    #[inline]
    fn observe_transports(
        &mut self,
        transports: &[Transport<'_>],
        seen: &mut Seen,
        sample: &mut Sample,
    ) -> Option<Found> {
        let mut innermost = None;
        let (mut segment, mut icmp) = (false, false);
        for transport in transports {
            if matches!(transport.header, Header::TcpStart { .. }) {
                // Too little is quoted to open a stream, but enough to find one.
                if seen.too_large {
                    self.flows.path_too_large(transport);
                }
                continue;
            }
            let (found, class) = self.flows.observe(transport, seen, &mut self.issues, &mut self.sink);
            if transport.quoted {
                continue;
            }
            sample.new_flows += u64::from(found.new);
            match &transport.header {
                Header::Tcp(tcp) => {
                    sample.transport = Kind::Tcp;
                    sample.syn |= tcp.flags & (flags::SYN | flags::ACK) == flags::SYN;
                    sample.rst |= tcp.flags & flags::RST != 0;
                    if !segment {
                        self.write_segment(transport, found, class, seen);
                    }
                    segment = true;
                }
                // Fragmentation needed (RFC 1191), packet too big (RFC 8201).
                Header::Icmp { kind, code, .. } => {
                    icmp = true;
                    seen.too_large = matches!((transport.protocol, kind, code), (1, 3, 4) | (58, 2, _));
                }
                Header::Udp => sample.transport = sample.transport.max(Kind::Udp),
                _ => {}
            }
            innermost = Some(found);
        }
        seen.too_large = false; // it concerns what the frame quotes
        if icmp {
            self.control.icmp(transports, seen, &self.flows, &mut self.issues, &mut self.sink);
        }
        innermost
    }

    /// Puts a fragment to its datagram, and goes on with that when it is whole.
    fn observe_fragment(
        &mut self,
        decoded: &Decoded<'_>,
        seen: &Seen,
        sample: &mut Sample,
        found: Option<Found>,
        node: u16,
    ) -> (Option<Found>, u16) {
        let Some(fragment) = &decoded.fragment else { return (found, node) };
        let Some(whole) = self.reassembler.add(fragment, seen.frame_number, seen.time_ns, &mut self.issues) else {
            return (found, node);
        };
        let depth = decoded.layers.last().map_or(0, |layer| layer.depth + 1);
        let further = decode_reassembled(whole.net, whole.protocol, &whole.payload, depth);
        let inner = self.observe_transports(&further.transports, &mut { *seen }, sample);
        let node = self.protocols.count(Some(node), &further.layers, seen.wire_bytes, &mut self.issues);
        self.note_oddities(&further, seen);
        (inner.or(found), node)
    }

    fn note_oddities(&mut self, decoded: &Decoded<'_>, seen: &Seen) {
        for &(kind, detail) in &decoded.oddities {
            self.issues.note(kind, detail, Some(seen.frame_number), None);
        }
    }

    fn write_segment(&mut self, transport: &Transport<'_>, found: Found, class: Option<Class>, seen: &Seen) {
        let Some(writer) = &mut self.tcp_segments else { return };
        let (Header::Tcp(tcp), Some(stream), Some(answer), Some(class)) =
            (&transport.header, found.stream, self.flows.take_answer(), class)
        else {
            return;
        };
        if self.streams.as_ref().is_some_and(|wanted| wanted.binary_search(&stream).is_err()) {
            return;
        }
        let row = TcpSegmentRow {
            frame_number: seen.frame_number,
            time_ns: Some(seen.time_ns),
            stream,
            direction: if found.from_client { "client" } else { "server" },
            seq: tcp.sequence,
            ack: tcp.acknowledgement,
            flags: tcp.flags,
            window: tcp.window,
            payload_bytes: tcp.payload_bytes,
            sack: sack_text(&tcp::Options::parse(tcp.options)),
            class: class.name(),
            ws_flags: answer.flags.names(),
            ws_duplicate_ack_number: answer.duplicate_ack_number,
            ws_duplicate_ack_frame: answer.duplicate_ack_frame,
            ws_acks_frame: answer.acks_frame,
            ws_ack_rtt_ns: answer.ack_rtt_ns,
            ws_initial_rtt_ns: answer.initial_rtt_ns,
            ws_bytes_in_flight: answer.bytes_in_flight,
            ws_push_bytes_sent: answer.push_bytes_sent,
            ws_rto_ns: answer.rto_ns,
            ws_rto_frame: answer.rto_frame,
            ws_window_bytes: answer.window_bytes,
            ws_completeness: answer.completeness,
        };
        writer.push(row, &mut self.sink);
    }

    fn write_packet(&mut self, frame: &Frame<'_>, decoded: &Decoded<'_>, found: Option<Found>, node: u16) {
        let Some(writer) = &mut self.packets else { return };
        let transport = decoded.transports.iter().rev().find(|transport| !transport.quoted);
        let net = transport.map(|transport| transport.net).or(decoded.net);
        let ported = transport.filter(|transport| crate::flows::has_ports(transport.protocol));
        let row = PacketRow {
            frame_number: frame.number,
            time_ns: frame.time_ns,
            interface: frame.interface,
            wire_bytes: frame.wire_bytes,
            captured_bytes: frame.data.len() as u32,
            path: self.protocols.path(node),
            source: net.map(|net| net.source.to_string()),
            destination: net.map(|net| net.destination.to_string()),
            source_port: ported.map(|transport| transport.source_port),
            destination_port: ported.map(|transport| transport.destination_port),
            flow: found.map(|found| found.flow),
            vlan: decoded.vlan,
        };
        writer.push(row, &mut self.sink);
    }
}

fn sorted(streams: &[u32]) -> Vec<u32> {
    let mut streams = streams.to_vec();
    streams.sort_unstable();
    streams
}

fn sack_text(options: &tcp::Options) -> String {
    let blocks: Vec<_> = options.sack.iter().map(|(left, right)| format!("{left}-{right}")).collect();
    blocks.join(",")
}

fn write_interfaces(capture: u32, context: &Context, writer: &mut TableWriter<InterfaceRow>, sink: &mut impl Sink) {
    for (number, interface) in context.interfaces.iter().enumerate() {
        let row = InterfaceRow {
            capture,
            interface: number as u32,
            name: interface.name.clone(),
            description: interface.description.clone(),
            link_type: interface.link_type.name(),
            snap_length_bytes: interface.snap_length_bytes,
            os: interface.os.clone(),
            filter: interface.filter.clone(),
            speed_bps: interface.speed_bps,
            resolution_ns: interface.resolution_ns,
            packets: interface.packets,
            received_packets: interface.received_packets,
            interface_dropped_packets: interface.interface_dropped_packets,
            os_dropped_packets: interface.os_dropped_packets,
        };
        writer.push(row, sink);
    }
}
