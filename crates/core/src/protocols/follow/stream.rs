//! A connection's bytes, in order, and whose they are.

use super::bytes::{At, Bytes, Mark};
use super::context::Context;
use super::direction::{Direction, MOST_BUFFERED_BYTES, Placed};
use crate::decode::View;
use crate::protocols::STREAMS;
use crate::protocols::tcp::Role;

/// A connection of which so many pieces were of no known protocol is followed no longer.
const MOST_TRIES: u8 = 16;
/// A protocol is known by its first bytes, of which it may ask for so many.
const MOST_OPENING_BYTES: usize = 64;

/// A segment of TCP.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<'a> {
    /// Who sent it.
    pub(crate) sender: Role,
    /// Sequence number.
    pub(crate) sequence: u32,
    /// Acknowledgement number, where the flag is set.
    pub(crate) acknowledgement: Option<u32>,
    /// Whether SYN is set.
    pub(crate) syn: bool,
    /// Whether FIN is set.
    pub(crate) fin: bool,
    /// Whether RST is set.
    pub(crate) rst: bool,
    /// Payload; `wire_bytes` is its length by the headers.
    pub(crate) payload: View<'a>,
    /// Its frame.
    pub(crate) at: At,
}

/// What a tracker made of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The message is not whole: the same bytes and more, please.
    More,
    /// So many bytes are done with, at least one; what follows is the next message.
    Take(usize),
    /// So many bytes from here on are of no interest, whether they have come yet or not; [`StreamTracker::skipped`] tells
    /// when the last of them came.
    Skip(u64),
    /// Nothing further that this end sends is of interest.
    Stop,
    /// So many bytes are done with, and what both ends send from now on is of another protocol.
    Renew(usize),
}

/// A protocol in the bytes of one connection.
pub(crate) trait StreamTracker: std::fmt::Debug + Send + Sync {
    /// Looks at what `sender` sent from the end of the last message on.
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step;
    /// The bytes that [`Step::Skip`] named have all come, the last of them with the frame `at`.
    fn skipped(&mut self, _sender: Role, _at: At, _context: &mut Context<'_>) {}
    /// The message that `bytes` begin will not become whole, since the capture lacks what follows: `cut` says that frames
    /// are cut. Then comes [`StreamTracker::gap`].
    fn broken(&mut self, _sender: Role, _bytes: &Bytes<'_>, _cut: bool, _context: &mut Context<'_>) {}
    /// Bytes that `sender` sent are not in the capture, nor what was buffered before them of any use; what comes next
    /// may begin within a message. Returns whether to go on.
    fn gap(&mut self, sender: Role, missing_bytes: u64, at: At, context: &mut Context<'_>) -> bool;
    /// `sender` has closed its direction and all of it came, or has reset the connection.
    fn closed(&mut self, _sender: Role, _reset: bool, _at: At, _context: &mut Context<'_>) {}
    /// What the connection is, and the kind of the newest command.
    fn says(&self) -> Says {
        Says::default()
    }
    /// Ends with the flow, or when nothing more is of interest.
    fn finish(&mut self, context: &mut Context<'_>);
    /// Memory it takes, in bytes.
    fn memory_bytes(&self) -> usize;
}

/// What a protocol says of its connection, in the words of tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Says {
    /// The service.
    pub(crate) service: Option<&'static str>,
    /// The kind of the newest command.
    pub(crate) command: Option<&'static str>,
}

/// The first bytes of a stream, or of a piece of it as long as no protocol is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening<'a> {
    /// Who sent them.
    pub(crate) sender: Role,
    /// The bytes, at least one.
    pub(crate) bytes: &'a [u8],
}

/// Whether an opening is of a protocol.
pub(crate) enum Recognised {
    /// It is not.
    No,
    /// More bytes will tell.
    More,
    /// It is, and this will follow it. The bytes themselves are given to the tracker next.
    Yes(Box<dyn StreamTracker>),
}

/// Says whether an opening is of the protocol.
pub(crate) type Recognise = fn(&Opening<'_>, &Context<'_>) -> Recognised;

/// The bytes of one connection.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    tracker: Option<Box<dyn StreamTracker>>,
    directions: [Direction; 2],
    tries: u8,
}

impl Stream {
    /// Takes the next segment.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, context: &mut Context<'_>) {
        let (me, at) = (segment.sender, segment.at);
        if segment.rst {
            return self.close(me, true, at, context);
        }
        if let Some(acknowledgement) = segment.acknowledgement {
            let peer = me.other();
            self.directions[peer as usize].acknowledge(acknowledgement);
            self.release(peer, false, context);
        }
        let sequence = segment.sequence.wrapping_add(u32::from(segment.syn));
        let wire_bytes = segment.payload.wire_bytes as u32;
        let direction = &mut self.directions[me as usize];
        direction.begin(sequence);
        if segment.fin {
            direction.finish_at(sequence.wrapping_add(wire_bytes));
        }
        if let Some(placed) = direction.place(sequence, wire_bytes, segment.payload.bytes, at) {
            if placed.offset == direction.next {
                self.take(me, &placed, context);
            } else if !direction.stopped {
                direction.hold(&placed);
            }
            self.release(me, false, context);
        }
        if self.directions[me as usize].take_end() {
            self.close(me, false, at, context);
        }
    }

