//! TCP conversations made by hand: two ends, a clock, and a capture point between them.
//!
//! The ends number their bytes from 0, the first byte of payload. Whatever a segment does not say follows from what its end
//! did before: the next byte, an acknowledgement of all that the capture point saw of its peer, the window.

use std::collections::BTreeMap;

use pcap_analyzer_core::Options;

use super::{ACK, Collect, SYN, analyze_with};

pub const FIN: u8 = 1;
pub const PSH: u8 = 8;
pub const MS: i64 = 1_000_000;

/// Payload of a full segment in these conversations.
pub const MSS: u32 = 1000;
/// From the capture point to the server and back, where nothing else is said.
pub const SERVER_LEG: i64 = 30 * MS;
/// From the capture point to the client and back.
pub const CLIENT_LEG: i64 = 10 * MS;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Client = 0,
    Server = 1,
}

use Who::{Client, Server};

impl Who {
    pub fn peer(self) -> Self {
        if self == Client { Server } else { Client }
    }
}

/// A segment; what is `None` follows from the conversation.
#[derive(Debug, Clone)]
pub struct Segment {
    who: Who,
    flags: u8,
    seq: Option<u32>,
    ack: Option<u32>,
    payload: Vec<u8>,
    window: Option<u16>,
    options: Vec<u8>,
    timestamp: Option<u32>,
    id: Option<u16>,
    ttl: u8,
}

/// A segment of `who` without data.
pub fn from(who: Who) -> Segment {
    Segment {
        who,
        flags: ACK,
        seq: None,
        ack: None,
        payload: Vec::new(),
        window: None,
        options: Vec::new(),
        timestamp: None,
        id: None,
        ttl: if who == Client { 64 } else { 50 },
    }
}

impl Segment {
    #[must_use]
    pub fn flags(self, flags: u8) -> Self {
        Self { flags, ..self }
    }

    #[must_use]
    pub fn seq(self, seq: u32) -> Self {
        Self { seq: Some(seq), ..self }
    }

    #[must_use]
    pub fn ack(self, ack: u32) -> Self {
        Self { ack: Some(ack), ..self }
    }

    #[must_use]
    pub fn data(self, bytes: u32) -> Self {
        self.payload(&vec![b'x'; bytes as usize])
    }

    #[must_use]
    pub fn payload(self, payload: &[u8]) -> Self {
        Self { payload: payload.to_vec(), ..self }
    }

    #[must_use]
    pub fn window(self, window: u16) -> Self {
        Self { window: Some(window), ..self }
    }

    /// Adds selective acknowledgements: ranges of the peer's bytes.
    #[must_use]
    pub fn sack(mut self, blocks: &[(u32, u32)]) -> Self {
        self.options.extend([1, 1, 5, 2 + 8 * blocks.len() as u8]);
        let isn = isn(self.who.peer()).wrapping_add(1);
        for (left, right) in blocks {
            self.options.extend(left.wrapping_add(isn).to_be_bytes());
            self.options.extend(right.wrapping_add(isn).to_be_bytes());
        }
        self
    }

    /// Adds options as they are, a multiple of four bytes.
    #[must_use]
    pub fn options(mut self, options: &[u8]) -> Self {
        self.options.extend(options);
        self
    }

    /// The value of its time stamp.
    #[must_use]
    pub fn timestamp(self, value: u32) -> Self {
        Self { timestamp: Some(value), ..self }
    }

    /// IP identification.
    #[must_use]
    pub fn id(self, id: u16) -> Self {
        Self { id: Some(id), ..self }
    }

    #[must_use]
    pub fn ttl(self, ttl: u8) -> Self {
        Self { ttl, ..self }
    }
}

fn isn(who: Who) -> u32 {
    if who == Client { 1_000_000 } else { 0xffff_f000 } // the server's numbers wrap early
}

#[derive(Debug, Clone, Copy)]
struct End {
    /// Next byte, relative.
    next: u32,
    /// Acknowledged of the peer, relative.
    acked: u32,
    window: u16,
    id: u16,
    newest_timestamp: u32,
}

/// A conversation as the capture point sees it.
#[derive(Debug, Clone)]
pub struct Talk {
    frames: Vec<(i64, Vec<u8>)>,
    /// The clock: nanoseconds since the beginning.
    pub now_ns: i64,
    ends: [End; 2],
    ids: bool,
    timestamps: bool,
    scale: Option<u8>,
    mss: u16,
    port: u16,
}

impl Default for Talk {
    fn default() -> Self {
        let end = End { next: 0, acked: 0, window: 60_000, id: 100, newest_timestamp: 0 };
        Self {
            frames: Vec::new(),
            now_ns: 0,
            ends: [end, End { id: 7000, ..end }],
            ids: true,
            timestamps: false,
            scale: None,
            mss: MSS as u16,
            port: 40_000,
        }
    }
}

impl Talk {
    /// A conversation that has shaken hands: the clock stands at the client's first acknowledgement.
    pub fn open() -> Self {
        Self::default().opened()
    }

