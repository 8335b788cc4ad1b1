//! Writes a large capture of plausible traffic for benchmarks: the same seed always gives the same bytes.
//!
//! ```text
//! cargo run --release -p pcap-analyzer-core --example generate_capture -- OUT PACKETS [OPEN_FLOWS] [SEED]
//! ```
//!
//! A fixed number of slots each holds one conversation at a time and begins another when it ends, so the number of flows
//! that are open at once does not depend on the number of packets. About 75 % of the packets are TCP over IPv4 and 8 %
//! TCP over IPv6 (handshakes, requests and answers, losses with duplicate ACKs and repairs, FIN, RST, unanswered SYN);
//! the rest is DNS, QUIC-like and RTP-like UDP, ICMP echo and ARP. Every tenth conversation carries a VLAN tag.
//! Frames are snapped to 128 bytes. Checksums are zero.

#![allow(unreachable_pub)] // an example exports nothing

mod conversation;
mod packet;
mod random;
mod tcp;
mod udp;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use conversation::{Conversation, Kind};
use packet::{Packet, SNAP_BYTES};
use random::Random;

const START_US: u64 = 1_700_000_000_000_000;

/// Share of the packets in thousandths, and packets per second of one slot.
const MIX: [(Kind, u32, u32); 7] = [
    (Kind::Tcp4, 750, 3),
    (Kind::Tcp6, 80, 3),
    (Kind::Dns, 60, 3),
    (Kind::Quic, 60, 3),
    (Kind::Rtp, 30, 50),
    (Kind::Ping, 10, 3),
    (Kind::Arp, 10, 3),
];

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(packets)) = (arguments.next(), arguments.next().and_then(|text| text.parse().ok())) else {
        eprintln!("usage: generate_capture OUT PACKETS [OPEN_FLOWS] [SEED]");
        std::process::exit(2);
    };
    let open_flows = arguments.next().map_or(20_000, |text| text.parse().expect("OPEN_FLOWS is a number"));
    let seed = arguments.next().map_or(1, |text| text.parse().expect("SEED is a number"));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    write_header(&mut out)?;
    write_packets(&mut out, packets, open_flows, seed)?;
    out.flush()
}

fn write_header(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
    out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
    out.write_all(&SNAP_BYTES.to_le_bytes())?;
    out.write_all(&1_u32.to_le_bytes())
}

/// The conversation whose next packet is due first speaks.
fn write_packets(out: &mut impl Write, packets: u64, open_flows: u32, seed: u64) -> io::Result<()> {
    let mut random = Random::new(seed);
    let kinds = slots(open_flows);
    let mut conversations: Vec<_> = kinds.iter().map(|&kind| Conversation::new(kind, &mut random)).collect();
    let mut due: BinaryHeap<_> =
        (0..conversations.len()).map(|slot| Reverse((START_US + random.below(2_000_000), slot))).collect();
    let mut packet = Packet::default();
    for _ in 0..packets {
        let Some(Reverse((now, slot))) = due.pop() else { break };
        let conversation = &mut conversations[slot];
        let pause = conversation.speak(now, &mut packet, &mut random);
        packet.write_to(now, out)?;
        if conversation.is_over() {
            *conversation = Conversation::new(kinds[slot], &mut random);
        }
        due.push(Reverse((now + pause.max(1), slot)));
    }
    Ok(())
}

/// Which kind of conversation each slot holds, so that the packets come out in the shares of [`MIX`].
fn slots(open_flows: u32) -> Vec<Kind> {
    let weight = |share: u32, rate: u32| f64::from(share) / f64::from(rate);
    let sum: f64 = MIX.iter().map(|&(_, share, rate)| weight(share, rate)).sum();
    MIX.iter()
        .flat_map(|&(kind, share, rate)| {
            let count = (f64::from(open_flows) * weight(share, rate) / sum).round().max(1.0) as usize;
            std::iter::repeat_n(kind, count)
        })
        .collect()
}
