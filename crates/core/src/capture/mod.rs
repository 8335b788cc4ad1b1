//! FILE → FRAMES. Sans-I/O and push-based: bytes are fed in chunks of any size, and the chunking never changes a result.
//!
//! A format sees a slice that begins at its next record and answers with one [`Step`]. It never waits, never reads, and
//! keeps no bytes: [`Reader`] does that for all formats alike.

mod frame;
mod link_type;
mod pcap;
mod reader;

pub use frame::{Frame, Interface};
pub use link_type::LinkType;
pub use reader::Reader;

use crate::error::Error;
use crate::issue::{IssueKind, Issues};

/// A record that claims more than this is corrupt: no link has frames of 16 MiB, and it bounds what the reader buffers.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// What a format says about the bytes it was shown.
#[derive(Debug)]
pub enum Step<'a> {
    /// Show me at least this many bytes from here on (at most [`MAX_RECORD_BYTES`]). Asked only when fewer were shown.
    Need(usize),
    /// A frame; the next step begins `used` bytes further on.
    Frame {
        /// The frame, borrowed from what was shown.
        frame: Frame<'a>,
        /// Bytes of the whole record, header and padding included.
        used: usize,
    },
    /// Nothing for us in the next so many bytes, which may go beyond what was shown.
    Skip(u64),
    /// Nothing more can be read; the rest of the input is passed over.
    End,
}

/// A capture file format.
///
/// Contract: `step` is pure over (`self`, the bytes): shown a longer slice that begins with the same bytes, it gives the
/// same answer unless that answer was [`Step::Need`]. It never panics on any bytes.
pub(crate) trait Format: Send + Sync {
    /// Name for people and for the table `captures`: `pcapng`.
    fn name(&self) -> &'static str;

    /// Reads one record. `Err` only where not one frame can be had from the whole input; a record that cannot be true is an
    /// issue and a [`Step::End`], or a [`Step::Skip`] to where reading can go on.
    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error>;
}

/// What a format learns besides frames.
#[derive(Debug, Default)]
pub struct Context {
    /// All interfaces so far, over all sections.
    pub interfaces: Vec<Interface>,
    /// Oddities so far.
    pub issues: Issues,
    /// Frames delivered so far.
    pub frames: u64,
    /// Offset of the current step in the (decompressed) input, in bytes.
    pub offset: u64,
    /// Application that wrote the file, where the file says.
    pub application: Option<String>,
    /// Hardware of the capturing host, where the file says.
    pub hardware: Option<String>,
    /// Operating system of the capturing host, where the file says.
    pub os: Option<String>,
}

impl Context {
    /// Notes an oddity about the record at hand, which is no frame yet.
    pub fn note(&mut self, kind: IssueKind, detail: u64) {
        self.issues.note(kind, detail, Some(self.frames + 1), Some(self.offset));
    }
}
