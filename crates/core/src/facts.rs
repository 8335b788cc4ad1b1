//! What is true of a capture file as a whole.

use crate::capture::{Frame, Reader};
use crate::issue::Weight;
use crate::tables::CaptureRow;

/// A file as it was fed.
#[derive(Default)]
pub(crate) struct Source {
    /// What it is called.
    pub(crate) name: Option<String>,
    /// Bytes so far, still compressed.
    pub(crate) file_bytes: u64,
    /// Reads it.
    pub(crate) reader: Reader,
}

/// Counts over the frames of one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaptureFacts {
    packets: u64,
    left_out_packets: u64,
    captured_bytes: u64,
    wire_bytes: u64,
    times_ns: Option<Times>,
    cut_packets: u64,
    backwards_packets: u64,
}

/// Times of frames, in nanoseconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
struct Times {
    first: i64,
    last: i64,
    earliest: i64,
    latest: i64,
}

impl CaptureFacts {
    /// Counts one frame.
    #[inline]
    pub(crate) fn count(&mut self, frame: &Frame<'_>) {
        self.packets += 1;
        let pseudo_header_bytes = frame.link_type.pseudo_header_bytes();
        self.captured_bytes += (frame.data.len() as u64).saturating_sub(u64::from(pseudo_header_bytes));
        self.wire_bytes += u64::from(frame.wire_bytes.saturating_sub(pseudo_header_bytes));
        self.cut_packets += u64::from(frame.data.len() < frame.wire_bytes as usize);
        if let Some(time_ns) = frame.time_ns {
            self.count_time(time_ns);
        }
    }

    /// Counts a frame that is not to be analysed.
    pub(crate) fn leave_out(&mut self) {
        self.left_out_packets += 1;
    }

    #[inline]
    fn count_time(&mut self, time_ns: i64) {
        let times =
            self.times_ns.get_or_insert(Times { first: time_ns, last: time_ns, earliest: time_ns, latest: time_ns });
        self.backwards_packets += u64::from(time_ns < times.last);
        times.last = time_ns;
        times.earliest = times.earliest.min(time_ns);
        times.latest = times.latest.max(time_ns);
    }

    /// The row of this file.
    pub(crate) fn row(&self, capture: u32, source: &Source) -> CaptureRow {
        let Source { name, file_bytes, reader } = source;
        let context = reader.context();
        CaptureRow {
            capture,
            name: name.clone(),
            format: reader.format_name(),
            compression: reader.compression(),
            file_bytes: *file_bytes,
            application: context.application.clone(),
            hardware: context.hardware.clone(),
            os: context.os.clone(),
            interfaces: context.interfaces.len() as u32,
            packets: self.packets,
            left_out_packets: self.left_out_packets,
            captured_bytes: self.captured_bytes,
            wire_bytes: self.wire_bytes,
            first_time_ns: self.times_ns.map(|times| times.first),
            last_time_ns: self.times_ns.map(|times| times.last),
            earliest_time_ns: self.times_ns.map(|times| times.earliest),
            latest_time_ns: self.times_ns.map(|times| times.latest),
            cut_packets: self.cut_packets,
            time_backwards_packets: self.backwards_packets,
            complete: context.issues.iter().all(|(kind, ..)| kind.weight() != Weight::Stop),
        }
    }
}