    /// The same with the settings made so far.
    #[must_use]
    pub fn opened(mut self) -> Self {
        self.handshake();
        self
    }

    /// Without IP identification, so that it is no evidence.
    #[must_use]
    pub fn without_ids(self) -> Self {
        Self { ids: false, ..self }
    }

    /// With time stamps, by default the clock in milliseconds.
    #[must_use]
    pub fn with_timestamps(self) -> Self {
        Self { timestamps: true, mss: MSS as u16 + 12, ..self }
    }

    /// With window scale.
    #[must_use]
    pub fn with_scale(self, shift: u8) -> Self {
        Self { scale: Some(shift), ..self }
    }

    /// Without it from now on.
    #[must_use]
    pub fn without_scale(self) -> Self {
        Self { scale: None, ..self }
    }

    /// From another port of the client.
    #[must_use]
    pub fn on_port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Sets the window that `who` advertises from now on, as sent.
    #[must_use]
    pub fn with_window(mut self, who: Who, window: u16) -> Self {
        self.ends[who as usize].window = window;
        self
    }

    pub fn syn(&mut self) -> u32 {
        self.put(from(Client).flags(SYN).seq(u32::MAX))
    }

    pub fn syn_ack(&mut self) -> u32 {
        self.put(from(Server).flags(SYN | ACK).seq(u32::MAX).ack(0))
    }

    /// SYN, SYN-ACK, ACK, each a leg after the one before.
    pub fn handshake(&mut self) {
        self.syn();
        self.wait(SERVER_LEG);
        self.syn_ack();
        self.wait(CLIENT_LEG);
        self.put(from(Client));
    }

    /// What the clock of time stamps shows.
    pub fn timestamp(&self) -> u32 {
        1000 + (self.now_ns / MS) as u32
    }

    pub fn wait(&mut self, ns: i64) {
        self.now_ns += ns;
    }

    /// Sets the clock.
    pub fn at(&mut self, ns: i64) {
        self.now_ns = ns;
    }

    /// `bytes` of `who` that the capture point never sees.
    pub fn unseen(&mut self, who: Who, bytes: u32) {
        self.ends[who as usize].next += bytes;
        self.ends[who as usize].id += 1;
    }

    /// A segment passes the capture point; returns its frame number.
    pub fn put(&mut self, segment: Segment) -> u32 {
        let (me, peer) = (segment.who as usize, segment.who.peer() as usize);
        let seq = segment.seq.unwrap_or(self.ends[me].next);
        let ack = segment.ack.unwrap_or(self.ends[me].acked.max(self.ends[peer].next));
        let syn = segment.flags & SYN != 0;
        let length = segment.payload.len() as u32 + u32::from(syn) + u32::from(segment.flags & FIN != 0);
        let end = seq.wrapping_add(length);
        if syn || end > self.ends[me].next {
            self.ends[me].next = end;
        }
        self.ends[me].acked = self.ends[me].acked.max(ack);
        self.ends[me].id += 1;
        if let Some(window) = segment.window {
            self.ends[me].window = window;
        }
        let frame = self.frame(segment, seq, ack);
        self.frames.push((self.now_ns, frame));
        self.frames.len() as u32
    }

    /// The same packet passes again, with another time to live if one is given.
    pub fn copy(&mut self, frame: u32, ttl: Option<u8>) -> u32 {
        let mut bytes = self.frames[frame as usize - 1].1.clone();
        if let Some(ttl) = ttl {
            bytes[14 + 8] = ttl;
        }
        self.frames.push((self.now_ns, bytes));
        self.frames.len() as u32
    }

    /// A router says that the packet of this frame is too large, and quotes all of its headers.
    pub fn too_large(&mut self, frame: u32, next_mtu: u16) -> u32 {
        self.too_large_quoting(frame, next_mtu, 40)
    }

    /// The same with so many bytes of the frame's packet quoted.
    pub fn too_large_quoting(&mut self, frame: u32, next_mtu: u16, bytes: usize) -> u32 {
        let quoted = self.frames[frame as usize - 1].1[14..14 + bytes].to_vec();
        let [high, low] = next_mtu.to_be_bytes();
        let error = [&[3, 4, 0, 0, 0, 0, high, low], &quoted[..]].concat();
        self.frames.push((self.now_ns, super::ipv4(9, quoted[15], 1, &error)));
        self.frames.len() as u32
    }

    /// The capture.
    pub fn capture(&self) -> Vec<u8> {
        nanosecond_pcap(&self.frames)
    }

    /// Its frames with their times.
    pub fn frames(&self) -> &[(i64, Vec<u8>)] {
        &self.frames
    }

    /// What the core says of it.
    pub fn told(&self) -> Told {
        Told(analyze_with(&self.capture(), &Options { on_demand: vec!["tcp_segments".into()], ..Options::default() }))
    }

