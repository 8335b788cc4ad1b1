//! TCP: one file for each question.
//!
//! Two layers look at every segment: [`compat`](Answer) gives Wireshark's answers exactly, and beside it stands our own.

mod compat;
pub mod flag;
mod options;
mod outstanding;
mod segment;
mod sequence;

pub use compat::Answer;
pub use flag::Flags;
pub use options::Options;
pub use segment::{HeaderState, Segment};

use crate::decode::Tcp;
use crate::decode::flags::{ACK, SYN};
use crate::flows::Half;

/// Everything remembered of one connection.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    compat: compat::Stream,
    /// Whether it was opened on ports that had another.
    reused: bool,
}

impl Connection {
    /// The connection that follows another on the same ports.
    pub(crate) fn reusing() -> Self {
        Self { reused: true, ..Self::default() }
    }

    /// Whether `tcp` opens a connection of its own on the same ports.
    #[inline]
    pub(crate) fn reopened_by(&self, sender: Half, tcp: &Tcp<'_>) -> bool {
        tcp.flags & (SYN | ACK) == SYN && self.compat.reopened_by(sender, tcp.sequence)
    }

    /// Memory beyond the struct itself, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.compat.bytes()
    }

    /// Takes a header that an ICMP error quotes.
    pub(crate) fn quote(&mut self, sender: Half, tcp: &Tcp<'_>, time_ns: i64) {
        self.reused = false; // the flag is shown on the first segment, and quoted ones are not shown
        self.compat.quote(sender, tcp.sequence, tcp.flags, time_ns);
    }

    /// Takes one segment.
    #[inline]
    pub(crate) fn segment(&mut self, sender: Half, tcp: &Tcp<'_>, frame: u32, time_ns: i64) -> Answer {
        let segment = Segment::new(tcp, sender, frame, time_ns);
        let options = Options::parse(tcp.options);
        let reused = std::mem::take(&mut self.reused);
        self.compat.segment(&segment, &options, reused)
    }
}
