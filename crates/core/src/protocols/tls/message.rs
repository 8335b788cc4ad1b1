//! Records and messages of TLS: bytes → struct (RFC 8446 §4 and §5, RFC 5246 §7, extensions as the IANA lists them).
//!
//! Hellos may be cut: what is whole of them is read. QUIC and DTLS have the same messages in other envelopes.

use super::read::Read;

/// Types of records (RFC 8446 §5.1).
pub mod content {
    /// ChangeCipherSpec: what follows is encrypted (up to TLS 1.2).
    pub const CHANGE_CIPHER_SPEC: u8 = 20;
    /// An alert.
    pub const ALERT: u8 = 21;
    /// Messages of the handshake.
    pub const HANDSHAKE: u8 = 22;
    /// Data, or anything that TLS 1.3 encrypts.
    pub const APPLICATION_DATA: u8 = 23;
    /// A heartbeat (RFC 6520).
    pub const HEARTBEAT: u8 = 24;
}

/// Types of handshake messages (RFC 8446 §4).
pub mod handshake {
    /// What a client offers.
    pub const CLIENT_HELLO: u8 = 1;
    /// What a server chose, or wants offered.
    pub const SERVER_HELLO: u8 = 2;
    /// Certificates.
    pub const CERTIFICATE: u8 = 11;
    /// Key of a server, up to TLS 1.2.
    pub const SERVER_KEY_EXCHANGE: u8 = 12;
    /// A server wants certificates.
    pub const CERTIFICATE_REQUEST: u8 = 13;
    /// A server waits for the client, up to TLS 1.2.
    pub const SERVER_HELLO_DONE: u8 = 14;
}

mod extension {
    pub(super) const SERVER_NAME: u16 = 0;
    pub(super) const SIGNATURE_ALGORITHMS: u16 = 13;
    pub(super) const ALPN: u16 = 16;
    pub(super) const PRE_SHARED_KEY: u16 = 41;
    pub(super) const EARLY_DATA: u16 = 42;
    pub(super) const SUPPORTED_VERSIONS: u16 = 43;
}

/// The largest record, with what encryption may add (RFC 5246 §6.2.3).
const MOST_RECORD_BYTES: usize = (1 << 14) + 2048;
/// The random number of a ServerHello that asks for another ClientHello (RFC 8446 §4.1.3).
const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// The header of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHeader {
    /// See [`content`].
    pub content: u8,
    /// Length of what follows the header.
    pub length: usize,
}

impl RecordHeader {
    /// Length of a header.
    pub const BYTES: usize = 5;

    /// A header, if the bytes can be one.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let &[content, major, minor, high, low] = bytes.first_chunk()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let plausible = (content::CHANGE_CIPHER_SPEC..=content::HEARTBEAT).contains(&content)
            && major == 3
            && minor <= 4
            && length <= MOST_RECORD_BYTES
            && (length > 0 || content == content::APPLICATION_DATA);
        plausible.then_some(Self { content, length })
    }

    /// Length of the whole record.
    pub fn whole_bytes(&self) -> usize {
        Self::BYTES + self.length
    }
}

/// A ClientHello in the form of SSL 2.0 that offers a later version (RFC 5246 §E.2): the version, and the length of it all.
pub fn old_client_hello(bytes: &[u8]) -> Option<(u16, usize)> {
    let mut read = Read(bytes);
    let length = usize::from(read.u16()?.checked_sub(0x8000)?);
    let (kind, version) = (read.u8()?, read.u16()?);
    let [ciphers, session, challenge] = [read.u16()?, read.u16()?, read.u16()?];
    let plausible = kind == handshake::CLIENT_HELLO
        && (0x0300..=0x0304).contains(&version)
        && ciphers > 0
        && ciphers % 3 == 0
        && matches!(session, 0 | 16)
        && (16..=32).contains(&challenge)
        && length == 9 + usize::from(ciphers) + usize::from(session) + usize::from(challenge);
    plausible.then_some((version, 2 + length))
}

