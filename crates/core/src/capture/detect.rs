//! Which format the first bytes belong to.

use super::{Format, btsnoop, iptrace, netmon, netxray, pcap, pcapng, sniffer_dos, snoop};
use crate::error::Error;

/// Bytes by which every format can be told.
const DETECT_BYTES: usize = 32;

type Recognise = fn(&[u8]) -> Option<Box<dyn Format>>;

/// All formats. Each is told by a magic number at its beginning, so the order does not matter.
const FORMATS: &[Recognise] = &[
    pcap::recognise,
    pcapng::recognise,
    snoop::recognise,
    netmon::recognise,
    netxray::recognise,
    sniffer_dos::recognise,
    iptrace::recognise,
    btsnoop::recognise,
];

/// What the first bytes say.
pub(super) enum Detected {
    /// They are of this format.
    Format(Box<dyn Format>),
    /// So many are needed to tell.
    Need(usize),
}

/// Finds the format by the first bytes. `last` says that no more will come.
pub(super) fn detect(bytes: &[u8], last: bool) -> Result<Detected, Error> {
    if let Some(format) = FORMATS.iter().find_map(|recognise| recognise(bytes)) {
        return Ok(Detected::Format(format));
    }
    if !last && bytes.len() < DETECT_BYTES {
        return Ok(Detected::Need(DETECT_BYTES));
    }
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    Err(Error::NotACapture { first_bytes: bytes[..bytes.len().min(8)].to_vec() })
}
