//! Requests and responses, from conversations made by hand through the whole pipeline.
//!
//! Every conversation passes a capture point 10 ms (there and back) from the client and 30 ms from the server; the handshake
//! takes frames 1 to 3.

#[path = "../support/mod.rs"]
mod support;

mod http;
mod services;
mod turns;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use support::conversation::{PSH, Talk, Who, from};
use support::{ACK, Collect};

/// One piece of data; returns its frame.
fn say(talk: &mut Talk, who: Who, bytes: &[u8]) -> u32 {
    talk.put(from(who).flags(ACK | PSH).payload(bytes))
}

/// The columns of each row in words; NULL is "-".
fn rows(collect: &Collect, table: &str, columns: &str) -> Vec<String> {
    let batches = collect.0.get(table).map(Vec::as_slice).unwrap_or_default();
    let cell = |array: &dyn Array, row: usize| {
        if array.is_null(row) {
            return "-".to_owned();
        }
        if let Some(text) = array.as_string_opt::<i32>() {
            return text.value(row).to_owned();
        }
        array.as_boolean_opt().map_or_else(
            || array.as_primitive::<Int64Type>().value(row).to_string(),
            |boolean| boolean.value(row).to_string(),
        )
    };
    batches
        .iter()
        .flat_map(|batch| {
            (0..batch.num_rows()).map(move |row| {
                let value = |name| cell(batch.column_by_name(name).expect("the column is declared").as_ref(), row);
                columns.split(' ').map(value).collect::<Vec<_>>().join(" ")
            })
        })
        .collect()
}