/// Whether a stream begins with a handshake message of one of these types, or an alert that is not encrypted.
pub fn opens_tls(bytes: &[u8]) -> Opens {
    match bytes {
        [content::HANDSHAKE, 3, 0..=4, _, _, handshake::CLIENT_HELLO | handshake::SERVER_HELLO, 0, ..]
        | [content::ALERT, 3, 0..=4, 0, 2, 1 | 2, _, ..] => Opens::Yes,
        [content::HANDSHAKE, 3, 0..=4, ..] | [content::ALERT, 3, 0..=4, 0, 2] if bytes.len() < 7 => Opens::More,
        [content::HANDSHAKE | content::ALERT] | [content::HANDSHAKE | content::ALERT, 3] => Opens::More,
        _ if old_client_hello(bytes).is_some() => Opens::Yes,
        [0x80..=0xff] | [0x80..=0xff, _] | [0x80..=0xff, _, 1] | [0x80..=0xff, _, 1, 3, ..] if bytes.len() < 11 => {
            Opens::More
        }
        _ => Opens::No,
    }
}

/// Whether bytes are the beginning of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// They are.
    Yes,
    /// They may be.
    More,
    /// They are not.
    No,
}

/// The first handshake message in `bytes`: its type, its body as far as it goes, and its whole length with the header.
pub fn message(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let mut read = Read(bytes);
    let (kind, length) = (read.u8()?, read.u24()?);
    let body = read.bytes(length.min(read.0.len()))?;
    Some((kind, body, 4 + length))
}

/// A record of DTLS.
#[derive(Debug, Clone, Copy)]
pub struct DtlsRecord<'a> {
    /// See [`content`].
    pub content: u8,
    /// 0 until the sender encrypts.
    epoch: u16,
    /// Length of its payload.
    pub length: usize,
    /// What was captured of that.
    pub payload: &'a [u8],
}

impl<'a> DtlsRecord<'a> {
    /// The first record, and what is behind it (RFC 6347 §4.1).
    pub fn parse(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut read = Read(bytes);
        let (content, version, epoch) = (read.u8()?, read.u16()?, read.u16()?);
        read.bytes(6)?; // sequence number
        let length = usize::from(read.u16()?);
        let plausible = (content::CHANGE_CIPHER_SPEC..=content::HEARTBEAT).contains(&content)
            && matches!(version, 0xfeff | 0xfefd | 0xfefc | 0x0100)
            && length <= MOST_RECORD_BYTES;
        let payload = read.bytes(length.min(read.0.len()))?;
        plausible.then_some((Self { content, epoch, length, payload }, read.0))
    }

    /// Whether it is of this type and can be read.
    pub fn is_clear(&self, content: u8) -> bool {
        self.epoch == 0 && self.content == content
    }
}

/// A handshake message of DTLS, or a fragment of one.
#[derive(Debug, Clone, Copy)]
pub struct Fragment<'a> {
    /// See [`handshake`].
    pub kind: u8,
    /// Number of the message among those of its sender.
    pub number: u16,
    /// Length of the whole message.
    pub message_bytes: usize,
    /// Where in it the fragment begins.
    pub offset: usize,
    /// The fragment.
    pub bytes: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// The first fragment, and what is behind it (RFC 6347 §4.2.2).
    pub fn parse(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut read = Read(bytes);
        let (kind, message_bytes, number) = (read.u8()?, read.u24()?, read.u16()?);
        let (offset, length) = (read.u24()?, read.u24()?);
        let bytes = read.bytes(length)?;
        (offset + length <= message_bytes).then_some((Self { kind, number, message_bytes, offset, bytes }, read.0))
    }
}

/// Values that clients make up so that servers learn to ignore what they do not know (RFC 8701).
pub fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

fn pairs(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |number, &byte| number << 8 | u16::from(byte)))
}

/// Extensions of a hello.
#[derive(Debug, Clone, Copy)]
struct Extensions<'a>(Read<'a>);

impl<'a> Extensions<'a> {
    fn all(self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut read = self.0;
        std::iter::from_fn(move || {
            let kind = read.u16()?;
            Some((kind, read.vector(2)?))
        })
    }

    fn get(self, wanted: u16) -> Option<&'a [u8]> {
        self.all().find(|&(kind, _)| kind == wanted).map(|(_, body)| body)
    }

    /// Names of protocols (RFC 7301 §3.1).
    fn protocols(self) -> impl Iterator<Item = &'a [u8]> {
        let list = self.get(extension::ALPN).and_then(|body| Read(body).vector(2)).unwrap_or_default();
        let mut read = Read(list);
        std::iter::from_fn(move || read.vector(1))
    }
}

/// What a client offers.
#[derive(Debug, Clone, Copy)]
pub struct ClientHello<'a> {
    version: u16,
    ciphers: &'a [u8],
    extensions: Extensions<'a>,
}

