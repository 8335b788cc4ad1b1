//! From capture bytes to tables.
//!
//! ```text
//! bytes → capture::Reader → frames → decode → headers → flows, trackers → tables
//! ```
//!
//! Sans-I/O: this crate owns no file, socket or clock.

#![forbid(unsafe_code)]

mod analysis;
pub mod capture;
mod carve;
pub mod decode;
mod error;
mod facts;
pub mod flows;
pub mod fragments;
pub mod issue;
mod merge;
mod pipeline;
pub mod protocols;
mod selection;
pub mod tables;
pub mod traffic;

pub use analysis::Options;
pub use carve::{Carver, Wanted};
pub use error::Error;
pub use merge::{Interleave, Merge};
pub use pipeline::Pipeline;
pub use selection::{FilterError, Moment, Selection};
