//! Can these bytes be record headers? Asked where the file does not say: which variant it is, and where reading can go on
//! after a corrupt record.

use super::super::search::Probe;
use super::header::{FileHeader, Record, USUAL_RECORD_BYTES};

/// Records this near in time belong together.
pub(super) const NEAR_SECONDS: u32 = 86_400;

/// So many record headers in a row are no accident.
const CHAIN_RECORDS: usize = 3;

/// Whether `record` can be true, after one at `previous_seconds`.
pub(super) fn record(file: &FileHeader, record: Record, previous_seconds: Option<u32>) -> bool {
    let most = match file.snap_length_bytes as usize {
        0..64 => USUAL_RECORD_BYTES,
        snap => snap.min(USUAL_RECORD_BYTES),
    };
    possible(file, record)
        && record.captured_bytes as usize <= most
        && previous_seconds.is_none_or(|previous| previous.abs_diff(record.seconds) <= NEAR_SECONDS)
}

/// Whether `record` can be true whatever came before it, in a file whose own header may state too small a snapshot length.
pub(super) fn possible(file: &FileHeader, record: Record) -> bool {
    let units_per_second = 1_000_000_000 / file.fraction_ns;
    i64::from(record.fraction) < units_per_second
        && record.captured_bytes <= record.wire_bytes
        && record.wire_bytes as usize <= file.record_limit_bytes
        && !record.is_zero()
}

/// Whether several plausible records in a row begin at `bytes`, or fewer that reach the very end of the input.
pub(super) fn chain(file: &FileHeader, mut previous_seconds: Option<u32>, bytes: &[u8], at_end: bool) -> Probe {
    let mut at = 0;
    for position in 0..CHAIN_RECORDS {
        let end = at + file.record_header_bytes;
        let Some(header) = bytes.get(at..end) else {
            return match (at_end, position) {
                (false, _) => Probe::Need(end),
                (true, 0) => Probe::End,
                (true, _) if at == bytes.len() => Probe::Holds,
                (true, _) => Probe::Broken,
            };
        };
        let header = file.record(header);
        if !record(file, header, previous_seconds) {
            return Probe::Broken;
        }
        previous_seconds = Some(header.seconds);
        at = end + header.captured_bytes as usize;
    }
    Probe::Holds
}
