//! Noteworthy segments, as rows.

use super::label::Role;
use super::packet::Packet;

/// One event, on its way to the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) kind: &'static str,
    pub(crate) frame: u32,
    pub(crate) time_ns: i64,
    pub(crate) sender: Role,
    pub(crate) seq: u64,
    pub(crate) payload_bytes: u32,
    pub(crate) reference_frame: Option<u32>,
    pub(crate) first_frame: Option<u32>,
    pub(crate) duration_ns: Option<i64>,
    pub(crate) place: Option<&'static str>,
}

/// The events of one segment.
pub(crate) type Events = Vec<Event>;

impl Event {
    pub(super) fn new(kind: &'static str, packet: &Packet<'_>, sender: Role) -> Self {
        Self {
            kind,
            frame: packet.frame,
            time_ns: packet.now_ns,
            sender,
            seq: 0,
            payload_bytes: packet.payload_bytes,
            reference_frame: None,
            first_frame: None,
            duration_ns: None,
            place: None,
        }
    }
}