    /// What is known of the connection.
    pub(super) fn says(&self) -> Says {
        self.tracker.as_ref().map(|tracker| tracker.says()).unwrap_or_default()
    }

    /// Whether there is nothing to follow.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.directions[0].stopped && self.directions[1].stopped
    }

    /// Ends with the flow.
    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        for role in [Role::Client, Role::Server] {
            self.release(role, true, context);
        }
        if let Some(mut tracker) = self.tracker.take() {
            tracker.finish(context);
        }
    }

    /// Memory that it takes, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.directions.iter().map(Direction::memory_bytes).sum::<usize>()
            + self.tracker.as_ref().map_or(0, |tracker| tracker.memory_bytes())
    }

    fn close(&mut self, sender: Role, reset: bool, at: At, context: &mut Context<'_>) {
        if let Some(tracker) = &mut self.tracker {
            tracker.closed(sender, reset, at, context);
        }
    }

    fn release(&mut self, role: Role, finish: bool, context: &mut Context<'_>) {
        while let Some(held) = self.directions[role as usize].release(finish) {
            let placed = self.directions[role as usize].rest(&held);
            if placed.wire_bytes > 0 {
                self.take(role, &placed, context);
            }
        }
    }

    /// Takes a segment whose turn has come; what lies before it is missing.
    fn take(&mut self, role: Role, placed: &Placed<&[u8]>, context: &mut Context<'_>) {
        self.miss(role, placed.offset, false, placed.at, context);
        self.read(role, placed.bytes, placed.at, context);
        self.miss(role, placed.end(), true, placed.at, context);
    }

    /// Goes on at `offset` without the bytes before it.
    fn miss(&mut self, role: Role, offset: u64, cut: bool, at: At, context: &mut Context<'_>) {
        let direction = &mut self.directions[role as usize];
        let from = direction.next;
        if offset <= from {
            return;
        }
        let Some(tracker) = self.tracker.as_mut().filter(|_| !direction.stopped) else {
            direction.next = offset;
            direction.forget();
            return;
        };
        if direction.buffered() > 0 {
            tracker.broken(role, &direction.waiting(), cut, context);
        }
        direction.next = offset;
        if (from + 1..=offset).contains(&direction.skip_to) {
            tracker.skipped(role, direction.skipped_at.max(at), context);
        }
        if direction.skip_to < offset {
            let missing_bytes = offset - from.max(direction.skip_to);
            direction.forget();
            if !tracker.gap(role, missing_bytes, at, context) {
                self.stop(role, context);
            }
        }
    }

    /// Reads bytes that follow on what was read.
    fn read(&mut self, role: Role, bytes: &[u8], at: At, context: &mut Context<'_>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let direction = &mut self.directions[role as usize];
            if direction.stopped {
                direction.next += rest.len() as u64;
                return;
            }
            rest = if direction.skip_to > direction.next {
                self.skip(role, rest, at, context)
            } else if direction.buffered() == 0 {
                self.read_fresh(role, rest, at, context)
            } else {
                direction.buffer(rest, direction.next, at);
                direction.next += rest.len() as u64;
                self.read_buffered(role, context);
                &[]
            };
        }
    }

    fn skip<'b>(&mut self, role: Role, bytes: &'b [u8], at: At, context: &mut Context<'_>) -> &'b [u8] {
        let direction = &mut self.directions[role as usize];
        let count = (direction.skip_to - direction.next).min(bytes.len() as u64);
        direction.next += count;
        direction.skipped_at = direction.skipped_at.max(at);
        if direction.next == direction.skip_to
            && let Some(tracker) = &mut self.tracker
        {
            tracker.skipped(role, direction.skipped_at, context);
        }
        &bytes[count as usize..]
    }

    /// Parses one message at the beginning of `bytes`, nothing being buffered; returns what is left.
    fn read_fresh<'b>(&mut self, role: Role, bytes: &'b [u8], at: At, context: &mut Context<'_>) -> &'b [u8] {
        let offset = self.directions[role as usize].next;
        let marks = [Mark { offset, at }];
        let step = parse(&mut self.tracker, &mut self.tries, role, &Bytes::new(bytes, offset, &marks), context);
        let direction = &mut self.directions[role as usize];
        match step {
            Step::More if bytes.len() <= MOST_BUFFERED_BYTES => {
                direction.buffer(bytes, offset, at);
                direction.next += bytes.len() as u64;
                &[]
            }
            Step::Take(count) if count > 0 => {
                let count = count.min(bytes.len());
                direction.next += count as u64;
                &bytes[count..]
            }
            Step::Skip(count) if count > 0 => {
                direction.skip_to = offset.saturating_add(count);
                direction.skipped_at = at;
                bytes
            }
            Step::Renew(count) => {
                let count = count.min(bytes.len());
                direction.next += count as u64;
                self.renew(context);
                &bytes[count..]
            }
            _ => {
                self.stop(role, context);
                bytes
            }
        }
    }

    /// Parses the messages in the buffer.
    fn read_buffered(&mut self, role: Role, context: &mut Context<'_>) {
        loop {
            let direction = &mut self.directions[role as usize];
            let buffered = direction.buffered();
            if buffered == 0 || direction.stopped {
                return;
            }
            match parse(&mut self.tracker, &mut self.tries, role, &direction.waiting(), context) {
                Step::More if buffered <= MOST_BUFFERED_BYTES => return,
                Step::Take(count) if count > 0 => direction.consume(count),
                Step::Skip(count) if count > 0 => self.skip_buffered(role, count, context),
                Step::Renew(count) => {
                    direction.consume(count);
                    self.renew(context);
                }
                _ => self.stop(role, context),
            }
        }
    }

    fn skip_buffered(&mut self, role: Role, count: u64, context: &mut Context<'_>) {
        let direction = &mut self.directions[role as usize];
        let waiting = direction.waiting();
        let skip_to = waiting.offset().saturating_add(count);
        let whole = count <= waiting.all().len() as u64;
        let at = waiting.whole_at(usize::try_from(count).unwrap_or(usize::MAX));
        (direction.skip_to, direction.skipped_at) = (skip_to, at);
        direction.consume(usize::try_from(count).unwrap_or(usize::MAX));
        if let Some(tracker) = self.tracker.as_mut().filter(|_| whole) {
            tracker.skipped(role, at, context);
        }
    }

    /// Nothing further that `role` sends is of interest; when that is so of both ends, the tracker ends.
    fn stop(&mut self, role: Role, context: &mut Context<'_>) {
        self.directions[role as usize].stop();
        if self.tracker.is_none() {
            self.directions[role.other() as usize].stop();
        }
        if self.is_over()
            && let Some(mut tracker) = self.tracker.take()
        {
            tracker.finish(context);
        }
    }

    fn renew(&mut self, context: &mut Context<'_>) {
        if let Some(mut tracker) = self.tracker.take() {
            tracker.finish(context);
        }
        self.tries = 0;
        for direction in &mut self.directions {
            (direction.skip_to, direction.stopped) = (0, false);
        }
    }
}

