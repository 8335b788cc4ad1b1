//! From capture bytes to tables.
//!
//! ```text
//! bytes → capture::Reader → frames → decode → headers → flows, trackers → tables
//! ```
//!
//! Sans-I/O: this crate owns no file, socket or clock.

#![forbid(unsafe_code)]

pub mod capture;
pub mod decode;
mod error;
pub mod issue;

pub use error::Error;
