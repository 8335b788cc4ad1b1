//! What is told of many lengths of time: how many, least, most, mean, standard deviation. Whole numbers, so that it does not
//! matter in which order they came.

/// Lengths of time in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) count: u32,
    least_ns: i64,
    most_ns: i64,
    sum_ns: i64,
    squares: u128,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, least_ns: i64::MAX, most_ns: i64::MIN, sum_ns: 0, squares: 0 }
    }
}

impl Moments {
    #[inline]
    pub(super) fn take(&mut self, value_ns: i64) {
        self.count += 1;
        self.least_ns = self.least_ns.min(value_ns);
        self.most_ns = self.most_ns.max(value_ns);
        self.sum_ns = self.sum_ns.saturating_add(value_ns);
        self.squares = self.squares.wrapping_add(square(value_ns));
    }

    /// With those of another.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            count: self.count + other.count,
            least_ns: self.least_ns.min(other.least_ns),
            most_ns: self.most_ns.max(other.most_ns),
            sum_ns: self.sum_ns.saturating_add(other.sum_ns),
            squares: self.squares.wrapping_add(other.squares),
        }
    }

    pub(super) fn least_ns(&self) -> Option<i64> {
        (self.count > 0).then_some(self.least_ns)
    }

    pub(super) fn most_ns(&self) -> Option<i64> {
        (self.count > 0).then_some(self.most_ns)
    }

    pub(super) fn mean_ns(&self) -> Option<i64> {
        (self.count > 0).then(|| self.sum_ns / i64::from(self.count))
    }

    /// The deviation of a sample: of two or more.
    pub(super) fn deviation_ns(&self) -> Option<i64> {
        deviation(u64::from(self.count), self.sum_ns.into(), self.squares).map(|deviation_ns| deviation_ns as i64)
    }
}

/// The square of a length.
#[inline]
pub(super) fn square(length: i64) -> u128 {
    let length = u128::from(length.unsigned_abs());
    length * length
}

/// The standard deviation of a sample (with one less than their number) from their sum and the sum of their squares.
pub(super) fn deviation(count: u64, sum: i128, squares: u128) -> Option<f64> {
    let others = count.checked_sub(1).filter(|&others| others > 0)?;
    let whole = u128::from(count).saturating_mul(squares);
    let spread = whole.saturating_sub(sum.unsigned_abs().saturating_mul(sum.unsigned_abs()));
    Some((spread as f64 / (count as f64 * others as f64)).sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_told_of_none_and_no_deviation_of_one() {
        let mut moments = Moments::default();
        assert_eq!(
            (moments.least_ns(), moments.most_ns(), moments.mean_ns(), moments.deviation_ns()),
            (None, None, None, None)
        );
        moments.take(7);
        assert_eq!(
            (moments.least_ns(), moments.most_ns(), moments.mean_ns(), moments.deviation_ns()),
            (Some(7), Some(7), Some(7), None)
        );
    }

    #[test]
    fn clocks_that_jump_by_centuries_do_no_harm() {
        let mut moments = Moments::default();
        (0..5).for_each(|_| moments.take(i64::MAX));
        assert!(moments.deviation_ns().is_some());
    }

    proptest! {
        /// Against the obvious: the mean first, then what lies between it and each value.
        #[test]
        fn the_deviation_is_that_of_the_definition(values in prop::collection::vec(0..3_000_000_000i64, 2..50)) {
            let mut moments = Moments::default();
            for &value in &values {
                moments.take(value);
            }
            let mean = values.iter().sum::<i64>() as f64 / values.len() as f64;
            let spread: f64 = values.iter().map(|&value| (value as f64 - mean).powi(2)).sum();
            let expected = (spread / (values.len() - 1) as f64).sqrt();
            prop_assert!((moments.deviation_ns().unwrap_or(0) as f64 - expected).abs() <= 1.0 + expected * 1e-9);
        }
    }
}
