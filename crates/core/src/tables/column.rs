//! Columns: each is declared once, with its type, unit and sentence, and everything else follows from that.

use std::borrow::Cow;
use std::sync::Arc;

use arrayvec::{ArrayString, ArrayVec};
use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

/// What a column holds. Whole numbers are signed 64-bit in every table, so that SQL may subtract them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Integer,
    /// A real number, never NaN or infinite.
    Real,
    /// Text in UTF-8.
    Text,
    /// True or false.
    Boolean,
}

impl Kind {
    /// The SQL type.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Integer => "BIGINT",
            Self::Real => "DOUBLE",
            Self::Text => "VARCHAR",
            Self::Boolean => "BOOLEAN",
        }
    }

    fn data_type(self) -> DataType {
        match self {
            Self::Integer => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Text => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
        }
    }
}

/// A column as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Name; its ending gives the unit.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Unit, empty where there is none.
    pub unit: &'static str,
    /// One or more sentences.
    pub sentence: &'static str,
}

/// A table as declared.
#[derive(Debug, PartialEq, Eq)]
pub struct TableSpec {
    /// Name in SQL.
    pub name: &'static str,
    /// What one row is.
    pub sentence: &'static str,
    /// Whether it is filled only when asked for, since it has a row for every packet.
    pub on_demand: bool,
    /// Its columns in order.
    pub columns: &'static [ColumnSpec],
}

impl TableSpec {
    /// The Arrow schema.
    pub fn schema(&self) -> SchemaRef {
        let field = |column: &ColumnSpec| Field::new(column.name, column.kind.data_type(), column.nullable);
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }
}

/// Collects one column.
pub enum ColumnBuilder {
    /// See [`Kind::Integer`].
    Integer(Int64Builder),
    /// See [`Kind::Real`].
    Real(Float64Builder),
    /// See [`Kind::Text`].
    Text(StringBuilder),
    /// See [`Kind::Boolean`].
    Boolean(BooleanBuilder),
}

impl ColumnBuilder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Real => Self::Real(Float64Builder::new()),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Boolean => Self::Boolean(BooleanBuilder::new()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Real(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
        }
    }

    /// Bytes of the texts so far.
    fn text_bytes(&self) -> usize {
        if let Self::Text(builder) = self { builder.values_slice().len() } else { 0 }
    }

    /// Makes room for another batch like the one before, of which `text_bytes` were texts, since a table that filled one is a
    /// long one.
    fn reserve_batch(&mut self, text_bytes: usize) {
        match self {
            Self::Integer(builder) => *builder = Int64Builder::with_capacity(BATCH_ROWS),
            Self::Real(builder) => *builder = Float64Builder::with_capacity(BATCH_ROWS),
            Self::Boolean(builder) => *builder = BooleanBuilder::with_capacity(BATCH_ROWS),
            Self::Text(builder) => *builder = StringBuilder::with_capacity(BATCH_ROWS, text_bytes + text_bytes / 8),
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Integer(builder) => builder.append_null(),
            Self::Real(builder) => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
            Self::Boolean(builder) => builder.append_null(),
        }
    }
}

/// A Rust type that a column can be declared with.
pub trait Cell {
    /// What the column holds.
    const KIND: Kind;
    /// Whether it may be NULL.
    const NULLABLE: bool = false;
    /// Appends the value to a builder of this kind.
    fn append(&self, builder: &mut ColumnBuilder);

    /// Appends the values of so many rows as wait together at most.
    #[inline]
    fn append_each<'c>(cells: impl Iterator<Item = &'c Self>, builder: &mut ColumnBuilder)
    where
        Self: 'c,
    {
        cells.for_each(|cell| cell.append(builder));
    }

    /// The same where some may be NULL.
    #[inline]
    fn append_each_option<'c>(cells: impl Iterator<Item = &'c Option<Self>>, builder: &mut ColumnBuilder)
    where
        Self: Sized + 'c,
    {
        cells.for_each(|cell| cell.append(builder));
    }
}

/// A whole number as columns hold it: counts beyond 2^63 cannot occur; a hostile offset could, and is clamped.
#[inline]
fn signed<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

macro_rules! integer_cells {
    ($($kind:ty)+) => {$(
        impl Cell for $kind {
            const KIND: Kind = Kind::Integer;

            #[inline]
            fn append(&self, builder: &mut ColumnBuilder) {
                if let ColumnBuilder::Integer(builder) = builder {
                    builder.append_value(signed(*self));
                }
            }

            #[inline]
            fn append_each<'c>(cells: impl Iterator<Item = &'c Self>, builder: &mut ColumnBuilder) {
                if let ColumnBuilder::Integer(builder) = builder {
                    let values = cells.map(|cell| signed(*cell));
                    builder.append_slice(&values.take(WAITING_ROWS).collect::<ArrayVec<i64, WAITING_ROWS>>());
                }
            }

            #[inline]
            fn append_each_option<'c>(cells: impl Iterator<Item = &'c Option<Self>>, builder: &mut ColumnBuilder) {
                if let ColumnBuilder::Integer(builder) = builder {
                    let both = cells.map(|cell| (cell.map_or(0, signed), cell.is_some()));
                    let (values, present): (ArrayVec<i64, WAITING_ROWS>, ArrayVec<bool, WAITING_ROWS>) =
                        both.take(WAITING_ROWS).unzip();
                    match present.iter().filter(|&&present| present).count() {
                        0 => builder.append_nulls(values.len()),
                        count if count == values.len() => builder.append_slice(&values),
                        _ => builder.append_values(&values, &present),
                    }
                }
            }
        }
    )+};
}
integer_cells!(u8 u16 u32 u64 i64);

