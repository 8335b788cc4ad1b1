//! Columns: each is declared once, with its type, unit and sentence, and everything else follows from that.

use std::borrow::Cow;
use std::sync::Arc;

use arrayvec::ArrayString;
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::builder::ColumnBuilder;

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

/// A Rust type that a column can be declared with.
pub trait Cell {
    /// What the column holds.
    const KIND: Kind;
    /// Whether it may be NULL.
    const NULLABLE: bool = false;

    /// Appends the values of rows that go to their columns together, `None` for NULL, to a builder of this kind.
    fn append<'c>(cells: impl Iterator<Item = Option<&'c Self>>, builder: &mut ColumnBuilder)
    where
        Self: 'c;
}

/// A whole number as columns hold it: counts beyond 2^63 cannot occur; a hostile offset could, and is clamped.
#[inline]
fn signed<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

macro_rules! cells {
    ($($kind:ty $(, $size:ident)? => $variant:ident by $held:expr;)+) => {$(
        impl$(<const $size: usize>)? Cell for $kind {
            const KIND: Kind = Kind::$variant;

            #[inline]
            fn append<'c>(cells: impl Iterator<Item = Option<&'c Self>>, builder: &mut ColumnBuilder) {
                if let ColumnBuilder::$variant(column) = builder {
                    column.append(cells.map(|cell| cell.map($held)));
                }
            }
        }
    )+};
}
cells! {
    u8 => Integer by |&number| signed(number);
    u16 => Integer by |&number| signed(number);
    u32 => Integer by |&number| signed(number);
    u64 => Integer by |&number| signed(number);
    i64 => Integer by |&number| number;
    f64 => Real by |&number| number;
    bool => Boolean by |&value| value;
    &'static str => Text by |text| *text;
    String => Text by String::as_str;
    Cow<'static, str> => Text by |text| &**text;
    ArrayString<N>, N => Text by ArrayString::as_str;
}

impl<T: Cell> Cell for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;

    #[inline]
    fn append<'c>(cells: impl Iterator<Item = Option<&'c Self>>, builder: &mut ColumnBuilder)
    where
        Self: 'c,
    {
        T::append(cells.map(|cell| cell.and_then(Option::as_ref)), builder);
    }
}

/// A row of a table.
pub trait Row {
    /// Its table.
    const TABLE: &'static TableSpec;
    /// Appends each value of the rows, [`super::WAITING_ROWS`] at most, to the builder of its column.
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
/// Each field has its sentences as doc comment and its unit in brackets. Behind them `each end` names a field that holds what
/// both ends of a connection have, the client first, and its type, which [`ends`](super::ends::ends) declares.
macro_rules! table {
    (
        $(#[doc = $sentence:literal])+
        $name:literal $row:ident $(on $demand:ident)? {
            $($(#[doc = $doc:literal])+ $column:ident: $kind:ty $([$unit:literal])?,)+
            $(each end $ends:ident: $end:ty,)*
        }
    ) => {
        $(#[doc = $sentence])+
        #[derive(Debug, Clone)]
        pub struct $row {
            $($(#[doc = $doc])+ pub $column: $kind,)+
            $(#[doc = "Columns of the client, and the same of the server."] pub $ends: [$end; 2],)*
        }

        impl $crate::tables::Row for $row {
            const TABLE: &'static $crate::tables::TableSpec = {
                const PARTS: &[&[$crate::tables::ColumnSpec]] = &[
                    &[$($crate::tables::ColumnSpec {
                        name: $crate::tables::column_name(stringify!($column)),
                        kind: <$kind as $crate::tables::Cell>::KIND,
                        nullable: <$kind as $crate::tables::Cell>::NULLABLE,
                        unit: concat!($($unit)?),
                        sentence: concat!($($doc),+).trim_ascii(),
                    },)+],
                    $(<$end as $crate::tables::Ends>::CLIENT, <$end as $crate::tables::Ends>::SERVER,)*
                ];
                &$crate::tables::TableSpec {
                    name: $name,
                    sentence: concat!($($sentence),+).trim_ascii(),
                    on_demand: !concat!($(stringify!($demand))?).is_empty(),
                    columns: &$crate::tables::joined::<{ $crate::tables::count(PARTS) }>(PARTS),
                }
            };

            fn append(rows: &[Self], columns: &mut [$crate::tables::ColumnBuilder]) {
                let mut columns = columns.iter_mut();
                $(if let Some(column) = columns.next() {
                    $crate::tables::Cell::append(rows.iter().map(|row| Some(&row.$column)), column);
                })+
                $(for end in 0..2 {
                    <$end as $crate::tables::Ends>::append(rows.iter().map(|row| &row.$ends[end]), &mut columns);
                })*
            }
        }
    };
}
pub(crate) use table;
