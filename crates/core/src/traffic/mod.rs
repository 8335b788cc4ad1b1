//! Counters over all frames: which protocols, and when.

mod buckets;
mod protocols;
mod round_trips;
mod spans;

pub use buckets::{BucketRow, Buckets, Kind, Sample};
pub use protocols::{ProtocolRow, Protocols};
pub use round_trips::RttBucketRow;
pub use spans::WIDTHS_NS;
