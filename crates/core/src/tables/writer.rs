//! Rows → batches.

use std::sync::Arc;

use arrayvec::ArrayVec;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::builder::{ColumnBuilder, WAITING_ROWS};
use super::column::{Row, TableSpec};

/// Takes finished batches of rows.
pub trait Sink {
    /// A batch of `table`, in the order in which rows were finished.
    fn batch(&mut self, table: &'static TableSpec, batch: RecordBatch);
}

/// Collects rows into batches.
pub struct TableWriter<R: Row> {
    /// Rows that are not yet in their columns.
    waiting: ArrayVec<R, WAITING_ROWS>,
    /// From the first row on: most tables stay empty.
    columns: Vec<ColumnBuilder>,
    schema: Option<SchemaRef>,
    rows: usize,
}

/// Rows in a batch: DuckDB's vectors hold 2,048, so this is a whole number of them.
const BATCH_ROWS: usize = 2048;
const _: () = assert!(BATCH_ROWS.is_multiple_of(WAITING_ROWS));

impl<R: Row> Default for TableWriter<R> {
    fn default() -> Self {
        Self { waiting: ArrayVec::new(), columns: Vec::new(), schema: None, rows: 0 }
    }
}

impl<R: Row> TableWriter<R> {
    /// Adds a row, and hands a full batch to `sink`.
    #[inline]
    pub fn push(&mut self, row: R, sink: &mut (impl Sink + ?Sized)) {
        self.waiting.push(row);
        if self.waiting.is_full() {
            self.settle();
            if self.rows == BATCH_ROWS {
                let text_bytes: Vec<usize> = self.columns.iter().map(ColumnBuilder::text_bytes).collect();
                self.hand_over(sink);
                // A table that filled a batch is a long one, and the next like the one before.
                let columns = self.columns.iter_mut().zip(text_bytes);
                columns.for_each(|(column, bytes)| column.reserve(BATCH_ROWS, bytes + bytes / 8));
            }
        }
    }

    /// Hands over what is collected.
    pub fn flush(&mut self, sink: &mut (impl Sink + ?Sized)) {
        if !self.waiting.is_empty() {
            self.settle();
        }
        if self.rows > 0 {
            self.hand_over(sink);
        }
    }

    /// Puts the waiting rows into their columns.
    fn settle(&mut self) {
        if self.columns.is_empty() {
            self.columns = R::TABLE.columns.iter().map(|column| ColumnBuilder::new(column.kind)).collect();
        }
        R::append(&self.waiting, &mut self.columns);
        self.rows += self.waiting.len();
        self.waiting.clear();
    }

    /// # Panics
    /// Never on any input: every row appends once to every column, so all have the same length and the declared type.
    fn hand_over(&mut self, sink: &mut (impl Sink + ?Sized)) {
        let schema = self.schema.get_or_insert_with(|| R::TABLE.schema());
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(schema), arrays).expect("a row has one value per column");
        self.rows = 0;
        sink.batch(R::TABLE, batch);
    }
}
