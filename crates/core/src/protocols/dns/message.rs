//! A message of DNS (RFC 1035 §4), which mDNS, LLMNR and the NetBIOS name service share: bytes → struct, no memory.

use std::net::IpAddr;

pub use super::name::Name;

/// Bytes of the header.
const HEADER_BYTES: usize = 12;
/// Bytes of the shortest question: the root, a type and a class.
const QUESTION_BYTES: usize = 5;
/// Bytes of the shortest record.
const RECORD_BYTES: usize = 11;

/// The last operation in use: refresh, of NetBIOS names (RFC 1002 §4.2.4).
const LAST_OPCODE: u8 = 9;

/// The type of a record.
pub mod kind {
    /// An IPv4 address.
    pub const A: u16 = 1;
    /// A name server.
    pub const NS: u16 = 2;
    /// The name that this one stands for.
    pub const CNAME: u16 = 5;
    /// The start of a zone.
    pub const SOA: u16 = 6;
    /// An IPv6 address.
    pub const AAAA: u16 = 28;
    /// A NetBIOS name (RFC 1002 §4.2.1.2).
    pub const NB: u16 = 32;
    /// EDNS (RFC 6891).
    pub const OPT: u16 = 41;
    /// All of them.
    pub const ANY: u16 = 255;
}

/// What a message asks.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Name.
    pub name: Name<'a>,
    /// Type.
    pub kind: u16,
    /// Class; in mDNS the top bit asks for an answer to the sender alone (RFC 6762 §5.4).
    pub class: u16,
}

/// The part of a message that a record is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Answers.
    Answer,
    /// Who is responsible.
    Authority,
    /// What may help.
    Additional,
}

/// A resource record.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Where it is.
    pub section: Section,
    /// Name.
    pub name: Name<'a>,
    /// Type.
    pub kind: u16,
    /// Class; in mDNS the top bit says that earlier answers are void (RFC 6762 §10.2).
    pub class: u16,
    /// Time to live in seconds.
    pub ttl: u32,
    /// Data.
    pub data: &'a [u8],
    message: &'a [u8],
    data_at: usize,
}

impl<'a> Record<'a> {
    /// The addresses that it holds: one, or any number for a NetBIOS name.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let step = match (self.kind, self.data.len()) {
            (kind::A, 4) => 4,
            (kind::AAAA, 16) => 16,
            (kind::NB, _) => 6,
            _ => usize::MAX,
        };
        self.data.chunks_exact(step).filter_map(|data| match data {
            // Of a NetBIOS name there are two bytes of flags before each.
            &[a, b, c, d] | &[_, _, a, b, c, d] => Some(IpAddr::from([a, b, c, d])),
            _ => data.first_chunk::<16>().map(|&v6| v6.into()),
        })
    }

    /// What it says if it is of EDNS (RFC 6891 §6.1).
    pub fn edns(&self) -> Option<Edns> {
        let [code_high, _, flags, _] = self.ttl.to_be_bytes();
        let (udp_bytes, dnssec_ok) = (self.class, flags & 0x80 != 0);
        (self.kind == kind::OPT).then(|| Edns {
            udp_bytes,
            code_high,
            dnssec_ok,
            extended_error: extended_error(self.data),
        })
    }

    /// The name that is its data, of a type for which that is so.
    pub fn target(&self) -> Option<Name<'a>> {
        Name::parse(self.message, self.data_at).map(|(name, _)| name)
    }
}

/// What EDNS says (RFC 6891 §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edns {
    /// The largest datagram that its sender takes.
    pub udp_bytes: u16,
    /// Upper eight bits of the response code.
    pub code_high: u8,
    /// Whether records of DNSSEC are wanted.
    pub dnssec_ok: bool,
    /// What went wrong in more detail (RFC 8914).
    pub extended_error: Option<u16>,
}

/// The first extended error among the options of EDNS.
fn extended_error(mut options: &[u8]) -> Option<u16> {
    const EXTENDED_ERROR: u16 = 15;
    loop {
        let (option, length) = (u16_at(options, 0)?, u16_at(options, 2)?);
        if option == EXTENDED_ERROR {
            return u16_at(options, 4);
        }
        options = options.get(4 + usize::from(length)..)?;
    }
}

/// A message, of which all but the header may be cut or contradict itself.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    bytes: &'a [u8],
    /// Identifier.
    pub id: u16,
    flags: u16,
    counts: [u16; 4],
}

