//! What is true of a capture file as a whole.

use crate::capture::{Frame, Reader};
use crate::issue::{IssueKind, Issues, Weight};
use crate::tables::CaptureRow;

/// Counts over the frames of one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaptureFacts {
    packets: u64,
    captured_bytes: u64,
    wire_bytes: u64,
    first_time_ns: Option<i64>,
    last_time_ns: Option<i64>,
    earliest_time_ns: Option<i64>,
    latest_time_ns: Option<i64>,
    cut_packets: u64,
    first_cut_frame: u64,
    backwards_packets: u64,
    first_backwards_frame: u64,
}

impl CaptureFacts {
    /// Counts one frame.
    #[inline]
    pub(crate) fn count(&mut self, frame: &Frame<'_>) {
        self.packets += 1;
        self.captured_bytes += frame.data.len() as u64;
        self.wire_bytes += u64::from(frame.wire_bytes);
        if frame.data.len() < frame.wire_bytes as usize {
            if self.cut_packets == 0 {
                self.first_cut_frame = frame.number;
            }
            self.cut_packets += 1;
        }
        if let Some(time_ns) = frame.time_ns {
            self.count_time(time_ns, frame.number);
        }
    }

    #[inline]
    fn count_time(&mut self, time_ns: i64, frame_number: u64) {
        if self.last_time_ns.is_some_and(|last| time_ns < last) {
            if self.backwards_packets == 0 {
                self.first_backwards_frame = frame_number;
            }
            self.backwards_packets += 1;
        }
        self.first_time_ns.get_or_insert(time_ns);
        self.last_time_ns = Some(time_ns);
        self.earliest_time_ns = Some(self.earliest_time_ns.map_or(time_ns, |earliest| earliest.min(time_ns)));
        self.latest_time_ns = Some(self.latest_time_ns.map_or(time_ns, |latest| latest.max(time_ns)));
    }

    /// Notes what is odd about the file as a whole.
    pub(crate) fn note(&self, issues: &mut Issues) {
        for (kind, count, first_frame) in [
            (IssueKind::SnapLength, self.cut_packets, self.first_cut_frame),
            (IssueKind::TimeBackwards, self.backwards_packets, self.first_backwards_frame),
        ] {
            if count > 0 {
                issues.add(kind, 0, count, Some(first_frame), None);
            }
        }
    }

    /// The row of this file.
    pub(crate) fn row(&self, capture: u32, name: Option<String>, reader: &Reader) -> CaptureRow {
        let context = reader.context();
        CaptureRow {
            capture,
            name,
            format: reader.format_name(),
            compression: reader.compression(),
            file_bytes: reader.bytes_fed(),
            application: context.application.clone(),
            hardware: context.hardware.clone(),
            os: context.os.clone(),
            interfaces: context.interfaces.len() as u32,
            packets: self.packets,
            captured_bytes: self.captured_bytes,
            wire_bytes: self.wire_bytes,
            first_time_ns: self.first_time_ns,
            last_time_ns: self.last_time_ns,
            earliest_time_ns: self.earliest_time_ns,
            latest_time_ns: self.latest_time_ns,
            cut_packets: self.cut_packets,
            time_backwards_packets: self.backwards_packets,
            complete: context.issues.iter().all(|(kind, ..)| kind.weight() != Weight::Stop),
        }
    }
}
