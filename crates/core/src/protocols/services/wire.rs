//! What a wire format tells of a message.

use arrayvec::ArrayVec;

use crate::protocols::tcp::Role;

/// Requests or responses that one message may hold; more are passed over.
pub const MOST_PARTS: usize = 16;

/// Whether bytes begin a connection of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// They do not.
    No,
    /// More bytes will tell.
    More,
    /// They do.
    Yes,
}

/// How a response says that it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether it is an error.
    pub error: bool,
    /// Its code.
    pub code: Code,
}

impl Status {
    /// It went well.
    pub const OK: Self = Self { error: false, code: Code::None };

    /// It did not.
    pub fn error(code: Code) -> Self {
        Self { error: true, code }
    }
}

/// The code of a status, in the way its service writes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Code {
    /// There is none.
    #[default]
    None,
    /// A number in decimal.
    Number(u32),
    /// A number in hexadecimal.
    Hexadecimal(u32),
    /// A word of capital letters and digits, padded with zeros.
    Word([u8; 16]),
}

impl Code {
    /// A word of capital letters and digits at the beginning of `bytes`; nothing else that a server says is kept.
    pub fn word(bytes: &[u8]) -> Self {
        let length = bytes.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
        let mut word = [0; 16];
        match (bytes.get(..length), word.get_mut(..length)) {
            (Some(from), Some(to)) if length > 0 => to.copy_from_slice(from),
            _ => return Self::None,
        }
        Self::Word(word)
    }

    /// As tables show it.
    pub fn text(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Number(number) => Some(number.to_string()),
            Self::Hexadecimal(number) => Some(format!("0x{number:08x}")),
            Self::Word(word) => {
                Some(word.iter().take_while(|&&byte| byte != 0).map(|&byte| char::from(byte)).collect())
            }
        }
    }
}

/// What a message, or a part of one, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A request. Those of services that answer in order have the same number.
    Request {
        /// What its response is found by.
        id: u64,
        /// Kind of the command.
        command: &'static str,
        /// Whether this is all of it.
        whole: bool,
    },
    /// A response, or a part of one.
    Response {
        /// Number of its request.
        id: u64,
        /// How it went, where this part tells.
        status: Option<Status>,
        /// Whether this is the end of it; where no message says so, the next request does.
        last: bool,
    },
}

/// The parts of a message that matter.
pub type Parts = ArrayVec<Part, MOST_PARTS>;

/// What stands at the beginning of the bytes.
#[allow(clippy::large_enum_variant)] // it lives for a moment, and there is one for each message
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// More bytes are needed.
    More,
    /// A message of so many bytes, of which not all need be there.
    Message {
        /// Its length, at least one.
        bytes: u64,
        /// What it is; empty for one that is neither request nor response.
        parts: Parts,
    },
    /// Nothing of this service.
    No,
    /// After so many bytes the connection is of another protocol.
    Renew(usize),
}

impl Look {
    /// A message that is neither request nor response.
    pub fn other(bytes: u64) -> Self {
        Self::Message { bytes: bytes.max(1), parts: Parts::new() }
    }

    /// A message that is one thing.
    pub fn one(bytes: u64, part: Part) -> Self {
        let mut parts = Parts::new();
        parts.push(part);
        Self::Message { bytes: bytes.max(1), parts }
    }
}

/// A wire format on one connection.
pub trait Wire: std::fmt::Debug + Send + Sync {
    /// Name of the service.
    fn service(&self) -> &'static str;
    /// Reads the message at the beginning of `bytes`, of which there is at least one. It is called again with the same
    /// bytes and more after [`Look::More`], and behind the message otherwise.
    fn look(&mut self, sender: Role, bytes: &[u8]) -> Look;
    /// Whether no message says where a response ends, so that the next request does.
    fn next_request_ends(&self) -> bool {
        false
    }
    /// Bytes that `sender` sent are missing; what comes next may begin within a message.
    fn missed(&mut self, _sender: Role) {}
}

/// A whole number of two bytes, most significant first.
pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_be_bytes(*chunk))
}

/// A whole number of four bytes, most significant first.
pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}

/// A whole number of two bytes, least significant first.
pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

/// A whole number of four bytes, least significant first.
pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

/// A whole number of eight bytes, least significant first.
pub(super) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}
