//! Columns as they are collected. Rows come sixteen at a time, so that which of them are NULL is one word.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use super::column::Kind;

/// Rows that go to their columns together: a column is not at hand when it is its turn, and one visit does for all of them.
pub(super) const WAITING_ROWS: usize = u16::BITS as usize;

/// The mark of a row of one visit.
#[inline]
fn mark(set: bool, at: usize) -> u16 {
    debug_assert!(at < WAITING_ROWS, "a word has no more marks");
    u16::from(set).wrapping_shl(at as u32)
}

/// Marks of rows, a word for each visit, the first row lowest. Only the last visit of a batch may bring less than a word.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<u16>);

impl Marks {
    #[inline]
    fn push(&mut self, word: u16) {
        self.0.push(word.to_le());
    }

    fn take(&mut self, rows: usize) -> BooleanBuffer {
        BooleanBuffer::new(Buffer::from_vec(std::mem::take(&mut self.0)), 0, rows)
    }

    /// As Arrow wants it: nothing where no row is NULL.
    fn take_present(&mut self, rows: usize) -> Option<NullBuffer> {
        Some(NullBuffer::new(self.take(rows))).filter(|nulls| nulls.null_count() > 0)
    }
}

/// Numbers.
#[derive(Debug, Default)]
pub struct Numbers<T> {
    values: Vec<T>,
    present: Marks,
}

impl<T: ArrowNativeType> Numbers<T> {
    /// Takes the numbers of the rows of one visit.
    #[inline]
    pub(super) fn append(&mut self, cells: impl Iterator<Item = Option<T>>) {
        let mut present = 0u16;
        self.values.extend(cells.enumerate().map(|(at, cell)| {
            present |= mark(cell.is_some(), at);
            cell.unwrap_or_default()
        }));
        self.present.push(present);
    }

    fn take(&mut self) -> (ScalarBuffer<T>, Option<NullBuffer>) {
        let values = std::mem::take(&mut self.values);
        let present = self.present.take_present(values.len());
        (values.into(), present)
    }
}

/// Texts.
#[derive(Debug, Default)]
pub struct Texts {
    bytes: Vec<u8>,
    /// 0, and where each text ends.
    offsets: Vec<i32>,
    present: Marks,
}

impl Texts {
    /// Takes the texts of the rows of one visit.
    #[inline]
    pub(super) fn append<'t>(&mut self, cells: impl Iterator<Item = Option<&'t str>>) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        let mut present = 0u16;
        for (at, cell) in cells.enumerate() {
            present |= mark(cell.is_some(), at);
            self.bytes.extend_from_slice(cell.unwrap_or_default().as_bytes());
            self.offsets.push(self.bytes.len() as i32);
        }
        self.present.push(present);
    }

    fn take(&mut self) -> StringArray {
        let (bytes, offsets) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.offsets));
        let present = self.present.take_present(offsets.len().saturating_sub(1));
        StringArray::new(OffsetBuffer::new(offsets.into()), bytes.into(), present)
    }
}

/// What is true or false.
#[derive(Debug, Default)]
pub struct Booleans {
    values: Marks,
    present: Marks,
    rows: usize,
}

impl Booleans {
    /// Takes the values of the rows of one visit.
    #[inline]
    pub(super) fn append(&mut self, cells: impl Iterator<Item = Option<bool>>) {
        let (mut values, mut present) = (0u16, 0u16);
        for (at, cell) in cells.enumerate() {
            values |= mark(cell == Some(true), at);
            present |= mark(cell.is_some(), at);
            self.rows += 1;
        }
        self.values.push(values);
        self.present.push(present);
    }

    fn take(&mut self) -> BooleanArray {
        let rows = std::mem::take(&mut self.rows);
        BooleanArray::new(self.values.take(rows), self.present.take_present(rows))
    }
}

/// Collects one column.
#[derive(Debug)]
pub enum ColumnBuilder {
    /// See [`Kind::Integer`].
    Integer(Numbers<i64>),
    /// See [`Kind::Real`].
    Real(Numbers<f64>),
    /// See [`Kind::Text`].
    Text(Texts),
    /// See [`Kind::Boolean`].
    Boolean(Booleans),
}

impl ColumnBuilder {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Integer => Self::Integer(Numbers::default()),
            Kind::Real => Self::Real(Numbers::default()),
            Kind::Text => Self::Text(Texts::default()),
            Kind::Boolean => Self::Boolean(Booleans::default()),
        }
    }

    /// Takes out what was collected.
    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(column) => {
                let (values, present) = column.take();
                Arc::new(Int64Array::new(values, present))
            }
            Self::Real(column) => {
                let (values, present) = column.take();
                Arc::new(Float64Array::new(values, present))
            }
            Self::Text(column) => Arc::new(column.take()),
            Self::Boolean(column) => Arc::new(column.take()),
        }
    }

    /// Bytes of the texts so far.
    pub(super) fn text_bytes(&self) -> usize {
        if let Self::Text(column) = self { column.bytes.len() } else { 0 }
    }

    /// Makes room for so many rows, and so many bytes of texts.
    pub(super) fn reserve(&mut self, rows: usize, text_bytes: usize) {
        let words = rows / WAITING_ROWS;
        match self {
            Self::Integer(column) => {
                column.values.reserve(rows);
                column.present.0.reserve(words);
            }
            Self::Real(column) => {
                column.values.reserve(rows);
                column.present.0.reserve(words);
            }
            Self::Text(column) => {
                column.bytes.reserve(text_bytes);
                column.offsets.reserve(rows + 1);
                column.present.0.reserve(words);
            }
            Self::Boolean(column) => {
                column.values.0.reserve(words);
                column.present.0.reserve(words);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;

    use super::*;

    /// Rows that are NULL each third time, put in as the writer does it.
    fn numbers(rows: i64) -> Int64Array {
        let cells: Vec<_> = (0..rows).map(|row| (row % 3 != 0).then_some(row)).collect();
        let mut column = Numbers::default();
        cells.chunks(WAITING_ROWS).for_each(|visit| column.append(visit.iter().copied()));
        let (values, present) = column.take();
        Int64Array::new(values, present)
    }

    #[test]
    fn a_row_is_null_where_it_was_whatever_their_number() {
        for rows in [1, 15, 16, 17, 100] {
            let column = numbers(rows);
            assert_eq!(column, (0..rows).map(|row| (row % 3 != 0).then_some(row)).collect());
        }
    }

    #[test]
    fn texts_and_truths_keep_their_rows() {
        let (mut texts, mut truths) = (Texts::default(), Booleans::default());
        for visit in [&[Some("one"), None, Some(""), Some("fünf")][..], &[Some("x")]] {
            texts.append(visit.iter().copied());
            truths.append(visit.iter().map(|text| text.map(|text| text.len() == 3)));
        }
        // Only the last visit may be short, so what follows the first one lies at the next word.
        assert_eq!(texts.offsets, [0, 3, 3, 3, 8, 9]);
        assert_eq!(truths.rows, 5);
        assert_eq!((truths.values.0, truths.present.0), (vec![0b0001, 0], vec![0b1101, 1]));
    }

    #[test]
    fn a_column_without_null_has_no_marks_of_it() {
        let mut texts = Texts::default();
        texts.append([Some("a"), Some("bc")].into_iter());
        let column = texts.take();
        assert!(column.nulls().is_none());
        assert_eq!(column, StringArray::from(vec!["a", "bc"]));
        assert!(texts.bytes.is_empty() && texts.present.0.is_empty());
    }
}
