//! What the capture files say of themselves.

use super::table;

table! {
    /// A capture file that was read; several when captures are merged.
    "captures" CaptureRow {
        /// Number of the file, from 0, in the order given.
        capture: u32,
        /// Name of the file as given; `-` is standard input.
        name: Option<String>,
        /// Format of the file: pcap, pcapng, snoop, ….
        format: &'static str,
        /// How the file is compressed: gzip, zstd or lz4; NULL when it is not.
        compression: Option<&'static str>,
        /// Size as read, still compressed.
        file_bytes: u64 ["bytes"],
        /// Application that wrote the file, where the file says.
        application: Option<String>,
        /// Hardware of the capturing host, where the file says.
        hardware: Option<String>,
        /// Operating system of the capturing host, where the file says.
        os: Option<String>,
        /// Interfaces that the file describes.
        interfaces: u32,
        /// Frames that were analysed: all in the file, unless a filter or a span of time was asked for.
        packets: u64 ["packets"],
        /// Frames in the file that the filter or the span of time leaves out.
        left_out_packets: u64 ["packets"],
        /// Bytes of frames that the file holds.
        captured_bytes: u64 ["bytes"],
        /// Bytes of the same frames on the wire.
        wire_bytes: u64 ["bytes"],
        /// Time of the first frame in file order, since 1970 UTC.
        first_time_ns: Option<i64> ["ns"],
        /// Time of the last frame in file order, since 1970 UTC.
        last_time_ns: Option<i64> ["ns"],
        /// Smallest time of any frame, since 1970 UTC.
        earliest_time_ns: Option<i64> ["ns"],
        /// Largest time of any frame, since 1970 UTC.
        latest_time_ns: Option<i64> ["ns"],
        /// Frames of which the file holds less than was on the wire.
        cut_packets: u64 ["packets"],
        /// Frames whose time is before that of the frame before them.
        time_backwards_packets: u64 ["packets"],
        /// Whether the file was read to its end without having to stop.
        complete: bool,
    }
}

table! {
    /// An interface that frames were captured on.
    "interfaces" InterfaceRow {
        /// Number of the file, as in captures.
        capture: u32,
        /// Number of the interface in its file, from 0, over all sections.
        interface: u32,
        /// Name, such as eth0.
        name: Option<String>,
        /// Description in words.
        description: Option<String>,
        /// Link type by its registered name.
        link_type: String,
        /// Snapshot length; NULL when unlimited or not said.
        snap_length_bytes: Option<u32> ["bytes"],
        /// Operating system of the host of the interface.
        os: Option<String>,
        /// Capture filter.
        filter: Option<String>,
        /// Speed.
        speed_bps: Option<u64> ["bit/s"],
        /// Resolution of its time stamps, rounded up to whole nanoseconds.
        resolution_ns: u64 ["ns"],
        /// Frames of it in the file.
        packets: u64 ["packets"],
        /// Packets that the interface received while capturing, by its own statistics.
        received_packets: Option<u64> ["packets"],
        /// Packets that the interface dropped for lack of resources, by its own statistics.
        interface_dropped_packets: Option<u64> ["packets"],
        /// Packets that the operating system dropped, by its own statistics.
        os_dropped_packets: Option<u64> ["packets"],
    }
}
