//! Captures built byte by byte, after the formats' specifications.

use std::io::Write;

/// A packet to be written.
#[derive(Debug, Clone)]
pub struct Packet {
    /// Microseconds since 1970.
    pub time_us: u64,
    pub wire_bytes: u32,
    pub data: Vec<u8>,
}

/// A packet of `length` bytes, all different, `time_us` after 2020-09-13.
pub fn packet(time_us: u64, length: usize) -> Packet {
    let data = (0..length).map(|at| (at as u8).wrapping_mul(7).wrapping_add(time_us as u8) | 1).collect();
    Packet { time_us: 1_600_000_000_000_000 + time_us, wire_bytes: length as u32, data }
}

pub fn packets() -> Vec<Packet> {
    let mut packets: Vec<Packet> = (0..6).map(|index| packet(index * 250_000, 60 + index as usize * 3)).collect();
    packets[3].wire_bytes = 1500;
    packets
}

/// Byte order of what is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Big,
    Little,
}

impl Order {
    pub fn u16(self, value: u16) -> [u8; 2] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub fn u32(self, value: u32) -> [u8; 4] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub fn u64(self, value: u64) -> [u8; 8] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }
}

/// A variant of pcap.
#[derive(Clone, Copy, Debug)]
pub struct Pcap {
    pub order: Order,
    pub magic: u32,
    pub version: (u16, u16),
    pub snap_length: u32,
    pub network: u32,
    /// Bytes of a record's header behind the usual 16.
    pub extra_bytes: usize,
    pub swapped: bool,
    pub units_per_us: u64,
}

pub const PCAP: Pcap = Pcap {
    order: Order::Little,
    magic: 0xa1b2_c3d4,
    version: (2, 4),
    snap_length: 262_144,
    network: 1,
    extra_bytes: 0,
    swapped: false,
    units_per_us: 1,
};

impl Pcap {
    pub fn header(self) -> Vec<u8> {
        let order = self.order;
        let mut bytes = order.u32(self.magic).to_vec();
        bytes.extend(order.u16(self.version.0));
        bytes.extend(order.u16(self.version.1));
        bytes.extend([0; 8]);
        bytes.extend(order.u32(self.snap_length));
        bytes.extend(order.u32(self.network));
        bytes
    }

    pub fn record(self, packet: &Packet) -> Vec<u8> {
        let (captured, wire) = (packet.data.len() as u32, packet.wire_bytes);
        let lengths = if self.swapped { [wire, captured] } else { [captured, wire] };
        let fraction = (packet.time_us % 1_000_000) * self.units_per_us;
        let fields = [(packet.time_us / 1_000_000) as u32, fraction as u32, lengths[0], lengths[1]];
        let mut bytes: Vec<u8> = fields.iter().flat_map(|&field| self.order.u32(field)).collect();
        bytes.extend((0..self.extra_bytes).map(|at| if at == 0 { 3 } else { 0 }));
        bytes.extend(&packet.data);
        bytes
    }

    pub fn file(self, packets: &[Packet]) -> Vec<u8> {
        let mut bytes = self.header();
        for packet in packets {
            bytes.extend(self.record(packet));
        }
        bytes
    }
}

/// A pcapng block.
pub fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let length = 12 + body.len().next_multiple_of(4);
    let mut bytes = [order.u32(kind), order.u32(length as u32)].concat();
    bytes.extend(body);
    bytes.resize(length - 4, 0);
    bytes.extend(order.u32(length as u32));
    bytes
}

