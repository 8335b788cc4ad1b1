//! What one end of a connection sent, put in order.

use super::bytes::{At, Bytes, Mark};

/// Bytes kept of segments that came before their turn; beyond them what is missing is given up.
const MOST_HELD_BYTES: usize = 64 << 10;
/// Segments kept before their turn.
const MOST_HELD: usize = 256;
/// Bytes kept of a message that is not whole. The largest record of TLS takes 16 kB (RFC 8446 §5.1).
pub(super) const MOST_BUFFERED_BYTES: usize = 64 << 10;
/// Sequence numbers further away than this belong to no live segment.
const FAR: i64 = 1 << 30;

/// A segment, or what is left of it, at its place in the stream.
#[derive(Debug)]
pub(super) struct Placed<B> {
    pub(super) offset: u64,
    pub(super) wire_bytes: u64,
    pub(super) bytes: B,
    pub(super) at: At,
}

impl<B> Placed<B> {
    pub(super) fn end(&self) -> u64 {
        self.offset + self.wire_bytes
    }
}

impl<'a> Placed<&'a [u8]> {
    /// What of it lies behind `offset`.
    fn after(&self, offset: u64) -> Placed<&'a [u8]> {
        let cut = offset.saturating_sub(self.offset).min(self.wire_bytes);
        let bytes = self.bytes.get(cut as usize..).unwrap_or_default();
        Placed { offset: self.offset + cut, wire_bytes: self.wire_bytes - cut, bytes, at: self.at }
    }
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// Sequence number of offset 0, once known.
    base: Option<u32>,
    /// How far the stream is known without a hole.
    pub(super) next: u64,
    /// How far the peer has acknowledged it.
    acknowledged: u64,
    /// Up to where nothing is of interest.
    pub(super) skip_to: u64,
    /// The latest frame that brought some of what is skipped.
    pub(super) skipped_at: At,
    /// Whether nothing further is of interest.
    pub(super) stopped: bool,
    /// Where the stream ends, once known.
    end: Option<u64>,
    /// What was sent up to `next` and is not parsed.
    buffer: Vec<u8>,
    marks: Vec<Mark>,
    held: Vec<Placed<Box<[u8]>>>,
    held_bytes: usize,
}

impl Direction {
    /// Learns where the stream begins, if it is not known.
    #[inline]
    pub(super) fn begin(&mut self, sequence: u32) {
        self.base.get_or_insert(sequence);
    }

    /// The offset of a sequence number near `next`; `None` far away from it, or before the beginning.
    #[inline]
    pub(super) fn offset(&self, sequence: u32) -> Option<i64> {
        let near = self.base?.wrapping_add(self.next as u32);
        let distance = i64::from(sequence.wrapping_sub(near) as i32);
        (distance.abs() < FAR).then(|| self.next as i64 + distance)
    }

    /// Places a segment; `None` if all of it is known already, or out of place.
    #[inline]
    pub(super) fn place<'a>(
        &self,
        sequence: u32,
        wire_bytes: u32,
        bytes: &'a [u8],
        at: At,
    ) -> Option<Placed<&'a [u8]>> {
        let offset = self.offset(sequence)?;
        let before = u64::from(offset.min(0).unsigned_abs() as u32);
        let wire_bytes = u64::from(wire_bytes);
        let bytes = bytes.get(..wire_bytes as usize).unwrap_or(bytes);
        let bytes = bytes.get(before as usize..).unwrap_or_default();
        let placed = Placed { offset: offset.max(0) as u64, wire_bytes: wire_bytes.saturating_sub(before), bytes, at };
        let new = placed.after(self.next);
        (new.wire_bytes > 0).then_some(new)
    }

    /// Takes note of an acknowledgement by the peer.
    #[inline]
    pub(super) fn acknowledge(&mut self, sequence: u32) {
        self.begin(sequence);
        if let Some(offset) = self.offset(sequence).and_then(|offset| u64::try_from(offset).ok()) {
            self.acknowledged = self.acknowledged.max(offset);
        }
    }

    /// Takes note of a FIN.
    pub(super) fn finish_at(&mut self, sequence: u32) {
        if let Some(offset) = self.offset(sequence).and_then(|offset| u64::try_from(offset).ok()) {
            self.end.get_or_insert(offset);
        }
    }

    /// Whether the stream has ended, told once.
    pub(super) fn take_end(&mut self) -> bool {
        self.end.take_if(|end| *end <= self.next).is_some()
    }

    /// Keeps a segment that came before its turn. Of what is not of interest only its place is kept.
    pub(super) fn hold(&mut self, placed: &Placed<&[u8]>) {
        let bytes: Box<[u8]> = if placed.end() <= self.skip_to { Box::default() } else { placed.bytes.into() };
        self.held_bytes += bytes.len();
        let index = self.held.partition_point(|held| held.offset <= placed.offset);
        self.held.insert(index, Placed { offset: placed.offset, wire_bytes: placed.wire_bytes, bytes, at: placed.at });
    }

    /// The next held segment whose turn has come, or comes because what is before it will not.
    pub(super) fn release(&mut self, finish: bool) -> Option<Placed<Box<[u8]>>> {
        let first = self.held.first()?;
        let given_up = self.acknowledged >= first.offset
            || self.held_bytes > MOST_HELD_BYTES
            || self.held.len() > MOST_HELD
            || finish;
        if first.offset > self.next && !given_up {
            return None;
        }
        let placed = self.held.remove(0);
        self.held_bytes -= placed.bytes.len();
        Some(placed)
    }

    /// What of a held segment is new.
    pub(super) fn rest<'a>(&self, held: &'a Placed<Box<[u8]>>) -> Placed<&'a [u8]> {
        Placed { offset: held.offset, wire_bytes: held.wire_bytes, bytes: &held.bytes[..], at: held.at }
            .after(self.next)
    }

    /// How many bytes a message of which a part is buffered has already.
    pub(super) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Adds bytes to those that wait to be parsed.
    pub(super) fn buffer(&mut self, bytes: &[u8], offset: u64, at: At) {
        self.buffer.extend_from_slice(bytes);
        self.marks.push(Mark { offset, at });
    }

    /// What waits to be parsed.
    pub(super) fn waiting(&self) -> Bytes<'_> {
        Bytes::new(&self.buffer, self.next - self.buffer.len() as u64, &self.marks)
    }

    /// Lets go of the first bytes that wait.
    pub(super) fn consume(&mut self, count: usize) {
        self.buffer.drain(..count.min(self.buffer.len()));
        let offset = self.next - self.buffer.len() as u64;
        let passed = self.marks.partition_point(|mark| mark.offset <= offset);
        self.marks.drain(..passed.saturating_sub(1));
        if self.buffer.is_empty() {
            self.marks.clear();
        }
    }

    /// Lets go of what waits to be parsed.
    pub(super) fn forget(&mut self) {
        self.buffer.clear();
        self.marks.clear();
    }

    /// Lets go of all that is kept.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
        (self.buffer, self.marks, self.held, self.held_bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    }

    /// Memory beyond the struct itself, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.buffer.capacity()
            + self.marks.capacity() * size_of::<Mark>()
            + self.held.capacity() * size_of::<Placed<Box<[u8]>>>()
            + self.held_bytes
    }
}
