//! A TCP connection: handshake, some requests with their answers, now and then a loss, and an end.

use crate::conversation::PACE_US;
use crate::packet::{Ends, Packet};
use crate::random::Random;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;

const CLIENT: usize = 0;
const SERVER: usize = 1;

#[derive(Clone, Copy)]
enum Phase {
    /// SYN sent so often already; `answered` says whether the server is there.
    Syn {
        sent: u8,
        answered: bool,
    },
    SynAck,
    HandshakeAck,
    Established,
    /// The sender `from` lost a segment; the receiver has said so `duplicate_acks` times.
    Lost {
        from: usize,
        seq: u32,
        length: usize,
        duplicate_acks: u8,
    },
    ServerFin,
    LastAck,
    Over,
}

pub struct Tcp {
    phase: Phase,
    /// Sequence number of the next byte of each side.
    next: [u32; 2],
    /// What each side has acknowledged of the other.
    acked: [u32; 2],
    windows: [u16; 2],
    timestamps: bool,
    segment_bytes: usize,
    round_trip_us: u64,
    exchanges_left: u64,
    /// Bytes of the message being sent, and by whom.
    left: usize,
    from: usize,
    message_begins: bool,
    since_ack: u32,
    /// Packets since the last pause; a connection that was quick pauses longer, so that all keep the same pace.
    burst: u64,
}

struct Segment {
    from: usize,
    flags: u8,
    seq: u32,
    length: usize,
}

