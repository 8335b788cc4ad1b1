//! One frame under construction, written as a pcap record.

use std::io::{self, Write};

pub const SNAP_BYTES: u32 = 128;

/// What a payload is filled with where its bytes do not matter.
const FILLER: [u8; SNAP_BYTES as usize] = {
    let mut filler = [0; SNAP_BYTES as usize];
    let mut at = 0;
    while at < filler.len() {
        filler[at] = (at * 167 + 13) as u8;
        at += 1;
    }
    filler
};

/// Who talks to whom. `v6` says which kind of addresses these are.
#[derive(Clone, Copy)]
pub struct Ends {
    pub v6: bool,
    pub vlan: Option<u16>,
    /// Host numbers: the client's and the server's.
    pub hosts: [u32; 2],
    pub ports: [u16; 2],
}

pub struct Packet {
    bytes: [u8; 256],
    captured: usize,
    wire: usize,
}

impl Default for Packet {
    fn default() -> Self {
        Self { bytes: [0; 256], captured: 0, wire: 0 }
    }
}

impl Packet {
    pub fn put(&mut self, bytes: &[u8]) {
        let room = self.bytes.len() - self.captured;
        let taken = bytes.len().min(room);
        self.bytes[self.captured..self.captured + taken].copy_from_slice(&bytes[..taken]);
        self.captured += taken;
        self.wire += bytes.len();
    }

    pub fn put_u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    pub fn put_u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    /// Bytes that nobody reads.
    pub fn fill(&mut self, length: usize) {
        self.put(&FILLER[..length.min(FILLER.len())]);
        self.wire += length.saturating_sub(FILLER.len());
    }

    /// Begins a frame from side `from` (0 client, 1 server).
    pub fn ethernet(&mut self, ends: &Ends, from: usize, ether_type: u16) {
        (self.captured, self.wire) = (0, 0);
        for host in [ends.hosts[1 - from], ends.hosts[from]] {
            self.put(&[2, 0]);
            self.put_u32(host);
        }
        if let Some(vlan) = ends.vlan {
            self.put_u16(0x8100);
            self.put_u16(vlan);
        }
        self.put_u16(ether_type);
    }

    /// Begins a frame with an IP header for `length` bytes of `protocol`.
    pub fn ip(&mut self, ends: &Ends, from: usize, protocol: u8, length: usize) {
        self.ethernet(ends, from, if ends.v6 { 0x86dd } else { 0x0800 });
        if ends.v6 {
            self.put(&[0x60, 0, 0, 0]);
            self.put_u16(length as u16);
            self.put(&[protocol, 64]);
            for side in [from, 1 - from] {
                self.put(&[0x20, 0x01, 0x0d, 0xb8, 0, side as u8, 0, 0, 0, 0, 0, 0]);
                self.put_u32(ends.hosts[side]);
            }
        } else {
            self.put(&[0x45, 0]);
            self.put_u16(20 + length as u16);
            self.put(&[0, 0, 0x40, 0, 64, protocol, 0, 0]);
            self.put_u32(ends.hosts[from]);
            self.put_u32(ends.hosts[1 - from]);
        }
    }

    /// Begins a UDP datagram with `length` bytes of payload to come.
    pub fn udp(&mut self, ends: &Ends, from: usize, length: usize) {
        self.ip(ends, from, 17, 8 + length);
        self.put_u16(ends.ports[from]);
        self.put_u16(ends.ports[1 - from]);
        self.put_u16(8 + length as u16);
        self.put_u16(0);
    }

    pub fn write_to(&mut self, time_us: u64, out: &mut impl Write) -> io::Result<()> {
        if self.wire < 60 {
            self.put(&[0; 60][self.wire..]);
        }
        let captured = self.captured.min(SNAP_BYTES as usize);
        let mut header = [0; 16];
        header[..4].copy_from_slice(&((time_us / 1_000_000) as u32).to_le_bytes());
        header[4..8].copy_from_slice(&((time_us % 1_000_000) as u32).to_le_bytes());
        header[8..12].copy_from_slice(&(captured as u32).to_le_bytes());
        header[12..].copy_from_slice(&(self.wire as u32).to_le_bytes());
        out.write_all(&header)?;
        out.write_all(&self.bytes[..captured])
    }
}
