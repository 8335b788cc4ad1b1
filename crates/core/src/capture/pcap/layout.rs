//! How long a record header is, where the magic number does not say.
//!
//! ```text
//! 16   seconds, fraction, captured, on the wire: libpcap
//! 20   + 4 bytes: Nokia
//! 24   + interface, protocol, packet type: Kuznetzov's first patch (Red Hat 6.1), and his later one with its own magic
//! 28   + processor: his patch of 1999-09-15 (SuSE 6.3), which has the same magic
//! ```

use super::header::{Family, FileHeader, Record};
use super::plausible;

/// The decision.
pub(super) enum Choice {
    /// Record headers have so many bytes.
    Header(usize),
    /// Cannot be told with fewer bytes than this.
    Need(usize),
}

fn usual_header_bytes(family: Family) -> usize {
    if family == Family::Modified { 24 } else { 16 }
}

enum Fit {
    Yes,
    No,
    Need(usize),
}

/// Takes the first layout by which the second record's header can be true, the usual one first and also when none fits.
pub(super) fn choose(file: &FileHeader, bytes: &[u8], at_end: bool) -> Choice {
    let usual = usual_header_bytes(file.family);
    let others: &[usize] = match file.family {
        Family::Standard => &[24, 20],
        Family::Modified => &[28],
        Family::Ixia => &[],
    };
    for header_bytes in std::iter::once(usual).chain(others.iter().copied()) {
        match fits(file, header_bytes, bytes, at_end) {
            Fit::Yes => return Choice::Header(header_bytes),
            Fit::No => {}
            Fit::Need(needed) => return Choice::Need(needed),
        }
    }
    Choice::Header(usual)
}

impl Fit {
    fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

fn fits(file: &FileHeader, header_bytes: usize, bytes: &[u8], at_end: bool) -> Fit {
    let Some(header) = bytes.get(..header_bytes) else {
        return if at_end { Fit::No } else { Fit::Need(header_bytes) };
    };
    let first = file.record(header);
    if first.captured_bytes as usize > file.record_limit_bytes {
        return Fit::No;
    }
    // The usual layout needs no more than possible values; another must also agree with the first record's time.
    let near = (header_bytes != usual_header_bytes(file.family)).then_some(first.seconds);
    let second_at = header_bytes + first.captured_bytes as usize;
    let second_end = second_at + header_bytes;
    match bytes.get(second_at..second_end) {
        Some(header) if near.is_none() => Fit::of(plausible::possible(file, file.record(header))),
        Some(header) => Fit::of(plausible::record(file, file.record(header), near)),
        None if at_end => Fit::of(bytes.len() == second_at && !is_cut_second(file, first, bytes)),
        None => Fit::Need(second_end),
    }
}

/// With a single record, its end tells: but where the time of a second begins behind the usual one, that one is cut.
fn is_cut_second(file: &FileHeader, first: Record, bytes: &[u8]) -> bool {
    let second_at = usual_header_bytes(file.family) + first.captured_bytes as usize;
    let seconds = bytes.get(second_at..second_at + 4).map(|bytes| file.endian.u32(bytes, 0));
    seconds.is_some_and(|seconds| seconds.abs_diff(first.seconds) <= plausible::NEAR_SECONDS)
}
