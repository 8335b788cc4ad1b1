//! Counters over all frames: which protocols, and when.

mod buckets;
mod protocols;

pub use buckets::{BucketRow, Buckets, Kind, Sample, WIDTHS_NS};
pub use protocols::{ProtocolRow, Protocols};
