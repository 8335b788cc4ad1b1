//! Counters over all frames: which protocols, and when.

mod buckets;
mod protocols;
mod spans;

pub use buckets::{BucketRow, Buckets, Kind, Sample};
pub use protocols::{ProtocolRow, Protocols};
pub use spans::WIDTHS_NS;
pub(crate) use spans::{Counters, Spans};
