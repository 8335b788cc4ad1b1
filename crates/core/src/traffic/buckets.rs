//! Traffic over time, in bounded memory: the buckets widen as the capture grows longer.

use crate::tables::{Sink, TableWriter, table};

table! {
    /// A span of time with traffic; spans without packets have no row. All have the same width, which follows from the
    /// capture's length, and are aligned to its first frame.
    "buckets" BucketRow {
        /// When it begins, since 1970 UTC.
        start_time_ns: i64 ["ns"],
        /// How long it is.
        width_ns: i64 ["ns"],
        /// Frames in it.
        packets: u64 ["packets"],
        /// Their bytes on the wire.
        wire_bytes: u64 ["bytes"],
        /// Frames with TCP.
        tcp_packets: u64 ["packets"],
        /// Frames with UDP and no TCP.
        udp_packets: u64 ["packets"],
        /// Frames with neither.
        other_packets: u64 ["packets"],
        /// Frames with a TCP SYN without ACK.
        tcp_syn_packets: u64 ["packets"],
        /// Frames with a TCP RST.
        tcp_rst_packets: u64 ["packets"],
        /// Flows whose first packet is in it.
        new_flows: u64 ["flows"],
    }
}

/// Widths in nanoseconds, each a whole multiple of the one before: 1, 10, 100 ms, 1, 10 s, 1, 10 min, 1 h, 1 day, 100 days.
pub const WIDTHS_NS: [i64; 10] = [
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    60_000_000_000,
    600_000_000_000,
    3_600_000_000_000,
    86_400_000_000_000,
    8_640_000_000_000_000,
];
const MAX_BUCKETS: usize = 10_000;

/// The transport of a frame, TCP before UDP where it holds both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Neither TCP nor UDP.
    #[default]
    Other,
    /// UDP and no TCP.
    Udp,
    /// TCP.
    Tcp,
}

/// What is counted of one frame.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// The transport that the frame holds.
    pub transport: Kind,
    /// Whether it has a SYN without ACK.
    pub syn: bool,
    /// Whether it has a RST.
    pub rst: bool,
    /// Flows that begin with it.
    pub new_flows: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    packets: u64,
    wire_bytes: u64,
    tcp_packets: u64,
    udp_packets: u64,
    syn_packets: u64,
    rst_packets: u64,
    new_flows: u64,
}

impl Bucket {
    fn count(&mut self, wire_bytes: u32, sample: Sample) {
        self.packets += 1;
        self.wire_bytes += u64::from(wire_bytes);
        self.tcp_packets += u64::from(sample.transport == Kind::Tcp);
        self.udp_packets += u64::from(sample.transport == Kind::Udp);
        self.syn_packets += u64::from(sample.syn);
        self.rst_packets += u64::from(sample.rst);
        self.new_flows += sample.new_flows;
    }

    fn add(&mut self, other: &Self) {
        self.packets += other.packets;
        self.wire_bytes += other.wire_bytes;
        self.tcp_packets += other.tcp_packets;
        self.udp_packets += other.udp_packets;
        self.syn_packets += other.syn_packets;
        self.rst_packets += other.rst_packets;
        self.new_flows += other.new_flows;
    }
}

/// Counts frames by time.
#[derive(Default)]
pub struct Buckets {
    origin_ns: Option<i64>,
    width: usize,
    /// By index. A new one mostly comes last.
    closed: Vec<(i64, Bucket)>,
    /// The bucket of the last frame, kept apart since the next frame is nearly always in it too.
    open: Bucket,
    open_index: i64,
    open_start_ns: i64,
}

impl Buckets {
    /// Counts one frame.
    #[inline]
    pub fn count(&mut self, time_ns: i64, wire_bytes: u32, sample: Sample) {
        if self.origin_ns.is_none() {
            self.origin_ns = Some(time_ns);
            self.open_start_ns = time_ns;
        }
        let offset_ns = time_ns.wrapping_sub(self.open_start_ns) as u64; // right wherever it is not negative
        if time_ns < self.open_start_ns || offset_ns >= WIDTHS_NS[self.width] as u64 {
            self.open_at(time_ns);
        }
        self.open.count(wire_bytes, sample);
    }

    /// Writes the table.
    pub fn write(&mut self, sink: &mut impl Sink) {
        self.close();
        let Some(origin_ns) = self.origin_ns else { return };
        let width_ns = WIDTHS_NS[self.width];
        let mut writer = TableWriter::default();
        for &(index, bucket) in &self.closed {
            let row = BucketRow {
                start_time_ns: start(origin_ns, index, width_ns),
                width_ns,
                packets: bucket.packets,
                wire_bytes: bucket.wire_bytes,
                tcp_packets: bucket.tcp_packets,
                udp_packets: bucket.udp_packets,
                other_packets: bucket.packets - bucket.tcp_packets - bucket.udp_packets,
                tcp_syn_packets: bucket.syn_packets,
                tcp_rst_packets: bucket.rst_packets,
                new_flows: bucket.new_flows,
            };
            writer.push(row, sink);
        }
        writer.flush(sink);
    }