/// Has the tracker look at the bytes, or finds one. The step is `Stop` when there is none and there will be none.
fn parse(
    tracker: &mut Option<Box<dyn StreamTracker>>,
    tries: &mut u8,
    sender: Role,
    bytes: &Bytes<'_>,
    context: &mut Context<'_>,
) -> Step {
    if let Some(tracker) = tracker {
        return tracker.parse(sender, bytes, context);
    }
    let opening = Opening { sender, bytes: bytes.all() };
    let mut undecided = false;
    for recognise in STREAMS {
        match recognise(&opening, context) {
            Recognised::Yes(mut found) => {
                let step = found.parse(sender, bytes, context);
                *tracker = Some(found);
                return step;
            }
            Recognised::More => undecided = true,
            Recognised::No => {}
        }
    }
    if undecided && bytes.all().len() < MOST_OPENING_BYTES {
        return Step::More;
    }
    *tries += 1;
    if *tries < MOST_TRIES { Step::Take(bytes.all().len()) } else { Step::Stop }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::flows::Endpoint;
    use crate::issue::Issues;
    use crate::protocols::Shared;
    use crate::protocols::follow::Ends;
    use crate::tables::{Sink, TableSpec};

    /// Messages are a length and so many bytes; a length from 100 on says how many bytes to skip.
    #[derive(Debug, Default)]
    struct Lengths(Arc<Mutex<Vec<String>>>);

    impl Lengths {
        fn note(&self, text: String) {
            self.0.lock().unwrap().push(text);
        }
    }

    impl StreamTracker for Lengths {
        fn parse(&mut self, _: Role, bytes: &Bytes<'_>, _: &mut Context<'_>) -> Step {
            let all = bytes.all();
            let length = usize::from(all[0]);
            if length >= 100 {
                return Step::Skip(length as u64);
            }
            let Some(message) = all.get(1..=length) else { return Step::More };
            let (first, last) = (bytes.at(0).frame, bytes.at(length).frame);
            self.note(format!("{} {first}-{last}", String::from_utf8_lossy(message)));
            Step::Take(length + 1)
        }

        fn skipped(&mut self, _: Role, at: At, _: &mut Context<'_>) {
            self.note(format!("skipped {}", at.frame));
        }

        fn gap(&mut self, _: Role, missing_bytes: u64, at: At, _: &mut Context<'_>) -> bool {
            self.note(format!("gap {missing_bytes} before {}", at.frame));
            true
        }

        fn closed(&mut self, _: Role, reset: bool, at: At, _: &mut Context<'_>) {
            self.note(format!("closed {} {reset}", at.frame));
        }

        fn finish(&mut self, _: &mut Context<'_>) {
            self.note("finish".to_owned());
        }

        fn memory_bytes(&self) -> usize {
            0
        }
    }

    struct Nowhere;

    impl Sink for Nowhere {
        fn batch(&mut self, _: &'static TableSpec, _: arrow_array::RecordBatch) {}
    }

    /// What the tracker sees of segments of the client, each a sequence number relative to the SYN's and bytes; `acks` are
    /// of the server, each after so many segments.
    fn seen(segments: &[(u32, &[u8])], acks: &[(usize, u32)], cut: usize) -> Vec<String> {
        const ISN: u32 = u32::MAX - 3; // so that numbers wrap
        let notes = Arc::<Mutex<Vec<String>>>::default();
        let tracker: Box<dyn StreamTracker> = Box::new(Lengths(Arc::clone(&notes)));
        let mut stream = Stream { tracker: Some(tracker), ..Stream::default() };
        let (mut shared, mut issues, mut sink) = (Shared::new(1 << 20), Issues::default(), Nowhere);
        let end = Endpoint { address: std::net::Ipv4Addr::LOCALHOST.into(), port: 1 };
        let ends = Ends { flow: 0, stream: 0, client: end, server: end };
        let mut context = Context { ends, connection: None, shared: &mut shared, issues: &mut issues, sink: &mut sink };
        let empty = View::new(&[], 0);
        let base = Segment {
            sender: Role::Client,
            sequence: ISN,
            acknowledgement: None,
            syn: true,
            fin: false,
            rst: false,
            payload: empty,
            at: At { frame: 0, time_ns: 0 },
        };
        stream.segment(&base, &mut context);
        for (index, &(sequence, bytes)) in segments.iter().enumerate() {
            let at = At { frame: index as u64 + 1, time_ns: 0 };
            let payload = View::new(&bytes[..bytes.len() - cut], bytes.len());
            let sequence = ISN.wrapping_add(1 + sequence);
            stream.segment(&Segment { sequence, syn: false, payload, at, ..base }, &mut context);
            for &(_, ack) in acks.iter().filter(|(after, _)| *after == index + 1) {
                let acknowledgement = Some(ISN.wrapping_add(1 + ack));
                let (sender, syn) = (Role::Server, false);
                stream.segment(&Segment { sender, acknowledgement, syn, at, ..base }, &mut context);
            }
        }
        stream.finish(&mut context);
        drop(stream);
        Arc::try_unwrap(notes).unwrap().into_inner().unwrap()
    }

    #[test]
    fn messages_are_whole_whatever_the_segments() {
        assert_eq!(seen(&[(0, b"\x02ab\x01c")], &[], 0), ["ab 1-1", "c 1-1", "finish"]);
        assert_eq!(seen(&[(0, b"\x02a"), (2, b"b\x01"), (4, b"c")], &[], 0), ["ab 1-2", "c 2-3", "finish"]);
    }

    #[test]
    fn order_and_repetition_change_nothing() {
        let segments: [(u32, &[u8]); 4] = [(2, b"b\x01"), (0, b"\x02ab"), (0, b"\x02a"), (4, b"c")];
        assert_eq!(seen(&segments, &[], 0), ["ab 2-2", "c 1-4", "finish"]);
    }

    #[test]
    fn what_the_peer_has_acknowledged_will_not_come() {
        let late: [(u32, &[u8]); 3] = [(0, b"\x02a"), (3, b"\x01c"), (2, b"b")];
        assert_eq!(seen(&late, &[(2, 5)], 0), ["gap 1 before 2", "c 2-2", "finish"]);
        assert_eq!(seen(&late, &[], 0), ["ab 1-3", "c 2-2", "finish"]);
    }

    #[test]
    fn at_the_end_nothing_more_will_come() {
        assert_eq!(seen(&[(0, b"\x01a"), (3, b"\x01c")], &[], 0), ["a 1-1", "gap 1 before 2", "c 2-2", "finish"]);
    }

    #[test]
    fn a_segment_that_is_cut_leaves_a_gap() {
        assert_eq!(
            seen(&[(0, b"\x01abc"), (4, b"\x01dxx")], &[], 2),
            ["a 1-1", "gap 2 before 1", "d 2-2", "gap 2 before 2", "finish"]
        );
    }

    #[test]
    fn what_is_skipped_may_be_missing() {
        let mut long = vec![100; 60];
        let seen_of = |segments: &[(u32, &[u8])]| seen(segments, &[], 0);
        assert_eq!(seen_of(&[(0, &long), (60, &long[..40]), (100, b"\x01a")]), ["skipped 2", "a 3-3", "finish"]);
        assert_eq!(seen_of(&[(0, &long), (70, &long[..30]), (100, b"\x01a")]), ["skipped 2", "a 3-3", "finish"]);
        long.extend([100; 40]);
        long.extend(b"\x01a");
        assert_eq!(seen_of(&[(0, &long)]), ["skipped 1", "a 1-1", "finish"]);
    }
}
