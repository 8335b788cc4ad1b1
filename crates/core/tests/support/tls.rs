//! Records and messages of TLS made by hand.

pub const CLIENT_HELLO: u8 = 1;
pub const SERVER_HELLO: u8 = 2;
pub const CERTIFICATE: u8 = 11;
pub const SERVER_HELLO_DONE: u8 = 14;
pub const CLIENT_KEY_EXCHANGE: u8 = 16;

/// The random number that makes a ServerHello a HelloRetryRequest.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Bytes behind their length of `width` bytes.
pub fn vector(width: usize, bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().to_be_bytes();
    [&length[length.len() - width..], bytes].concat()
}

pub fn record(content: u8, payload: &[u8]) -> Vec<u8> {
    [&[content, 3, 3][..], &vector(2, payload)].concat()
}

/// A record of so many bytes that nobody can read.
pub fn sealed(content: u8, length: usize) -> Vec<u8> {
    record(content, &vec![0xee; length])
}

pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &vector(3, body)].concat()
}

pub fn change_cipher_spec() -> Vec<u8> {
    record(20, &[1])
}

pub fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &vector(2, body)].concat()
}

/// Extension with the server's name.
pub fn server_name(name: &str) -> Vec<u8> {
    let host = [&[0][..], &vector(2, name.as_bytes())].concat();
    extension(0, &vector(2, &host))
}

/// Extension with names of protocols.
pub fn protocols(names: &[&str]) -> Vec<u8> {
    let list: Vec<u8> = names.iter().flat_map(|name| vector(1, name.as_bytes())).collect();
    extension(16, &vector(2, &list))
}

/// Extension with the versions that a client offers.
pub fn versions(versions: &[u16]) -> Vec<u8> {
    let list: Vec<u8> = versions.iter().flat_map(|version| version.to_be_bytes()).collect();
    extension(43, &vector(1, &list))
}

/// The body of a ClientHello.
pub fn client_hello(ciphers: &[u16], extensions: &[Vec<u8>]) -> Vec<u8> {
    let ciphers: Vec<u8> = ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()).collect();
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend(vector(1, &[9; 32]));
    body.extend(vector(2, &ciphers));
    body.extend([1, 0]);
    body.extend(vector(2, &extensions.concat()));
    body
}

/// The body of a ServerHello; `retry` makes it a HelloRetryRequest.
pub fn server_hello(cipher: u16, extensions: &[Vec<u8>], retry: bool) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend(if retry { RETRY } else { [8; 32] });
    body.extend(vector(1, &[9; 32]));
    body.extend(cipher.to_be_bytes());
    body.push(0);
    body.extend(vector(2, &extensions.concat()));
    body
}

/// Extension with which a server chooses TLS 1.3.
pub fn chooses_1_3() -> Vec<u8> {
    extension(43, &[3, 4])
}

/// A certificate that names its subject, issuer, hosts and dates.
pub fn certificate(subject: &str, issuer: &str, host: &str) -> Vec<u8> {
    let name = |text: &str| {
        let attribute = der(0x30, &[der(6, &[0x55, 4, 3]), der(0x0c, text.as_bytes())].concat());
        der(0x30, &der(0x31, &attribute))
    };
    let hosts = der(0x30, &[der(0x82, host.as_bytes()), der(0x87, &[192, 0, 2, 1])].concat());
    let names = der(0x30, &[der(6, &[0x55, 0x1d, 17]), der(4, &hosts)].concat());
    let body = [
        der(0xa0, &der(2, &[2])),
        der(2, &[1]),
        der(0x30, &[]),
        name(issuer),
        der(0x30, &[der(0x17, b"700101000000Z"), der(0x18, b"20300101000000Z")].concat()),
        name(subject),
        der(0x30, &[]),
        der(0xa3, &der(0x30, &names)),
    ];
    der(0x30, &[der(0x30, &body.concat()), der(0x30, &[]), der(3, &[0])].concat())
}

fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let prefix =
        if length < 128 { vec![tag, length as u8] } else { vec![tag, 0x82, (length >> 8) as u8, length as u8] };
    [prefix, contents.to_vec()].concat()
}