impl Cell for f64 {
    const KIND: Kind = Kind::Real;

    fn append(&self, builder: &mut ColumnBuilder) {
        if let ColumnBuilder::Real(builder) = builder {
            builder.append_value(*self);
        }
    }
}

impl Cell for bool {
    const KIND: Kind = Kind::Boolean;

    fn append(&self, builder: &mut ColumnBuilder) {
        if let ColumnBuilder::Boolean(builder) = builder {
            builder.append_value(*self);
        }
    }

    #[inline]
    fn append_each<'c>(cells: impl Iterator<Item = &'c Self>, builder: &mut ColumnBuilder) {
        if let ColumnBuilder::Boolean(builder) = builder {
            builder.append_slice(&cells.take(WAITING_ROWS).copied().collect::<ArrayVec<bool, WAITING_ROWS>>());
        }
    }
}

macro_rules! text_cells {
    ($($kind:ty $(, $size:ident)?;)+) => {$(
        impl$(<const $size: usize>)? Cell for $kind {
            const KIND: Kind = Kind::Text;

            #[inline]
            fn append(&self, builder: &mut ColumnBuilder) {
                if let ColumnBuilder::Text(builder) = builder {
                    builder.append_value(self);
                }
            }

            #[inline]
            fn append_each<'c>(cells: impl Iterator<Item = &'c Self>, builder: &mut ColumnBuilder) {
                if let ColumnBuilder::Text(builder) = builder {
                    cells.for_each(|cell| builder.append_value(cell));
                }
            }

            #[inline]
            fn append_each_option<'c>(cells: impl Iterator<Item = &'c Option<Self>>, builder: &mut ColumnBuilder) {
                if let ColumnBuilder::Text(builder) = builder {
                    cells.for_each(|cell| builder.append_option(cell.as_ref()));
                }
            }
        }
    )+};
}
text_cells! {
    &'static str;
    String;
    Cow<'static, str>;
    ArrayString<N>, N;
}

impl<T: Cell> Cell for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;

    #[inline]
    fn append(&self, builder: &mut ColumnBuilder) {
        match self {
            Some(value) => value.append(builder),
            None => builder.append_null(),
        }
    }

    #[inline]
    fn append_each<'c>(cells: impl Iterator<Item = &'c Self>, builder: &mut ColumnBuilder)
    where
        Self: 'c,
    {
        T::append_each_option(cells, builder);
    }
}

/// A row of a table.
pub trait Row {
    /// Its table.
    const TABLE: &'static TableSpec;
    /// Appends each value of the rows to the builder of its column.
    fn append(rows: &[Self], columns: &mut [ColumnBuilder])
    where
        Self: Sized;
}

/// The name of a column whose field is called `field`: some words, such as `type`, must be written raw in Rust.
pub const fn column_name(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// Declares a table: a row struct whose fields are the columns.
///
/// Each field has its sentences as doc comment and its unit in brackets.
macro_rules! table {
    (
        $(#[doc = $sentence:literal])+
        $name:literal $row:ident $(on $demand:ident)? {
            $($(#[doc = $doc:literal])+ $column:ident: $kind:ty $([$unit:literal])?,)+
        }
    ) => {
        $(#[doc = $sentence])+
        #[derive(Debug, Clone)]
        pub struct $row { $($(#[doc = $doc])+ pub $column: $kind,)+ }

        impl $crate::tables::Row for $row {
            const TABLE: &'static $crate::tables::TableSpec = &$crate::tables::TableSpec {
                name: $name,
                sentence: concat!($($sentence),+).trim_ascii(),
                on_demand: !concat!($(stringify!($demand))?).is_empty(),
                columns: &[$($crate::tables::ColumnSpec {
                    name: $crate::tables::column_name(stringify!($column)),
                    kind: <$kind as $crate::tables::Cell>::KIND,
                    nullable: <$kind as $crate::tables::Cell>::NULLABLE,
                    unit: concat!($($unit)?),
                    sentence: concat!($($doc),+).trim_ascii(),
                },)+],
            };

            fn append(rows: &[Self], columns: &mut [$crate::tables::ColumnBuilder]) {
                let mut columns = columns.iter_mut();
                $(if let Some(column) = columns.next() {
                    $crate::tables::Cell::append_each(rows.iter().map(|row| &row.$column), column);
                })+
            }
        }
    };
}
pub(crate) use table;

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
const BATCH_ROWS: usize = 8192;
/// Rows that go to their columns together: a column is not at hand when it is its turn, and one visit does for all of them.
const WAITING_ROWS: usize = 16;
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
                self.columns.iter_mut().zip(text_bytes).for_each(|(column, bytes)| column.reserve_batch(bytes));
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
