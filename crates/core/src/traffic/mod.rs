//! Counters over all frames: which protocols, and when.

mod buckets;
mod protocols;

pub use buckets::{BucketRow, Buckets, Kind, Sample};
pub use protocols::{ProtocolRow, Protocols};
