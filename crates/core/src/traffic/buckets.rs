//! Traffic over time.

use super::spans::{Counters, Spans};
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
    /// Bytes on the wire.
    pub wire_bytes: u32,
    /// The transport that the frame holds.
    pub transport: Kind,
    /// Whether it has a SYN without ACK.
    pub syn: bool,
    /// Whether it has a RST.
    pub rst: bool,
    /// Flows that begin with it.
    pub new_flows: u64,
}

#[derive(Debug, Default)]
struct Bucket {
    packets: u64,
    wire_bytes: u64,
    tcp_packets: u64,
    udp_packets: u64,
    syn_packets: u64,
    rst_packets: u64,
    new_flows: u64,
}

impl Counters for Bucket {
    type Sample = Sample;

    #[inline]
    fn count(&mut self, sample: Sample) {
        self.packets += 1;
        self.wire_bytes += u64::from(sample.wire_bytes);
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
pub struct Buckets(Spans<Bucket, 10_000>);

impl Buckets {
    /// Counts one frame.
    #[inline]
    pub fn count(&mut self, time_ns: i64, sample: Sample) {
        self.0.count(time_ns, sample);
    }

    /// Writes the table.
    pub fn write(&mut self, sink: &mut impl Sink) {
        let mut writer = TableWriter::default();
        for (start_time_ns, width_ns, bucket) in self.0.all() {
            let row = BucketRow {
                start_time_ns,
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
}

#[cfg(test)]
mod tests {
    use arrow_array::RecordBatch;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use proptest::prelude::*;

    use super::super::WIDTHS_NS;
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
            buckets.count(time_ns, Sample { wire_bytes: 60, ..Sample::default() });
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

    const MAX_BUCKETS: usize = 10_000;

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
