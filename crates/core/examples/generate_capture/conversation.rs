//! One conversation of any kind: asked to speak, it writes its next packet and says how long it then pauses.

use crate::packet::{Ends, Packet};
use crate::random::Random;
use crate::tcp::Tcp;
use crate::udp;

/// Mean time between two packets of one slot, in microseconds; the voice calls are faster.
pub const PACE_US: u64 = 333_333;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Tcp4,
    Tcp6,
    Dns,
    Quic,
    Rtp,
    Ping,
    Arp,
}

pub struct Conversation {
    kind: Kind,
    ends: Ends,
    tcp: Option<Tcp>,
    spoken: u64,
    /// How many packets it will have; TCP decides for itself.
    planned: u64,
}

impl Conversation {
    pub fn new(kind: Kind, random: &mut Random) -> Self {
        let server_port = match kind {
            Kind::Dns => 53,
            Kind::Rtp => random.between(16_384, 32_768) as u16 & !1,
            Kind::Tcp4 | Kind::Tcp6 => [443, 443, 443, 80, 80, 8080, 22, 5432, 445, 3306][random.below(10) as usize],
            _ => 443,
        };
        let ends = Ends {
            v6: kind == Kind::Tcp6 || (kind == Kind::Quic && random.chance(300)),
            vlan: random.chance(100).then(|| random.between(2, 6) as u16),
            hosts: [0x0a00_0001 + random.below(6_000) as u32, 0xc612_0001 + random.below(800) as u32],
            ports: [random.between(32_768, 61_000) as u16, server_port],
        };
        let planned = match kind {
            Kind::Tcp4 | Kind::Tcp6 => 0,
            Kind::Dns | Kind::Arp => 2,
            Kind::Quic => random.heavy_tailed(12, 6),
            Kind::Rtp => random.between(500, 9_000),
            Kind::Ping => 2 * random.between(4, 60),
        };
        let tcp = matches!(kind, Kind::Tcp4 | Kind::Tcp6).then(|| Tcp::new(random));
        Self { kind, ends, tcp, spoken: 0, planned }
    }

    /// Writes the next packet; returns the pause after it in microseconds.
    pub fn speak(&mut self, now_us: u64, packet: &mut Packet, random: &mut Random) -> u64 {
        let from = (self.spoken % 2) as usize;
        self.spoken += 1;
        match self.kind {
            Kind::Tcp4 | Kind::Tcp6 => match &mut self.tcp {
                Some(tcp) => return tcp.speak(now_us, &self.ends, packet, random),
                None => unreachable!("a TCP conversation is made with its state"),
            },
            Kind::Dns => udp::dns(packet, &self.ends, from, random),
            Kind::Quic => return udp::quic(packet, &self.ends, self.spoken, random),
            Kind::Rtp => {
                udp::rtp(packet, &self.ends, self.spoken);
                return 20_000 + random.below(400) - 200;
            }
            Kind::Ping => udp::ping(packet, &self.ends, from, self.spoken),
            Kind::Arp => udp::arp(packet, &self.ends, from),
        }
        let answer_us = random.between(300, 40_000);
        if from == 0 { answer_us } else { 2 * PACE_US - answer_us.min(PACE_US) }
    }

    pub fn is_over(&self) -> bool {
        self.tcp.as_ref().map_or(self.spoken >= self.planned, Tcp::is_over)
    }
}
