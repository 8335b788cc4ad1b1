//! Time stamps of all formats as nanoseconds since 1970 UTC.

use super::Context;
use crate::issue::IssueKind;

/// Nanoseconds in a second.
pub(super) const SECOND_NS: i64 = 1_000_000_000;

/// How long one tick of a time stamp is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tick {
    /// So many nanoseconds.
    Nanoseconds(u64),
    /// So many of them are one nanosecond.
    PerNanosecond(u128),
    /// So many times halved, one second.
    HalvedSecond(u32),
}

impl Tick {
    /// Rounded up to 1.
    pub(super) fn resolution_ns(self) -> u64 {
        match self {
            Self::Nanoseconds(ns) => ns,
            Self::PerNanosecond(_) => 1,
            Self::HalvedSecond(power) => (SECOND_NS as u64).checked_shr(power).unwrap_or(0).max(1),
        }
    }

    /// `ticks` in nanoseconds, rounded down.
    #[inline]
    pub(super) fn to_ns(self, ticks: u64) -> i128 {
        match self {
            Self::Nanoseconds(ns) => i128::from(ticks) * i128::from(ns),
            Self::PerNanosecond(many) => (u128::from(ticks) / many.max(1)) as i128,
            Self::HalvedSecond(power) => (i128::from(ticks) * i128::from(SECOND_NS)).checked_shr(power).unwrap_or(0),
        }
    }
}

/// `ns` in 63 bits, which reach from 1824 to 2116, so that the difference of any two times fits 64. What lies beyond is noted and
/// wraps around, so that the differences between such times stay right.
#[inline]
pub(super) fn wrapped(ns: i128, context: &mut Context) -> i64 {
    const HALF: i128 = 1 << 62;
    if (-HALF..HALF).contains(&ns) {
        return ns as i64;
    }
    context.note(IssueKind::TimestampOutOfRange, 0);
    ((ns + HALF).rem_euclid(2 * HALF) - HALF) as i64
}

/// Seconds from 1970 to the given moment of the proleptic Gregorian calendar, UTC. Fields beyond their range carry over.
pub(super) fn seconds_since_1970(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> i64 {
    // Years that begin in March have their odd day at the end; 400 of them have 146,097 days.
    let months = year * 12 + month - 3;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468;
    days * 86_400 + hour * 3_600 + minute * 60 + second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar() {
        assert_eq!(seconds_since_1970(1970, 1, 1, 0, 0, 0), 0);
        assert_eq!(seconds_since_1970(2000, 2, 29, 12, 0, 0), 951_825_600);
        assert_eq!(seconds_since_1970(2000, 3, 1, 0, 0, 0), 951_868_800);
        assert_eq!(seconds_since_1970(1601, 1, 1, 0, 0, 0), -11_644_473_600);
        assert_eq!(seconds_since_1970(2024, 12, 31, 23, 59, 59), 1_735_689_599);
    }

    #[test]
    fn ticks() {
        assert_eq!(Tick::Nanoseconds(1000).to_ns(5), 5000);
        assert_eq!(Tick::PerNanosecond(1000).to_ns(5999), 5);
        assert_eq!(Tick::HalvedSecond(1).to_ns(3), 1_500_000_000);
        assert_eq!(Tick::HalvedSecond(64).to_ns(u64::MAX), 999_999_999);
        assert_eq!(Tick::HalvedSecond(127).to_ns(u64::MAX), 0);
        assert_eq!(Tick::HalvedSecond(20).resolution_ns(), 953);
    }

    #[test]
    fn out_of_range_wraps_and_is_noted() {
        let mut context = Context::default();
        assert_eq!(
            wrapped(i128::from(i64::MAX) + 6, &mut context) - wrapped(i128::from(i64::MAX) + 2, &mut context),
            4
        );
        assert_eq!(wrapped(7, &mut context), 7);
        assert_eq!(context.issues.count(IssueKind::TimestampOutOfRange), 2);
    }
}
