//! Round trips of all connections over time: how long they take in each span of the capture, in a fixed amount of memory.

use crate::tables::{Sink, TableWriter, table};
use crate::traffic::{Counters, Spans};

table! {
    /// Round trips of TCP in a span of time, from the capture point to the receiver of data and back, all connections together.
    /// All spans have the same width, which follows from the capture's length.
    "tcp_rtt_buckets" TcpRttBucketRow {
        /// When the span begins, since 1970 UTC.
        start_time_ns: i64 ["ns"],
        /// How long it is.
        width_ns: i64 ["ns"],
        /// Acknowledgements in it that tell a round trip: of what was sent once, and not while a loss is repaired.
        samples: u64 ["samples"],
        /// Median, to within 9 %.
        rtt_p50_ns: Option<i64> ["ns"],
        /// What 95 % of them do not exceed, to within 9 %.
        rtt_p95_ns: Option<i64> ["ns"],
    }
}

/// Round trips by the time at which they ended.
#[derive(Debug, Default)]
pub(super) struct RttBuckets(Spans<RoundTrips, 1_000>);

impl RttBuckets {
    /// Counts one.
    #[inline]
    pub(super) fn count(&mut self, time_ns: i64, rtt_ns: i64) {
        self.0.count(time_ns, rtt_ns);
    }

    /// Writes the table.
    pub(super) fn write(&mut self, sink: &mut impl Sink) {
        let mut writer = TableWriter::default();
        for (start_time_ns, width_ns, round_trips) in self.0.all() {
            let row = TcpRttBucketRow {
                start_time_ns,
                width_ns,
                samples: round_trips.samples,
                rtt_p50_ns: round_trips.percentile_ns(50),
                rtt_p95_ns: round_trips.percentile_ns(95),
            };
            writer.push(row, sink);
        }
        writer.flush(sink);
    }
}

/// From 1 µs to 268 s, by eighths of an octave.
const BINS: usize = 28 * PER_OCTAVE;
const PER_OCTAVE: usize = 8;
/// What is told apart at 1 µs: its eighth.
const UNIT_NS: i64 = 125;

/// Round trips counted by length.
#[derive(Debug, Clone, Default)]
struct RoundTrips {
    bins: Option<Box<[u32; BINS]>>,
    samples: u64,
}

impl Counters for RoundTrips {
    type Sample = i64;

    fn count(&mut self, rtt_ns: i64) {
        self.samples += 1;
        let bins = self.bins.get_or_insert_with(|| Box::new([0; BINS]));
        let count = &mut bins[bin(rtt_ns)];
        *count = count.saturating_add(1);
    }

    fn add(&mut self, other: &Self) {
        let Some(others) = &other.bins else { return };
        self.samples += other.samples;
        let bins = self.bins.get_or_insert_with(|| Box::new([0; BINS]));
        for (count, more) in bins.iter_mut().zip(others.iter()) {
            *count = count.saturating_add(*more);
        }
    }
}

impl RoundTrips {
    /// What `share` percent of them do not exceed, to within a bin (9 %); between its edges by the place among its samples.
    fn percentile_ns(&self, share: u64) -> Option<i64> {
        let bins = self.bins.as_deref()?;
        let rank = (self.samples * share).div_ceil(100).max(1);
        let mut below = 0;
        for (bin, &count) in bins.iter().enumerate() {
            let count = u64::from(count);
            if below + count >= rank {
                let (lower_ns, upper_ns) = (lower_ns(bin), lower_ns(bin + 1));
                let step_ns = i128::from(upper_ns - lower_ns) * i128::from(rank - below) / i128::from(count);
                return Some(lower_ns + step_ns as i64);
            }
            below += count;
        }
        None
    }
}

fn bin(rtt_ns: i64) -> usize {
    let units = (rtt_ns.max(0) as u64 / UNIT_NS as u64).max(PER_OCTAVE as u64);
    let octave = units.ilog2() as usize;
    let eighth = (units >> (octave - 3)) as usize % PER_OCTAVE;
    ((octave - 3) * PER_OCTAVE + eighth).min(BINS - 1)
}

fn lower_ns(bin: usize) -> i64 {
    (UNIT_NS << (bin / PER_OCTAVE)) * (PER_OCTAVE + bin % PER_OCTAVE) as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(samples_ns: &[i64]) -> RoundTrips {
        let mut trips = RoundTrips::default();
        for &rtt_ns in samples_ns {
            trips.count(rtt_ns);
        }
        trips
    }

    #[test]
    fn without_samples_nothing_is_known() {
        let mut trips = RoundTrips::default();
        trips.add(&RoundTrips::default());
        assert_eq!((trips.samples, trips.percentile_ns(50)), (0, None));
    }

    #[test]
    fn a_sample_lies_within_its_bin() {
        for rtt_ns in [1_000, 1_124, 1_125, 40_000, 999_999, 41_000_000, 3_000_000_000] {
            assert!((lower_ns(bin(rtt_ns))..lower_ns(bin(rtt_ns) + 1)).contains(&rtt_ns), "{rtt_ns}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_in_the_outer_bins() {
        assert_eq!(bin(i64::MIN), 0);
        assert_eq!(bin(i64::MAX), BINS - 1);
    }

    proptest! {
        #[test]
        fn percentiles_are_those_of_the_sorted_samples(
            mut samples_ns in prop::collection::vec(1_000i64..100_000_000_000, 1..200), share in 1u64..=100,
        ) {
            let told_ns = of(&samples_ns).percentile_ns(share).expect("samples");
            samples_ns.sort_unstable();
            let exact_ns = samples_ns[(samples_ns.len() as u64 * share).div_ceil(100) as usize - 1];
            prop_assert!((told_ns - exact_ns).abs() <= exact_ns / 8 + 1, "{} {}", told_ns, exact_ns);
        }

        #[test]
        fn the_sum_of_two_is_that_of_all_samples(
            left in prop::collection::vec(0i64..1_000_000_000, 0..50), right in prop::collection::vec(0i64..1_000_000_000, 0..50),
        ) {
            let mut sum = of(&left);
            sum.add(&of(&right));
            let all = of(&[left, right].concat());
            prop_assert_eq!((sum.samples, sum.percentile_ns(50)), (all.samples, all.percentile_ns(50)));
        }
    }
}