    fn frame(&mut self, segment: Segment, seq: u32, ack: u32) -> Vec<u8> {
        let (me, peer) = (segment.who as usize, segment.who.peer() as usize);
        let mut options = Vec::new();
        if segment.flags & SYN != 0 {
            options.extend([2, 4]);
            options.extend(self.mss.to_be_bytes());
            options.extend([4, 2, 1, 1]);
            if let Some(shift) = self.scale {
                options.extend([1, 3, 3, shift]);
            }
        }
        if self.timestamps {
            let value = segment.timestamp.unwrap_or(self.timestamp());
            options.extend([1, 1, 8, 10]);
            options.extend(value.to_be_bytes());
            options.extend(self.ends[peer].newest_timestamp.to_be_bytes());
            self.ends[me].newest_timestamp = self.ends[me].newest_timestamp.max(value);
        }
        options.extend(segment.options);
        assert_eq!(options.len() % 4, 0, "options are padded");
        let ports = if segment.who == Client { [self.port, 80] } else { [80, self.port] };
        let mut tcp = ports.map(u16::to_be_bytes).concat();
        tcp.extend(seq.wrapping_add(isn(segment.who)).wrapping_add(1).to_be_bytes());
        let ack = if segment.flags & ACK == 0 { 0 } else { ack.wrapping_add(isn(segment.who.peer())).wrapping_add(1) };
        tcp.extend(ack.to_be_bytes());
        tcp.extend([((20 + options.len()) / 4 * 16) as u8, segment.flags]);
        tcp.extend(self.ends[me].window.to_be_bytes());
        tcp.extend([0, 0, 0, 0]);
        tcp.extend(&options);
        tcp.extend(segment.payload);
        let id = if self.ids { segment.id.unwrap_or(self.ends[me].id) } else { 0 };
        let hosts = if segment.who == Client { (1, 2) } else { (2, 1) };
        let mut frame = super::ipv4_fragment(hosts.0, hosts.1, 6, id, 0x4000, &tcp);
        frame[14 + 8] = segment.ttl;
        frame
    }
}

/// A pcap file with times in nanoseconds, from 2020 on.
pub fn nanosecond_pcap(frames: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for (at_ns, frame) in frames {
        let time_ns = 1_577_836_800_000_000_000 + at_ns;
        let length = frame.len() as i64;
        for field in [time_ns / 1_000_000_000, time_ns % 1_000_000_000, length, length] {
            file.extend((field as u32).to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// What the tables say of one conversation.
#[derive(Debug)]
pub struct Told(pub Collect);

/// An event: frame, kind, reference frame, place.
pub type Event = (u32, String, Option<u32>, String);

impl Told {
    /// The class of a frame.
    pub fn class(&self, frame: u32) -> String {
        let frames = self.0.integers("tcp_segments", "frame_number");
        let at = frames.iter().position(|&number| number == i64::from(frame)).expect("a frame with TCP");
        self.0.texts("tcp_segments", "class")[at].clone()
    }

    /// All events.
    pub fn events(&self) -> Vec<Event> {
        let frames = self.0.integers("tcp_events", "frame_number");
        let references = self.0.integers("tcp_events", "reference_frame");
        let (kinds, places) = (self.0.texts("tcp_events", "kind"), self.0.texts("tcp_events", "place"));
        (0..frames.len())
            .map(|at| {
                let reference = u32::try_from(references[at]).ok();
                (frames[at] as u32, kinds[at].clone(), reference, places[at].clone())
            })
            .collect()
    }

    /// The only event of a frame.
    pub fn event(&self, frame: u32) -> Event {
        let events: Vec<Event> = self.events().into_iter().filter(|(number, ..)| *number == frame).collect();
        assert_eq!(events.len(), 1, "events of frame {frame}: {events:?}");
        events[0].clone()
    }

    /// A number of the only connection.
    pub fn flow(&self, column: &str) -> i64 {
        let values = self.0.integers("tcp_flows", column);
        assert_eq!(values.len(), 1, "one connection");
        values[0]
    }

    /// The ledger of the only connection. Its parts add up, or this fails.
    pub fn ledger(&self) -> BTreeMap<(String, String), i64> {
        let (categories, sides) = (self.0.texts("tcp_ledger", "category"), self.0.texts("tcp_ledger", "side"));
        let durations_ns = self.0.integers("tcp_ledger", "duration_ns");
        assert_eq!(durations_ns.iter().sum::<i64>(), self.flow("duration_ns"), "the parts add up");
        categories.into_iter().zip(sides).zip(durations_ns).collect()
    }

    /// The whole ledger, exactly: category, side, milliseconds and a fraction of them.
    #[track_caller]
    pub fn assert_ledger(&self, expected: &[(&str, &str, i64)]) {
        let expected: BTreeMap<(String, String), i64> = expected
            .iter()
            .map(|(category, side, duration_ns)| (((*category).to_owned(), (*side).to_owned()), *duration_ns))
            .collect();
        assert_eq!(self.ledger(), expected);
    }
}