impl<'a> ClientHello<'a> {
    /// Reads the body of a message, as far as it goes. `cookie` says that it is of DTLS (RFC 6347 §4.2.1).
    pub fn parse(body: &'a [u8], cookie: bool) -> Option<Self> {
        let mut read = Read(body);
        let version = read.u16()?;
        read.bytes(32)?;
        read.vector(1); // session
        if cookie {
            read.vector(1);
        }
        let ciphers = read.vector_so_far(2).unwrap_or_default();
        read.vector(1); // compression methods
        let extensions = Extensions(Read(read.vector_so_far(2).unwrap_or_default()));
        Some(Self { version, ciphers, extensions })
    }

    /// The name of the server (RFC 6066 §3).
    pub fn server_name(&self) -> Option<&'a [u8]> {
        let mut names = Read(Read(self.extensions.get(extension::SERVER_NAME)?).vector(2)?);
        while let Some(kind) = names.u8() {
            let name = names.vector(2)?;
            if kind == 0 {
                return Some(name);
            }
        }
        None
    }

    /// The protocols that it wants to speak, best first.
    pub fn protocols(&self) -> impl Iterator<Item = &'a [u8]> {
        self.extensions.protocols()
    }

    /// Cipher suites, best first.
    pub fn ciphers(&self) -> impl Iterator<Item = u16> {
        pairs(self.ciphers).filter(|&cipher| !is_grease(cipher))
    }

    /// Types of its extensions, in order.
    pub fn extensions(&self) -> impl Iterator<Item = u16> {
        self.extensions.all().map(|(kind, _)| kind).filter(|&kind| !is_grease(kind))
    }

    /// Whether it has an extension with the server's name, valid or not.
    pub fn has_server_name(&self) -> bool {
        self.extensions.get(extension::SERVER_NAME).is_some()
    }

    /// Signature algorithms, best first.
    pub fn signature_algorithms(&self) -> impl Iterator<Item = u16> {
        let body = self.extensions.get(extension::SIGNATURE_ALGORITHMS);
        pairs(body.and_then(|body| Read(body).vector(2)).unwrap_or_default()).filter(|&algorithm| !is_grease(algorithm))
    }

    /// The highest version that it offers.
    pub fn version(&self) -> u16 {
        let body = self.extensions.get(extension::SUPPORTED_VERSIONS);
        let listed = pairs(body.and_then(|body| Read(body).vector(1)).unwrap_or_default());
        listed.filter(|&version| !is_grease(version)).max_by_key(|&version| age(version)).unwrap_or(self.version)
    }

    /// Whether it means to send data before the server has answered (RFC 8446 §4.2.10).
    pub fn offers_early_data(&self) -> bool {
        self.extensions.get(extension::EARLY_DATA).is_some()
    }
}

/// Orders versions; those of DTLS count downwards.
fn age(version: u16) -> u16 {
    if version >> 8 == 0xfe { !version } else { version }
}

/// What a server chose.
#[derive(Debug, Clone, Copy)]
pub struct ServerHello<'a> {
    version: u16,
    /// Whether it asks for another ClientHello instead (RFC 8446 §4.1.4).
    pub is_retry: bool,
    /// The cipher suite.
    pub cipher: Option<u16>,
    extensions: Extensions<'a>,
}

impl<'a> ServerHello<'a> {
    /// Reads the body of a message, as far as it goes.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut read = Read(body);
        let version = read.u16()?;
        let is_retry = read.bytes(32)? == HELLO_RETRY_REQUEST;
        read.vector(1);
        let cipher = read.u16();
        read.u8(); // compression method
        let extensions = Extensions(Read(read.vector_so_far(2).unwrap_or_default()));
        Some(Self { version, is_retry, cipher, extensions })
    }

    /// The version that is spoken from now on.
    pub fn version(&self) -> u16 {
        self.extensions.get(extension::SUPPORTED_VERSIONS).and_then(|body| Read(body).u16()).unwrap_or(self.version)
    }

    /// The protocol chosen; from TLS 1.3 on it is encrypted.
    pub fn protocol(&self) -> Option<&'a [u8]> {
        self.extensions.protocols().next()
    }

    /// Whether it accepts a key from an earlier session (RFC 8446 §4.2.11).
    pub fn accepts_key(&self) -> bool {
        self.extensions.get(extension::PRE_SHARED_KEY).is_some()
    }
}

/// The certificates of a message of up to TLS 1.2, the sender's own first.
pub fn certificates(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut read = Read(Read(body).vector(3).unwrap_or_default());
    std::iter::from_fn(move || read.vector(3))
}