pub fn option(order: Order, code: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = [order.u16(code), order.u16(value.len() as u16)].concat();
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

pub fn section(order: Order, options: &[u8]) -> Vec<u8> {
    let mut body = order.u32(0x1a2b_3c4d).to_vec();
    body.extend(order.u16(1));
    body.extend(order.u16(0));
    body.extend([0xff; 8]);
    body.extend(options);
    block(order, 0x0a0d_0d0a, &body)
}

pub fn interface(order: Order, link_type: u16, snap_length: u32, options: &[u8]) -> Vec<u8> {
    let mut body = [order.u16(link_type), order.u16(0)].concat();
    body.extend(order.u32(snap_length));
    body.extend(options);
    block(order, 1, &body)
}

pub fn enhanced(order: Order, interface: u32, ticks: u64, packet: &Packet, options: &[u8]) -> Vec<u8> {
    let fields = [interface, (ticks >> 32) as u32, ticks as u32, packet.data.len() as u32, packet.wire_bytes];
    let mut body: Vec<u8> = fields.iter().flat_map(|&field| order.u32(field)).collect();
    body.extend(&packet.data);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(options);
    block(order, 6, &body)
}

pub fn pcapng(order: Order, packets: &[Packet]) -> Vec<u8> {
    let mut bytes = section(order, &option(order, 4, b"by hand"));
    bytes.extend(interface(order, 1, 65_535, &option(order, 2, b"eth0")));
    for (index, packet) in packets.iter().enumerate() {
        let comment = if index == 1 { option(order, 1, b"look here") } else { Vec::new() };
        bytes.extend(enhanced(order, 0, packet.time_us, packet, &comment));
    }
    bytes
}

fn be32(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

pub fn snoop(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = b"snoop\0\0\0".to_vec();
    bytes.extend(be32(&[2, 4]));
    for (index, packet) in packets.iter().enumerate() {
        let padded = packet.data.len().next_multiple_of(4);
        let (seconds, microseconds) = ((packet.time_us / 1_000_000) as u32, (packet.time_us % 1_000_000) as u32);
        let captured = packet.data.len() as u32;
        bytes.extend(be32(&[packet.wire_bytes, captured, 24 + padded as u32, index as u32, seconds, microseconds]));
        bytes.extend(&packet.data);
        bytes.resize(bytes.len() + padded - packet.data.len(), 0);
    }
    bytes
}

pub fn btsnoop(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = b"btsnoop\0".to_vec();
    bytes.extend(be32(&[1, 1002]));
    for packet in packets {
        bytes.extend(be32(&[packet.wire_bytes, packet.data.len() as u32, 0, 0]));
        bytes.extend((packet.time_us + 0x00dc_ddb3_0f2f_8000).to_be_bytes());
        bytes.extend(&packet.data);
    }
    bytes
}

pub fn iptrace(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = b"iptrace 2.0".to_vec();
    for packet in packets {
        let seconds = (packet.time_us / 1_000_000) as u32;
        bytes.extend(be32(&[32 + packet.data.len() as u32, seconds, 0]));
        bytes.extend(b"en\0\0if_en: here\0\x06\x01\0\0");
        bytes.extend(be32(&[seconds, (packet.time_us % 1_000_000) as u32 * 1000]));
        bytes.extend(&packet.data);
    }
    bytes
}

pub fn netmon(minor: u8, packets: &[Packet]) -> Vec<u8> {
    let mut frames = Vec::new();
    let start_us = packets.first().map_or(0, |packet| packet.time_us);
    for packet in packets {
        frames.extend(packet.time_us.wrapping_sub(start_us).to_le_bytes());
        frames.extend(packet.wire_bytes.to_le_bytes());
        frames.extend((packet.data.len() as u32).to_le_bytes());
        frames.extend(&packet.data);
        let mut trailer = vec![1, 0, 9, 9, 9, 9];
        trailer.extend((packet.time_us * 10 + 116_444_736_000_000_000).to_le_bytes());
        trailer.push(0);
        frames.extend(&trailer[..[0, 2, 6, 15][usize::from(minor)]]);
    }
    let mut bytes = b"GMBU".to_vec();
    bytes.extend([minor, 2, 1, 0]);
    // Sunday, 2020-09-13 12:26:40.000
    for field in [2020_u16, 9, 0, 13, 12, 26, 40, 0] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend((128 + frames.len() as u32).to_le_bytes());
    bytes.extend((4 * packets.len() as u32).to_le_bytes());
    bytes.resize(128, 0);
    bytes.extend(frames);
    bytes.extend(vec![0; 4 * packets.len()]);
    bytes
}

pub fn netxray(version: [u8; 7], packets: &[Packet]) -> Vec<u8> {
    let record_bytes = if version[2] == b'2' { 40 } else { 28 };
    let mut bytes = b"XCP\0".to_vec();
    bytes.extend(version);
    bytes.resize(12, 0);
    bytes.extend(1_600_000_000_u32.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(128_u32.to_le_bytes());
    bytes.resize(128, 0);
    for packet in packets {
        let begin = bytes.len();
        bytes.extend((packet.time_us - 1_600_000_000_000_000).to_le_bytes());
        bytes.extend((packet.wire_bytes as u16).to_le_bytes());
        bytes.extend((packet.data.len() as u16).to_le_bytes());
        bytes.resize(begin + record_bytes, 0);
        bytes.extend(&packet.data);
    }
    let end = bytes.len() as u32;
    bytes[28..32].copy_from_slice(&end.to_le_bytes());
    bytes.extend(b"what the program kept about the trace");
    bytes
}

pub fn sniffer_dos(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = b"TRSNIFF data    \x1a".to_vec();
    bytes.extend([1, 0, 18, 0, 0, 0]);
    // Version 4.0, time 0, 2020-09-13, type 4, Ethernet, uncompressed, microseconds.
    bytes.extend([4, 0, 0, 0, 0, 0, 0x2d, 0x51, 4, 1, 1, 5, 0, 0, 0, 0, 0, 0]);
    for packet in packets {
        let ticks = packet.time_us - 1_599_955_200_000_000;
        bytes.extend([4, 0]);
        bytes.extend((14 + packet.data.len() as u16).to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend(&ticks.to_le_bytes()[..5]);
        bytes.push(0);
        bytes.extend((packet.data.len() as u16).to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend((packet.wire_bytes as u16).to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend(&packet.data);
    }
    bytes.extend([3, 0, 0, 0, 0, 0]);
    bytes
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

pub fn lz4(bytes: &[u8], linked: bool) -> Vec<u8> {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let mode = if linked { BlockMode::Linked } else { BlockMode::Independent };
    let info = FrameInfo::new().block_size(BlockSize::Max64KB).block_mode(mode).content_checksum(true);
    let mut encoder = FrameEncoder::with_frame_info(info.block_checksums(true), Vec::new());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// Every format and variant, with the same packets.
pub fn all(packets: &[Packet]) -> Vec<(&'static str, Vec<u8>)> {
    let big = Pcap { order: Order::Big, ..PCAP };
    let nanoseconds = Pcap { magic: 0xa1b2_3c4d, units_per_us: 1000, ..PCAP };
    let modified = Pcap { magic: 0xa1b2_cd34, ..PCAP };
    vec![
        ("pcap", PCAP.file(packets)),
        ("pcap, big endian", big.file(packets)),
        ("pcap, nanoseconds", nanoseconds.file(packets)),
        ("pcap, modified", Pcap { extra_bytes: 8, ..modified }.file(packets)),
        ("pcap, modified for SMP", Pcap { extra_bytes: 12, ..modified }.file(packets)),
        ("pcap, Red Hat 6.1", Pcap { extra_bytes: 8, ..PCAP }.file(packets)),
        ("pcap, Nokia", Pcap { extra_bytes: 4, ..PCAP }.file(packets)),
        ("pcap, swapped lengths", Pcap { version: (2, 2), swapped: true, ..PCAP }.file(packets)),
        ("pcapng", pcapng(Order::Little, packets)),
        ("pcapng, big endian", pcapng(Order::Big, packets)),
        ("snoop", snoop(packets)),
        ("btsnoop", btsnoop(packets)),
        ("iptrace", iptrace(packets)),
        ("netmon 2.0", netmon(0, packets)),
        ("netmon 2.1", netmon(1, packets)),
        ("netmon 2.2", netmon(2, packets)),
        ("netmon 2.3", netmon(3, packets)),
        ("netxray 1.1", netxray(*b"001.100", packets)),
        ("netxray 2.1", netxray(*b"002.001", packets)),
        ("sniffer_dos", sniffer_dos(packets)),
        ("gzip", gzip(&PCAP.file(packets))),
        ("zstd", zstd(&PCAP.file(packets))),
        ("lz4", lz4(&PCAP.file(packets), false)),
        ("lz4, linked", lz4(&pcapng(Order::Little, packets), true)),
    ]
}
