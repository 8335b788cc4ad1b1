//! Turns of a connection: what the client says and what the server answers, told by changes of direction alone, so that they
//! are known for every service (`tcp.md` C.12).

mod table;
mod tracker;

pub use table::TurnRow;
pub(crate) use tracker::{Piece, Turns};
