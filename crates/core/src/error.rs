//! What stops a run. Everything that does not stop it is an [`Issue`](crate::issue::Issue): a row, not an error.
//!
//! ```text
//! Error
//! ├── Empty          no byte at all
//! ├── NotACapture    the first bytes belong to no format that is read here
//! ├── Unsupported    a capture, but a variant that cannot be read
//! └── Damaged        a capture whose header is broken before its first frame
//! ```

use std::fmt;

/// Why nothing could be read. Its text is one line: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The input ended before its first byte.
    Empty,
    /// The first bytes belong to no known capture format.
    NotACapture {
        /// Up to the first eight bytes of the input, decompressed if it was compressed.
        first_bytes: Vec<u8>,
    },
    /// A known format in a variant that is not read.
    Unsupported {
        /// What it is, for people: `pcapng version 2.0`.
        what: String,
    },
    /// The file's own header is broken or cut, so not one frame can be found.
    Damaged {
        /// Name of the format: `pcap`.
        format: &'static str,
        /// Byte offset in the (decompressed) input.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => {
                write!(f, "the input is empty: it holds no capture; check that the capture was written to the end")
            }
            Self::NotACapture { first_bytes } => {
                write!(f, "not a packet capture (first bytes")?;
                for byte in first_bytes {
                    write!(f, " {byte:02x}")?;
                }
                write!(
                    f,
                    "): pcap, pcapng, snoop, NetMon, Sniffer, iptrace and btsnoop are read, also gzip, zstd or lz4 compressed"
                )
            }
            Self::Unsupported { what } => {
                write!(f, "{what} is not supported: convert it with `editcap -F pcapng IN OUT`")
            }
            Self::Damaged { format, offset, what } => {
                write!(f, "damaged {format} header at byte {offset}: {what}; capture again or repair the file")
            }
        }
    }
}

impl std::error::Error for Error {}