    fn close(&mut self) {
        if self.open.packets > 0 {
            add(&mut self.closed, self.open_index, &std::mem::take(&mut self.open));
        }
    }

    fn open_at(&mut self, time_ns: i64) {
        self.close();
        while self.closed.len() >= MAX_BUCKETS && self.width + 1 < WIDTHS_NS.len() {
            self.widen();
        }
        let origin_ns = self.origin_ns.unwrap_or(time_ns);
        let offset_ns = i128::from(time_ns) - i128::from(origin_ns);
        self.open_index = offset_ns.div_euclid(i128::from(WIDTHS_NS[self.width])) as i64;
        self.open_start_ns = start(origin_ns, self.open_index, WIDTHS_NS[self.width]);
    }

    fn widen(&mut self) {
        let factor = WIDTHS_NS[self.width + 1] / WIDTHS_NS[self.width];
        self.width += 1;
        let mut wider = Vec::new();
        for (index, bucket) in &self.closed {
            add(&mut wider, index.div_euclid(factor), bucket);
        }
        self.closed = wider;
    }
}

/// Adds to the bucket with this index.
fn add(buckets: &mut Vec<(i64, Bucket)>, index: i64, bucket: &Bucket) {
    if buckets.last().is_none_or(|&(last, _)| last < index) {
        return buckets.push((index, *bucket));
    }
    match buckets.binary_search_by_key(&index, |&(index, _)| index) {
        Ok(at) => buckets[at].1.add(bucket),
        Err(at) => buckets.insert(at, (index, *bucket)),
    }
}

/// Where a bucket begins. Clamped at the ends of time, where hostile time stamps lie.
fn start(origin_ns: i64, index: i64, width_ns: i64) -> i64 {
    (i128::from(origin_ns) + i128::from(index) * i128::from(width_ns)).clamp(i128::from(i64::MIN), i128::from(i64::MAX))
        as i64
}

#[cfg(test)]
mod tests {
    use arrow_array::RecordBatch;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use proptest::prelude::*;

    use super::*;
    use crate::tables::TableSpec;

    #[derive(Default)]
    struct Rows {
        starts_ns: Vec<i64>,
        widths_ns: Vec<i64>,
        packets: Vec<i64>,
    }

    impl Sink for Rows {
        fn batch(&mut self, _: &'static TableSpec, batch: RecordBatch) {
            let mut take = |name: &str, into: fn(&mut Self) -> &mut Vec<i64>| {
                let column = batch.column_by_name(name).expect("declared").as_primitive::<Int64Type>();
                into(self).extend(column.values());
            };
            take("start_time_ns", |rows| &mut rows.starts_ns);
            take("width_ns", |rows| &mut rows.widths_ns);
            take("packets", |rows| &mut rows.packets);
        }
    }

    fn rows(times_ns: impl IntoIterator<Item = i64>) -> Rows {
        let (mut buckets, mut rows) = (Buckets::default(), Rows::default());
        for time_ns in times_ns {
            buckets.count(time_ns, 60, Sample::default());
        }
        buckets.write(&mut rows);
        rows
    }

    #[test]
    fn buckets_begin_at_the_first_frame_and_reach_back_before_it() {
        let rows = rows([5_500_000, 6_499_999, 6_500_000, 5_000_000]);
        assert_eq!(rows.starts_ns, [4_500_000, 5_500_000, 6_500_000]);
        assert_eq!(rows.packets, [1, 2, 1]);
    }

    #[test]
    fn a_long_capture_widens_them_all() {
        let rows = rows((0..MAX_BUCKETS as i64 * 2).map(|number| number * WIDTHS_NS[0]));
        assert!(rows.starts_ns.len() <= MAX_BUCKETS + 1);
        assert!(rows.widths_ns.iter().all(|&width_ns| width_ns == WIDTHS_NS[1]));
        assert!(rows.packets.iter().all(|&packets| packets == 10));
    }

    proptest! {
        #[test]
        fn every_frame_is_in_one_bucket_and_in_the_right_one(times_ns in prop::collection::vec(any::<i32>(), 1..200)) {
            let times_ns: Vec<i64> = times_ns.into_iter().map(|time| i64::from(time) * 1_000).collect();
            let rows = rows(times_ns.iter().copied());
            for (at, &start_ns) in rows.starts_ns.iter().enumerate() {
                let inside = |&&time_ns: &&i64| (start_ns..start_ns + rows.widths_ns[at]).contains(&time_ns);
                prop_assert_eq!(times_ns.iter().filter(inside).count() as i64, rows.packets[at]);
            }
            prop_assert_eq!(rows.packets.iter().sum::<i64>(), times_ns.len() as i64);
        }
    }
}
