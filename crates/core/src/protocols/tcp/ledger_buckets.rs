//! The ledger of all connections over time: how much of each span of the capture went into what.
//!
//! A span of a connection's life that covers many buckets is not added to each of them: where it begins and ends to cover whole
//! buckets is noted, and the sums are made when they are asked for, so that a long pause costs no more than a short one.

use std::collections::VecDeque;
use std::ops::Range;

use super::label::Label;
use super::timeline::Span;
use crate::tables::{Sink, TableWriter, table};
use crate::traffic::WIDTHS_NS;

table! {
    /// What connections spent their time on in a span of the capture, all connections together. All spans have the same width
    /// and are counted from the first segment of TCP; the parts of each category add up to that of tcp_ledger.
    "tcp_ledger_buckets" TcpLedgerBucketRow {
        /// When the span begins, since 1970 UTC.
        start_time_ns: i64 ["ns"],
        /// How long it is.
        width_ns: i64 ["ns"],
        /// What the time went into, as in tcp_ledger.
        category: &'static str,
        /// On whose side, as in tcp_ledger.
        side: &'static str,
        /// How long, over all connections; more than the width where several waited at once.
        duration_ns: i64 ["ns"],
    }
}

/// From the first bucket to the last.
const MOST_BUCKETS: i64 = 1_000;

type Parts = [i64; Label::COUNT];

/// What is known of one bucket.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Time that connections spent in it, where they did not spend the whole of it on one thing.
    parts_ns: Parts,
    /// How many more connections (or, negative, fewer) than in the bucket before spend the whole of it on a label.
    whole: [i32; Label::COUNT],
}

const EMPTY: Bucket = Bucket { parts_ns: [0; Label::COUNT], whole: [0; Label::COUNT] };

/// Sums by bucket and label.
#[derive(Debug, Default)]
pub(crate) struct LedgerBuckets {
    origin_ns: Option<i64>,
    width: usize,
    /// Number of the first bucket.
    first: i64,
    buckets: VecDeque<Bucket>,
    /// The bucket that a span lay in last, by its place in `buckets`, and its bounds: the next span mostly lies in it too.
    latest: usize,
    latest_ns: Range<i64>,
}

impl LedgerBuckets {
    /// Adds a span of one connection. The first call fixes where buckets begin.
    #[inline]
    pub(crate) fn add(&mut self, span: Span, origin_ns: i64) {
        let origin_ns = *self.origin_ns.get_or_insert(origin_ns);
        let (from_ns, to_ns) = (span.start_ns - origin_ns, span.end_ns - origin_ns);
        if from_ns >= self.latest_ns.start && to_ns <= self.latest_ns.end {
            self.buckets[self.latest].parts_ns[span.label as usize] += to_ns - from_ns;
        } else {
            self.spread(from_ns, to_ns, span.label as usize);
        }
    }

    /// Adds a span, counted from the origin, to all buckets that it lies in.
    fn spread(&mut self, from_ns: i64, to_ns: i64, label: usize) {
        let (low, high) = self.reach(from_ns, to_ns);
        let width_ns = WIDTHS_NS[self.width];
        let at = |bucket: i64| (bucket - self.first) as usize;
        (self.latest, self.latest_ns) = (at(high), high * width_ns..(high + 1).saturating_mul(width_ns));
        if low == high {
            self.buckets[at(low)].parts_ns[label] += to_ns - from_ns;
            return;
        }
        self.buckets[at(low)].parts_ns[label] += (low + 1) * width_ns - from_ns;
        self.buckets[at(high)].parts_ns[label] += to_ns - high * width_ns;
        self.buckets[at(low + 1)].whole[label] += 1;
        self.buckets[at(high)].whole[label] -= 1;
    }

