//! FILE → FRAMES. Sans-I/O and push-based: bytes are fed in chunks of any size, and the chunking never changes a result.
//!
//! ```text
//! bytes → compressed (gzip, zstd, lz4) → records: detect, buffer → one Format → Step::Frame → sink
//! ```
//!
//! A format sees a slice that begins at its next record and answers with one [`Step`]. It never waits, never reads, and
//! keeps no bytes: [`Reader`] does that for all formats alike.

mod btsnoop;
mod bytes;
mod compressed;
mod detect;
mod frame;
mod iptrace;
mod link_type;
mod netmon;
mod netxray;
mod pcap;
mod pcapng;
mod reader;
mod records;
mod search;
mod sniffer_dos;
mod snoop;
mod time;

pub use frame::{Frame, Interface};
pub use link_type::LinkType;
pub use reader::Reader;

use crate::error::Error;
use crate::issue::{IssueKind, Issues};

/// A record that claims more than this is corrupt: no link has frames of 16 MiB, and it bounds what the reader buffers.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// Interfaces that are kept apart; frames of further ones count as of an unknown interface.
pub const MAX_INTERFACES: usize = 65_536;

/// What a format says about the bytes it was shown.
#[derive(Debug)]
pub enum Step<'a> {
    /// Show me at least this many bytes from here on (at most [`MAX_RECORD_BYTES`]). Asked only when fewer were shown.
    /// Where the input ends instead, the record at hand is cut.
    Need(usize),
    /// A frame; the next step begins `used` bytes further on.
    Frame {
        /// The frame, borrowed from what was shown.
        frame: Frame<'a>,
        /// Bytes of the whole record, header and padding included.
        used: usize,
    },
    /// Nothing for us in the next so many bytes, at least one, which may go beyond what was shown.
    Skip(u64),
    /// Nothing more can be read; the rest of the input is passed over.
    End,
}

/// A capture file format.
///
/// Contract: `step` is pure over (`self`, the bytes): shown a longer slice that begins with the same bytes, it gives the
/// same answer unless that answer was [`Step::Need`], which leaves no trace: nothing is noted or remembered before the
/// bytes it depends on are there. A search may answer with shorter or longer [`Step::Skip`]s as long as they lead to the
/// same place. It never panics on any bytes.
pub(crate) trait Format: Send {
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
    /// Number of the last frame so far. More than were delivered where blocks of a pcapng file hold no packet but have a
    /// frame number in Wireshark.
    pub frames: u64,
    /// Offset of the current step in the (decompressed) input, in bytes.
    pub offset: u64,
    /// Application that wrote the file, where the file says.
    pub application: Option<String>,
    /// Hardware of the capturing host, where the file says.
    pub hardware: Option<String>,
    /// Operating system of the capturing host, where the file says.
    pub os: Option<String>,
    /// What the format is shown is all there is.
    pub(crate) at_end: bool,
}

impl Context {
    /// Notes an oddity about the record at hand, which is no frame yet.
    pub fn note(&mut self, kind: IssueKind, detail: u64) {
        self.issues.note(kind, detail, Some(self.frames + 1), Some(self.offset));
    }

    /// Ends reading at a record that cannot be true.
    pub(crate) fn corrupt<'a>(&mut self) -> Step<'a> {
        self.note(IssueKind::CorruptRecord, 0);
        Step::End
    }

    /// Index of the interface with this link type and name, which is added if it is new. Beyond so many that no file has
    /// them, frames count for the first.
    pub(crate) fn interface(&mut self, link_type: LinkType, name: Option<String>, resolution_ns: u64) -> u32 {
        const MOST: usize = 256;
        let known = self.interfaces.iter().position(|known| known.link_type == link_type && known.name == name);
        let index = known.unwrap_or_else(|| {
            if self.interfaces.len() >= MOST {
                return 0;
            }
            self.interfaces.push(Interface { link_type, name, resolution_ns, ..Interface::default() });
            self.interfaces.len() - 1
        });
        index as u32
    }

    /// The answer of a format whose file header takes `needed` bytes: wait for them, unless the input has ended.
    pub(crate) fn need_header<'a>(&self, format: &'static str, needed: usize) -> Result<Step<'a>, Error> {
        if self.at_end {
            let what = format!("the input ends inside the file header, which takes {needed} bytes");
            return Err(Error::Damaged { format, offset: self.offset, what });
        }
        Ok(Step::Need(needed))
    }
}
