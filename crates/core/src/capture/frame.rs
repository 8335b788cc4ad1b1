//! A frame as the capture file has it, and the interface it was seen on.

use super::link_type::LinkType;

/// One frame. Borrows its bytes from the input.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// 1-based, in file order, as Wireshark numbers them. The reader counts; formats leave it 0.
    pub number: u64,
    /// Nanoseconds since 1970 UTC; `None` when the format gives none (pcapng Simple Packet Block).
    pub time_ns: Option<i64>,
    /// Index into [`Context::interfaces`](super::Context::interfaces).
    pub interface: u32,
    /// How the bytes begin.
    pub link_type: LinkType,
    /// Length on the wire, in bytes. May be less than what was captured in odd files.
    pub wire_bytes: u32,
    /// What was captured.
    pub data: &'a [u8],
}

/// Where frames were captured, as far as the file tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interface {
    /// How its frames begin.
    pub link_type: LinkType,
    /// Snapshot length in bytes; `None` when unlimited or not said.
    pub snap_length_bytes: Option<u32>,
    /// Name, such as `eth0`.
    pub name: Option<String>,
    /// Description in words.
    pub description: Option<String>,
    /// Operating system of the capturing host.
    pub os: Option<String>,
    /// Capture filter.
    pub filter: Option<String>,
    /// Speed in bits per second.
    pub speed_bps: Option<u64>,
    /// Time stamp resolution in nanoseconds, rounded up to 1.
    pub resolution_ns: u64,
    /// Packets received by the interface while capturing, as its statistics say.
    pub received_packets: Option<u64>,
    /// Packets dropped by the interface for lack of resources.
    pub interface_dropped_packets: Option<u64>,
    /// Packets dropped by the operating system.
    pub os_dropped_packets: Option<u64>,
    /// Frames that this file holds of it.
    pub packets: u64,
}