    /// Writes the table.
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        let (origin_ns, width_ns) = (self.origin_ns.unwrap_or(0), WIDTHS_NS[self.width]);
        let mut writer = TableWriter::default();
        for (bucket, parts_ns) in (self.first..).zip(self.sums()) {
            for label in Label::ALL.into_iter().filter(|label| parts_ns[*label as usize] != 0) {
                let row = TcpLedgerBucketRow {
                    start_time_ns: origin_ns.saturating_add(bucket.saturating_mul(width_ns)),
                    width_ns,
                    category: label.category(),
                    side: label.side().name(),
                    duration_ns: parts_ns[label as usize],
                };
                writer.push(row, sink);
            }
        }
        writer.flush(sink);
    }

    /// First and last bucket that a span (not empty, counted from the origin) lies in, which are there afterwards.
    #[inline]
    fn reach(&mut self, from_ns: i64, to_ns: i64) -> (i64, i64) {
        loop {
            let width_ns = WIDTHS_NS[self.width];
            let (low, high) = (from_ns.div_euclid(width_ns), (to_ns - 1).div_euclid(width_ns));
            let end = self.first + self.buckets.len() as i64;
            if low >= self.first && high < end {
                return (low, high);
            }
            if self.buckets.is_empty() {
                self.first = low;
            }
            let (first, end) = (self.first.min(low), end.max(self.first).max(high + 1));
            if end - first > MOST_BUCKETS && self.width + 1 < WIDTHS_NS.len() {
                self.widen();
                continue;
            }
            while self.first > first {
                self.buckets.push_front(EMPTY);
                self.first -= 1;
            }
            self.buckets.resize((end - first) as usize, EMPTY);
        }
    }

    fn widen(&mut self) {
        let factor = WIDTHS_NS[self.width + 1] / WIDTHS_NS[self.width];
        let first = self.first.div_euclid(factor);
        let mut wider = VecDeque::new();
        for (bucket, parts_ns) in (self.first..).zip(self.sums()) {
            let at = (bucket.div_euclid(factor) - first) as usize;
            if at == wider.len() {
                wider.push_back(EMPTY);
            }
            for (to, from) in wider[at].parts_ns.iter_mut().zip(parts_ns) {
                *to += from;
            }
        }
        (self.first, self.buckets) = (first, wider);
        self.width += 1;
    }

    /// The time of each bucket with what covers the whole of it.
    fn sums(&self) -> impl Iterator<Item = Parts> {
        let width_ns = WIDTHS_NS[self.width];
        self.buckets.iter().scan([0i64; Label::COUNT], move |whole, bucket| {
            let mut parts_ns = bucket.parts_ns;
            for label in 0..Label::COUNT {
                whole[label] += i64::from(bucket.whole[label]);
                parts_ns[label] += whole[label] * width_ns;
            }
            Some(parts_ns)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against the obvious: each span cut at every edge.
        #[test]
        fn sums_as_cutting_each_span_would(
            spans in prop::collection::vec((-50i64..4_000, 1i64..3_000, 0usize..Label::COUNT), 1..30),
            far in 0i64..40_000,
        ) {
            const MS: i64 = 1_000_000;
            let mut buckets = LedgerBuckets::default();
            let mut spans = spans;
            spans.push((far, 1, 0));
            for &(from, length, label) in &spans {
                let start_ns = from * MS / 3;
                buckets.add(Span { start_ns, end_ns: start_ns + length * MS / 3, label: Label::ALL[label] }, 7);
            }
            let width_ns = WIDTHS_NS[buckets.width];
            let mut plain = BTreeMap::<i64, Parts>::new();
            for (from, length, label) in spans {
                let (mut at, end) = (from * MS / 3 - 7, from * MS / 3 + length * MS / 3 - 7);
                while at < end {
                    let bucket = at.div_euclid(width_ns);
                    let cut = ((bucket + 1) * width_ns).min(end);
                    plain.entry(bucket).or_insert([0; Label::COUNT])[label] += cut - at;
                    at = cut;
                }
            }
            let sums = (buckets.first..).zip(buckets.sums()).filter(|(_, parts)| *parts != [0; Label::COUNT]);
            prop_assert_eq!(sums.collect::<BTreeMap<_, _>>(), plain);
        }
    }
}