impl Tcp {
    pub fn new(random: &mut Random) -> Self {
        let first = [random.next() as u32, random.next() as u32];
        Self {
            phase: Phase::Syn { sent: 0, answered: random.chance(985) },
            next: first,
            acked: [first[1], first[0]],
            windows: [random.between(500, 65_000) as u16, random.between(500, 65_000) as u16],
            timestamps: random.chance(750),
            segment_bytes: if random.chance(900) { 1448 } else { 1348 },
            round_trip_us: random.heavy_tailed(600, 7),
            exchanges_left: random.heavy_tailed(1, 4),
            left: 0,
            from: SERVER,
            message_begins: true,
            since_ack: 0,
            burst: 0,
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    pub fn speak(&mut self, now_us: u64, ends: &Ends, packet: &mut Packet, random: &mut Random) -> u64 {
        self.burst += 1;
        let half_trip_us = self.round_trip_us / 2 + random.below(self.round_trip_us / 8 + 1);
        let (segment, pause_us) = match self.phase {
            Phase::Syn { sent, answered } => self.syn(sent, answered),
            Phase::SynAck => {
                self.phase = Phase::HandshakeAck;
                (self.segment(SERVER, SYN | ACK, 0), half_trip_us)
            }
            Phase::HandshakeAck => {
                self.phase = Phase::Established;
                (self.segment(CLIENT, ACK, 0), random.between(5, 2_000))
            }
            Phase::Established => self.established(half_trip_us, random),
            Phase::Lost { from, seq, length, duplicate_acks } => self.lost(from, seq, length, duplicate_acks),
            Phase::ServerFin => {
                self.phase = Phase::LastAck;
                (self.segment(SERVER, FIN | ACK, 0), half_trip_us)
            }
            Phase::LastAck | Phase::Over => {
                self.phase = Phase::Over;
                (self.segment(CLIENT, ACK, 0), self.pause())
            }
        };
        self.write(now_us, ends, &segment, packet);
        pause_us
    }

    fn syn(&mut self, sent: u8, answered: bool) -> (Segment, u64) {
        if sent > 0 {
            self.next[CLIENT] = self.next[CLIENT].wrapping_sub(1);
        }
        self.phase = match (answered, sent) {
            (true, _) => Phase::SynAck,
            (false, 3) => Phase::Over,
            (false, _) => Phase::Syn { sent: sent + 1, answered },
        };
        let pause = if answered { self.round_trip_us / 2 } else { 1_000_000 << sent };
        (self.segment(CLIENT, SYN, 0), pause)
    }

    /// Requests and answers in turn, every second segment acknowledged.
    fn established(&mut self, half_trip_us: u64, random: &mut Random) -> (Segment, u64) {
        if self.since_ack >= 2 || (self.left == 0 && self.since_ack > 0) {
            self.since_ack = 0;
            let pause_us = match (self.left, self.from) {
                (0, SERVER) => self.pause(),
                (0, _) => half_trip_us,
                _ => random.between(5, 300),
            };
            return (self.segment(1 - self.from, ACK, 0), pause_us);
        }
        if self.left == 0 {
            if self.from == SERVER && self.exchanges_left == 0 {
                return self.end(half_trip_us, random);
            }
            self.next_message(random);
        }
        self.data(random)
    }

    fn next_message(&mut self, random: &mut Random) {
        self.from = 1 - self.from;
        self.message_begins = true;
        if self.from == CLIENT {
            self.exchanges_left -= 1;
            self.left = random.heavy_tailed(90, 4) as usize;
        } else {
            self.left = random.heavy_tailed(900, 9) as usize;
        }
    }

    fn end(&mut self, half_trip_us: u64, random: &mut Random) -> (Segment, u64) {
        if random.chance(60) {
            self.phase = Phase::Over;
            return (self.segment(CLIENT, RST | ACK, 0), self.pause());
        }
        self.phase = Phase::ServerFin;
        (self.segment(CLIENT, FIN | ACK, 0), half_trip_us)
    }

    fn data(&mut self, random: &mut Random) -> (Segment, u64) {
        let length = self.left.min(self.segment_bytes);
        self.left -= length;
        self.since_ack += 1;
        let last = self.left == 0;
        let segment = self.segment(self.from, if last { PSH | ACK } else { ACK }, length);
        if self.left > 0 && random.chance(8) {
            self.phase = Phase::Lost { from: self.from, seq: segment.seq, length, duplicate_acks: 0 };
        }
        let pause_us = if last { self.round_trip_us / 2 + random.below(20_000) } else { random.between(2, 400) };
        (segment, pause_us)
    }

    /// Three duplicate ACKs, then the repair.
    fn lost(&mut self, from: usize, seq: u32, length: usize, duplicate_acks: u8) -> (Segment, u64) {
        if duplicate_acks < 3 {
            self.phase = Phase::Lost { from, seq, length, duplicate_acks: duplicate_acks + 1 };
            let segment = self.segment(1 - from, ACK, 0);
            self.acked[1 - from] = seq;
            return (segment, 120);
        }
        self.phase = Phase::Established;
        self.since_ack = 2;
        (Segment { from, flags: ACK, seq, length }, self.round_trip_us)
    }

    /// The next segment of a side; what it received so far is acknowledged.
    fn segment(&mut self, from: usize, flags: u8, length: usize) -> Segment {
        let seq = self.next[from];
        let advance = length as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.next[from] = seq.wrapping_add(advance);
        self.acked[from] = self.next[1 - from];
        Segment { from, flags, seq, length }
    }

    fn pause(&mut self) -> u64 {
        PACE_US * std::mem::take(&mut self.burst)
    }

    fn write(&mut self, now_us: u64, ends: &Ends, segment: &Segment, packet: &mut Packet) {
        let syn = segment.flags & SYN != 0;
        let options = match (syn, self.timestamps) {
            (true, true) => 20,
            (true, false) | (false, true) => 12,
            (false, false) => 0,
        };
        packet.ip(ends, segment.from, 6, 20 + options + segment.length);
        packet.put_u16(ends.ports[segment.from]);
        packet.put_u16(ends.ports[1 - segment.from]);
        packet.put_u32(segment.seq);
        packet.put_u32(if segment.flags & ACK != 0 { self.acked[segment.from] } else { 0 });
        packet.put(&[((20 + options) / 4) as u8 * 16, segment.flags]);
        packet.put_u16(self.windows[segment.from]);
        packet.put(&[0; 4]);
        packet.put(match (syn, self.timestamps) {
            (true, true) => &[2, 4, 5, 180, 1, 3, 3, 7, 4, 2, 8, 10],
            (true, false) => &[2, 4, 5, 180, 1, 3, 3, 7, 1, 1, 4, 2],
            (false, true) => &[1, 1, 8, 10],
            (false, false) => &[],
        });
        if self.timestamps {
            packet.put_u32((now_us / 1000) as u32);
            packet.put_u32(if segment.flags & ACK == 0 { 0 } else { (now_us / 1000) as u32 - 20 });
        }
        self.payload(ends, segment, packet);
    }

    /// The first bytes of a message look like what its port promises.
    fn payload(&mut self, ends: &Ends, segment: &Segment, packet: &mut Packet) {
        let mut rest = segment.length;
        if rest > 20 && std::mem::take(&mut self.message_begins) {
            let start: &[u8] = match (ends.ports[SERVER], segment.from) {
                (443, _) => &[0x17, 3, 3, 0x3f, 0xff],
                (80 | 8080, CLIENT) => b"GET / HTTP/1.1\r\n",
                (80 | 8080, _) => b"HTTP/1.1 200 OK\r\n",
                _ => b"",
            };
            packet.put(start);
            rest -= start.len();
        }
        packet.fill(rest);
    }
}
