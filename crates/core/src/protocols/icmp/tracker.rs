//! Matches echoes, and ties errors to what they quote.

use super::message::{Echo, ICMPV6, Message};
use super::table::IcmpMessageRow;
use crate::decode::{Header, Transport};
use crate::flows::{Endpoint, Flows, Key, Seen, address_text, end_text, protocol_name};
use crate::issue::{IssueKind, Issues};
use crate::protocols::pending::Pending;
use crate::tables::{Sink, TableWriter};

/// What the texts in a row take, about.
const TEXT_BYTES: usize = 128;

/// Echo requests that may be answered, and the rows of all messages.
pub(crate) struct Tracker {
    requests: Pending<Echo, IcmpMessageRow>,
    writer: TableWriter<IcmpMessageRow>,
}

impl Tracker {
    /// A tracker that keeps at most `memory_bytes` of requests.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self { requests: Pending::new(memory_bytes, TEXT_BYTES), writer: TableWriter::default() }
    }

    /// Takes a message that came in `transport`, and the header it quotes.
    pub(crate) fn message(
        &mut self,
        message: &Message<'_>,
        (transport, quoted): (&Transport<'_>, Option<&Transport<'_>>),
        seen: &Seen,
        flows: &Flows,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) {
        let mut row = row(message, transport, seen, flows);
        if let Some(echo) = message.asks(&transport.net) {
            return self.request(echo, row, issues, sink);
        }
        if let Some(echo) = message.answers(&transport.net) {
            self.reply(&echo, &mut row);
        }
        if let Some(quoted) = quoted {
            quote(&mut row, quoted, flows);
            self.refused(&mut row, quoted);
        }
        self.writer.push(row, sink);
    }

    /// Writes out all that is left.
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        while let Some(row) = self.requests.pop_if(|_| true) {
            self.writer.push(row, sink);
        }
        self.writer.flush(sink);
    }

    fn request(&mut self, echo: Echo, mut row: IcmpMessageRow, issues: &mut Issues, sink: &mut impl Sink) {
        if let Some(mut before) = self.requests.remove(&echo) {
            if before.response_frame.is_none() {
                before.repeated_frame = Some(row.frame_number);
                row.duplicate_of_frame = Some(before.frame_number);
            }
            self.writer.push(before, sink);
        }
        if let Some(oldest) = self.requests.insert(echo, row) {
            if oldest.response_frame.is_none() {
                issues.note(IssueKind::ExchangesEvicted, 0, Some(oldest.frame_number), None);
            }
            self.writer.push(oldest, sink);
        }
    }

    fn reply(&mut self, echo: &Echo, row: &mut IcmpMessageRow) {
        let Some(request) = self.requests.get_mut(echo) else { return };
        if request.response_frame.is_some() {
            row.duplicate_of_frame = request.response_frame;
            return;
        }
        request.response_frame = Some(row.frame_number);
        row.request_frame = Some(request.frame_number);
        row.response_time_ns = Some(row.time_ns.saturating_sub(request.time_ns));
    }

    /// Tells the echo request that an error quotes.
    fn refused(&mut self, row: &mut IcmpMessageRow, quoted: &Transport<'_>) {
        let echo = Message::of(quoted).and_then(|message| message.asks(&quoted.net));
        if let Some(request) = echo.and_then(|echo| self.requests.get_mut(&echo)) {
            request.error_frame.get_or_insert(row.frame_number);
            row.quoted_frame = Some(request.frame_number);
        }
    }
}

fn row(message: &Message<'_>, transport: &Transport<'_>, seen: &Seen, flows: &Flows) -> IcmpMessageRow {
    let (type_name, code_name) = message.names();
    IcmpMessageRow {
        frame_number: seen.frame_number,
        time_ns: seen.time_ns,
        flow: flows.known(&Key::of(transport).0).map(|(flow, _)| flow),
        protocol: if message.protocol == ICMPV6 { "icmpv6" } else { "icmp" },
        source: address_text(transport.net.source),
        destination: address_text(transport.net.destination),
        ttl: transport.net.ttl,
        r#type: message.kind,
        code: message.code,
        type_name,
        code_name,
        payload_bytes: transport.payload.wire_bytes as u64,
        identifier: message.echo.map(|(identifier, _)| identifier),
        sequence: message.echo.map(|(_, sequence)| sequence),
        request_frame: None,
        response_frame: None,
        response_time_ns: None,
        duplicate_of_frame: None,
        repeated_frame: None,
        error_frame: None,
        mtu_bytes: message.mtu_bytes(),
        gateway: message.gateway().map(address_text),
        target: message.target().map(address_text),
        quoted_flow: None,
        quoted_stream: None,
        quoted_protocol: None,
        quoted_source: None,
        quoted_destination: None,
        quoted_sequence: None,
        quoted_ip_id: None,
        quoted_bytes: None,
        quoted_frame: None,
    }
}

/// Notes in the row of an error what it quotes.
fn quote(row: &mut IcmpMessageRow, quoted: &Transport<'_>, flows: &Flows) {
    let (net, protocol) = (&quoted.net, quoted.protocol);
    let end = |address, port| Some(end_text(Endpoint { address, port }, protocol));
    let known = flows.known(&Key::of(quoted).0);
    row.quoted_flow = known.map(|(flow, _)| flow);
    row.quoted_stream = known.and_then(|(_, stream)| stream);
    row.quoted_protocol = Some(protocol_name(protocol));
    row.quoted_source = end(net.source, quoted.source_port);
    row.quoted_destination = end(net.destination, quoted.destination_port);
    row.quoted_sequence = match quoted.header {
        Header::Tcp(tcp) => Some(tcp.sequence),
        Header::TcpStart { sequence } => Some(sequence),
        Header::Icmp { echo: Some((_, sequence)), .. } => Some(u32::from(sequence)),
        _ => None,
    };
    row.quoted_ip_id = net.source.is_ipv4().then_some(net.id);
    row.quoted_bytes = Some(net.total_bytes);
}
