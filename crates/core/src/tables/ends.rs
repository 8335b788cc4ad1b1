//! Columns that both ends of a connection have: each is declared once.

use super::builder::ColumnBuilder;
use super::column::ColumnSpec;

/// What both ends have: a row has it of the client and of the server.
pub trait Ends {
    /// Columns of the client.
    const CLIENT: &'static [ColumnSpec];
    /// The same of the server.
    const SERVER: &'static [ColumnSpec];
    /// Appends each value of one end in some rows to the next of `columns`.
    fn append<'e>(
        ends: impl Iterator<Item = &'e Self> + Clone,
        columns: &mut impl Iterator<Item = &'e mut ColumnBuilder>,
    ) where
        Self: 'e;
}

const END: &[u8] = b"{end}";

/// Whether `{end}` stands at a place of a text.
const fn is_end(text: &[u8], at: usize) -> bool {
    let mut matching = 0;
    while matching < END.len() && at + matching < text.len() && text[at + matching] == END[matching] {
        matching += 1;
    }
    matching == END.len()
}

/// Length of a text in which `end` takes the place of each `{end}`.
pub(crate) const fn filled_length(text: &str, end: &str) -> usize {
    let text = text.as_bytes();
    let (mut at, mut length) = (0, 0);
    while at < text.len() {
        (at, length) = if is_end(text, at) { (at + END.len(), length + end.len()) } else { (at + 1, length + 1) };
    }
    length
}

/// The text itself.
pub(crate) const fn filled<const LENGTH: usize>(text: &str, end: &str) -> [u8; LENGTH] {
    let (text, end) = (text.as_bytes(), end.as_bytes());
    let mut filled = [0; LENGTH];
    let (mut at, mut length) = (0, 0);
    while at < text.len() {
        if is_end(text, at) {
            let mut letter = 0;
            while letter < end.len() {
                filled[length] = end[letter];
                (letter, length) = (letter + 1, length + 1);
            }
            at += END.len();
        } else {
            filled[length] = text[at];
            (at, length) = (at + 1, length + 1);
        }
    }
    filled
}

/// How many columns there are in all parts of a table.
pub(crate) const fn count(parts: &[&[ColumnSpec]]) -> usize {
    let (mut part, mut count) = (0, 0);
    while part < parts.len() {
        count += parts[part].len();
        part += 1;
    }
    count
}

/// The parts of a table in one piece.
pub(crate) const fn joined<const COUNT: usize>(parts: &[&[ColumnSpec]]) -> [ColumnSpec; COUNT] {
    let mut joined = [parts[0][0]; COUNT];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut column = 0;
        while column < parts[part].len() {
            joined[at] = parts[part][column];
            (at, column) = (at + 1, column + 1);
        }
        part += 1;
    }
    joined
}

/// Declares what both ends of a connection have: a struct whose fields are the columns.
///
/// A column is called by its group's prefix, the end, and the field; in its sentences `{end}` stands for the end.
macro_rules! ends {
    ($(#[doc = $sentence:literal])+ $name:ident { $($groups:tt)+ }) => {
        $crate::tables::ends!(@struct [$(#[doc = $sentence])+] $name { $($groups)+ });

        impl $crate::tables::Ends for $name {
            const CLIENT: &'static [$crate::tables::ColumnSpec] =
                $crate::tables::ends!(@columns "client" { $($groups)+ });
            const SERVER: &'static [$crate::tables::ColumnSpec] =
                $crate::tables::ends!(@columns "server" { $($groups)+ });

            $crate::tables::ends!(@append { $($groups)+ });
        }
    };
    (@struct [$($sentence:tt)+] $name:ident { $($prefix:literal {
        $($(#[doc = $doc:literal])+ $column:ident: $kind:ty $([$unit:literal])?,)+
    })+ }) => {
        $($sentence)+
        #[derive(Debug, Clone)]
        pub struct $name { $($($(#[doc = $doc])+ pub $column: $kind,)+)+ }
    };
    (@columns $end:literal { $($prefix:literal {
        $($(#[doc = $doc:literal])+ $column:ident: $kind:ty $([$unit:literal])?,)+
    })+ }) => {
        &[$($($crate::tables::ColumnSpec {
            name: concat!($prefix, $end, "_", stringify!($column)),
            kind: <$kind as $crate::tables::Cell>::KIND,
            nullable: <$kind as $crate::tables::Cell>::NULLABLE,
            unit: concat!($($unit)?),
            sentence: {
                const TEXT: &str = concat!($($doc),+).trim_ascii();
                const FILLED: [u8; $crate::tables::filled_length(TEXT, $end)] = $crate::tables::filled(TEXT, $end);
                match std::str::from_utf8(&FILLED) {
                    Ok(sentence) => sentence,
                    Err(_) => TEXT,
                }
            },
        },)+)+]
    };
    (@append { $($prefix:literal {
        $($(#[doc = $doc:literal])+ $column:ident: $kind:ty $([$unit:literal])?,)+
    })+ }) => {
        fn append<'e>(
            ends: impl Iterator<Item = &'e Self> + Clone,
            columns: &mut impl Iterator<Item = &'e mut $crate::tables::ColumnBuilder>,
        ) {
            $($(if let Some(column) = columns.next() {
                $crate::tables::Cell::append(ends.clone().map(|end| Some(&end.$column)), column);
            })+)+
        }
    };
}
pub(crate) use ends;

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(unreachable_pub)] // as rows of tables are public
    mod both {
        ends! {
            /// What an end has.
            Both {
                "" {
                    /// How much the {end} sent; the {end} itself
                    /// counts.
                    sent_bytes: u64 ["bytes"],
                }
                "tt_" {
                    /// Nothing.
                    lost: Option<u32>,
                }
            }
        }
    }
    use both::Both;

    #[test]
    fn a_column_is_declared_once_for_both_ends() {
        let [client, server] = [Both::CLIENT, Both::SERVER];
        assert_eq!(
            client.iter().map(|column| column.name).collect::<Vec<_>>(),
            ["client_sent_bytes", "tt_client_lost"]
        );
        assert_eq!(
            server.iter().map(|column| column.name).collect::<Vec<_>>(),
            ["server_sent_bytes", "tt_server_lost"]
        );
        assert_eq!(server[0].sentence, "How much the server sent; the server itself counts.");
        assert_eq!((client[0].unit, client[0].nullable, client[1].nullable), ("bytes", false, true));
    }
}