impl<'a> Message<'a> {
    /// The message in `bytes`; `None` when its header is cut.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let field = |at| u16_at(bytes, at);
        let counts = [field(4)?, field(6)?, field(8)?, field(10)?];
        Some(Self { bytes, id: field(0)?, flags: field(2)?, counts })
    }

    /// Whether the header can be one: of a known operation, with no more records than fit into `wire_bytes`.
    pub fn is_plausible(&self, wire_bytes: usize) -> bool {
        let [questions, records @ ..] = self.counts.map(usize::from);
        let least = HEADER_BYTES + questions * QUESTION_BYTES + records.iter().sum::<usize>() * RECORD_BYTES;
        self.opcode() <= LAST_OPCODE && least <= wire_bytes
    }

    /// Whether the bytes are a whole query and nothing else: one question of the Internet class for a name of plain
    /// characters, and at most EDNS. So a query is known on any port.
    pub fn is_plain_query(bytes: &[u8]) -> bool {
        let Some(message) = Message::parse(bytes) else { return false };
        let [questions, answers, authorities, additionals] = message.counts;
        // Only "recursion desired", "authentic data" and "checking disabled" may be set.
        if message.flags & !0x0130 != 0 || (questions, answers, authorities) != (1, 0, 0) || additionals > 1 {
            return false;
        }
        let Some((question, end)) = question(bytes, HEADER_BYTES) else { return false };
        let rest_fits = match additionals {
            0 => end == bytes.len(),
            _ => record(bytes, end, Section::Additional)
                .is_some_and(|(record, end)| record.kind == kind::OPT && end == bytes.len()),
        };
        rest_fits && question.class == 1 && question.name.is_host_like()
    }

    /// Bytes of it that were captured.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether it is a response.
    pub fn is_response(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// What is asked for: 0 is a query.
    pub fn opcode(&self) -> u8 {
        (self.flags >> 11 & 0xf) as u8
    }

    /// Whether the sender is the authority for the name.
    pub fn is_authoritative(&self) -> bool {
        self.flags & 0x0400 != 0
    }

    /// Whether it was cut, to be asked for over TCP.
    pub fn is_truncated(&self) -> bool {
        self.flags & 0x0200 != 0
    }

    /// Lower four bits of the response code.
    pub fn code_low(&self) -> u8 {
        (self.flags & 0xf) as u8
    }

    /// How many questions it says it has.
    pub fn question_count(&self) -> u16 {
        self.counts[0]
    }

    /// How many answers it says it has.
    pub fn answer_count(&self) -> u16 {
        self.counts[1]
    }

    /// The questions, as far as they can be read.
    pub fn questions(&self) -> impl Iterator<Item = Question<'a>> {
        let (bytes, mut at) = (self.bytes, HEADER_BYTES);
        (0..self.counts[0]).map_while(move |_| {
            let (question, end) = question(bytes, at)?;
            at = end;
            Some(question)
        })
    }

    /// The records, as far as they can be read.
    pub fn records(&self) -> Records<'a> {
        let skip = |at, _| question(self.bytes, at).map(|(_, end)| end);
        let at = (0..self.counts[0]).try_fold(HEADER_BYTES, skip);
        Records { bytes: self.bytes, at, left: [self.counts[1], self.counts[2], self.counts[3]] }
    }

    /// What its EDNS record says.
    pub fn edns(&self) -> Option<Edns> {
        self.records().filter(|record| record.section == Section::Additional).find_map(|record| record.edns())
    }

    /// Whether all that the header counts can be read.
    pub fn is_whole(&self) -> bool {
        let mut records = self.records();
        records.by_ref().for_each(drop);
        records.at.is_some()
    }
}

/// Walks the records of a message.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    bytes: &'a [u8],
    /// Where the next one is; `None` behind one that cannot be read.
    at: Option<usize>,
    /// How many are left in each section.
    left: [u16; 3],
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let sections = [Section::Answer, Section::Authority, Section::Additional];
        let (left, section) = self.left.iter_mut().zip(sections).find(|(left, _)| **left > 0)?;
        *left -= 1;
        let read = self.at.and_then(|at| record(self.bytes, at, section));
        self.at = read.map(|(_, end)| end);
        read.map(|(record, _)| record)
    }
}

fn question(bytes: &[u8], at: usize) -> Option<(Question<'_>, usize)> {
    let (name, end) = Name::parse(bytes, at)?;
    Some((Question { name, kind: u16_at(bytes, end)?, class: u16_at(bytes, end + 2)? }, end + 4))
}

fn record(bytes: &[u8], at: usize, section: Section) -> Option<(Record<'_>, usize)> {
    let (name, end) = Name::parse(bytes, at)?;
    let (kind, class) = (u16_at(bytes, end)?, u16_at(bytes, end + 2)?);
    let ttl = u32::from(u16_at(bytes, end + 4)?) << 16 | u32::from(u16_at(bytes, end + 6)?);
    let data_at = end + 10;
    let data_end = data_at + usize::from(u16_at(bytes, end + 8)?);
    let data = bytes.get(data_at..data_end)?;
    Some((Record { section, name, kind, class, ttl, data, message: bytes, data_at }, data_end))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}
