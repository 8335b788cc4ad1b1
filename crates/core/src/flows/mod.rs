//! HEADERS → FLOWS, of every transport, in bounded memory.

mod address;
mod direction;
mod endpoints;
mod flow;
mod key;
mod map;
mod over;
mod table;

pub use address::AddressText;
pub(crate) use address::{address_text, endpoint_text};
pub use direction::ClientReason;
pub use endpoints::EndpointRow;
pub use flow::Seen;
pub use key::{Endpoint, Half, Key};
pub use map::{Flows, Found};
pub use table::FlowRow;
pub(crate) use table::{end_text, has_ports, protocol_name};
