//! QUIC through the whole pipeline: packets that are sealed here as a client and a server seal them.

mod support;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes_gcm::Aes128Gcm;
use aes_gcm::aead::AeadInOut;
use hkdf::Hkdf;
use sha2::Sha256;
use support::conversation::{MS, nanosecond_pcap};
use support::tls::*;
use support::{Collect, analyze, ipv4, udp};

const TABLE: &str = "quic_connections";
/// RFC 9001 §5.2.
const SALT: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f,
    0x0a,
];
const FIRST_ID: &[u8] = b"the first";
const CLIENT_ID: &[u8] = b"client";
const SERVER_ID: &[u8] = b"server";

fn expand<const N: usize>(secret: &Hkdf<Sha256>, label: &str) -> [u8; N] {
    let info = [&[0, N as u8, 6 + label.len() as u8][..], b"tls13 ", label.as_bytes(), &[0]].concat();
    let mut out = [0; N];
    secret.expand(&info, &mut out).expect("a length that is allowed");
    out
}

/// A packet of Initial type; `end` is "client in" or "server in", `key_id` what its keys follow from.
fn initial(end: &str, key_id: &[u8], ids: (&[u8], &[u8]), number: u8, frames: &[u8]) -> Vec<u8> {
    let initial = Hkdf::<Sha256>::new(Some(&SALT), key_id);
    let secret = Hkdf::<Sha256>::from_prk(&expand::<32>(&initial, end)).expect("a long key");
    let mut header = vec![0xc0, 0, 0, 0, 1];
    header.extend(vector(1, ids.0));
    header.extend(vector(1, ids.1));
    header.push(0); // no token
    let length = 1 + frames.len() + 16;
    header.extend([0x40 | (length >> 8) as u8, length as u8, number]);
    let mut nonce: [u8; 12] = expand(&secret, "quic iv");
    nonce[11] ^= number;
    let mut text = frames.to_vec();
    let cipher = Aes128Gcm::new(&expand::<16>(&secret, "quic key").into());
    let tag = cipher.encrypt_inout_detached(&nonce.into(), &header, text.as_mut_slice().into()).expect("short");
    text.extend(tag);
    let mut mask = <[u8; 16]>::try_from(&text[3..19]).expect("a sample").into();
    Aes128::new(&expand::<16>(&secret, "quic hp").into()).encrypt_block(&mut mask);
    let number_at = header.len() - 1;
    header[0] ^= mask[0] & 0x0f;
    header[number_at] ^= mask[1];
    [header, text].concat()
}

fn crypto(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let number = |number: usize| [0x40 | (number >> 8) as u8, number as u8];
    [&[6][..], &number(offset), &number(bytes.len()), bytes].concat()
}

fn padded(mut frames: Vec<u8>) -> Vec<u8> {
    frames.resize(1162, 0);
    frames
}

fn hello() -> Vec<u8> {
    let extensions = [server_name("video.example"), protocols(&["h3"]), versions(&[0x0304])];
    message(CLIENT_HELLO, &client_hello(&[0x1301], &extensions))
}

fn client_initial(number: u8, frames: Vec<u8>) -> Vec<u8> {
    initial("client in", FIRST_ID, (FIRST_ID, CLIENT_ID), number, &padded(frames))
}

fn server_initial() -> Vec<u8> {
    let hello = message(SERVER_HELLO, &server_hello(0x1301, &[chooses_1_3()], false));
    initial("server in", FIRST_ID, (CLIENT_ID, SERVER_ID), 0, &crypto(0, &hello))
}

/// A packet of the handshake that nobody can read.
fn handshake() -> Vec<u8> {
    let mut bytes = vec![0xe0, 0, 0, 0, 1];
    bytes.extend(vector(1, CLIENT_ID));
    bytes.extend(vector(1, SERVER_ID));
    bytes.extend(vector(1, &[5; 40]));
    bytes
}

fn short(spin: bool) -> Vec<u8> {
    [&[if spin { 0x60 } else { 0x40 }][..], &[9; 40]].concat()
}

/// Datagrams, each with its time in milliseconds and whether the client sent it.
fn told(datagrams: &[(i64, bool, Vec<u8>)]) -> Collect {
    let frame = |(at_ms, from_client, bytes): &(i64, bool, Vec<u8>)| {
        let (from, to, ports) = if *from_client { (1, 2, (50_000, 443)) } else { (2, 1, (443, 50_000)) };
        (at_ms * MS, ipv4(from, to, 17, &udp(ports, bytes)))
    };
    analyze(&nanosecond_pcap(&datagrams.iter().map(frame).collect::<Vec<_>>()))
}

fn integer(tables: &Collect, column: &str) -> i64 {
    let values = tables.integers(TABLE, column);
    assert_eq!(values.len(), 1, "one connection");
    values[0]
}

fn text(tables: &Collect, column: &str) -> String {
    tables.texts(TABLE, column).concat()
}

#[test]
fn a_connection() {
    let tables = told(&[
        (0, true, client_initial(0, crypto(0, &hello()))),
        (30, false, [server_initial(), handshake()].concat()),
        (40, true, [handshake(), short(false)].concat()),
        (70, false, short(false)),
    ]);
    assert_eq!((text(&tables, "version"), text(&tables, "server_name")), ("1".into(), "video.example".into()));
    assert_eq!(
        (text(&tables, "offered_alpn"), text(&tables, "cipher")),
        ("h3".into(), "TLS_AES_128_GCM_SHA256".into())
    );
    assert_eq!(text(&tables, "ja4").split('_').next(), Some("q13d0103h3"));
    assert_eq!(text(&tables, "client"), "10.0.0.1:50000");
    assert_eq!((integer(&tables, "handshake_ns"), integer(&tables, "server_wait_ns")), (40 * MS, 30 * MS));
    let frames = ["start", "client_hello", "server_hello", "client_data", "server_data"];
    assert_eq!(frames.map(|name| integer(&tables, &format!("{name}_frame"))), [1, 1, 2, 3, 4]);
    assert_eq!((integer(&tables, "client_packets"), integer(&tables, "server_packets")), (3, 3));
}

#[test]
fn a_hello_comes_in_pieces_in_any_order() {
    let hello = hello();
    let (first, rest) = hello.split_at(40);
    let (second, third) = rest.split_at(17);
    let tables = told(&[
        (0, true, client_initial(0, [crypto(57, third), crypto(0, first)].concat())),
        (1, true, client_initial(1, crypto(40, second))),
    ]);
    assert_eq!((text(&tables, "server_name"), integer(&tables, "client_hello_frame")), ("video.example".into(), 2));
    assert_eq!(integer(&tables, "client_initial_packets"), 2);
}

#[test]
fn after_a_retry_the_keys_are_new() {
    let mut retry = vec![0xf0, 0, 0, 0, 1];
    retry.extend(vector(1, CLIENT_ID));
    retry.extend(vector(1, SERVER_ID));
    retry.extend([7; 60]);
    let again = initial("client in", SERVER_ID, (SERVER_ID, CLIENT_ID), 1, &padded(crypto(0, &hello())));
    let answer = message(SERVER_HELLO, &server_hello(0x1301, &[chooses_1_3()], false));
    let answer = initial("server in", SERVER_ID, (CLIENT_ID, b"another"), 0, &crypto(0, &answer));
    let tables = told(&[
        (0, true, client_initial(0, crypto(0, &hello()))),
        (30, false, retry),
        (40, true, again),
        (70, false, answer),
    ]);
    assert_eq!(tables.booleans(TABLE, "retry"), ["true"]);
    let frames = ["start", "retry", "client_hello", "server_hello"];
    assert_eq!(frames.map(|name| integer(&tables, &format!("{name}_frame"))), [1, 2, 3, 4]);
}

#[test]
fn versions_that_the_server_lists() {
    let mut grease = vec![0xc0, 0x1a, 0x2a, 0x3a, 0x4a];
    grease.extend(vector(1, FIRST_ID));
    grease.extend(vector(1, CLIENT_ID));
    grease.resize(1200, 0);
    let mut list = vec![0x80, 0, 0, 0, 0];
    list.extend(vector(1, CLIENT_ID));
    list.extend(vector(1, FIRST_ID));
    list.extend([0, 0, 0, 1, 0x6b, 0x33, 0x43, 0xcf, 0x0a, 0x1a, 0x2a, 0x3a]);
    let tables = told(&[(0, true, grease), (30, false, list), (40, true, client_initial(0, crypto(0, &hello())))]);
    assert_eq!(tables.booleans(TABLE, "version_negotiation"), ["true"]);
    assert_eq!((text(&tables, "listed_versions"), text(&tables, "version")), ("1,2".into(), "1".into()));
    assert_eq!((text(&tables, "server_name"), integer(&tables, "start_frame")), ("video.example".into(), 1));
}

#[test]
fn a_refusal_says_why() {
    let close = initial("server in", FIRST_ID, (CLIENT_ID, SERVER_ID), 0, &[0x1c, 0x41, 0x78, 0, 0, 0, 0, 0]);
    let tables = told(&[(0, true, client_initial(0, crypto(0, &hello()))), (30, false, close)]);
    assert_eq!(text(&tables, "close_error"), "no_application_protocol");
    assert_eq!((text(&tables, "close_sender"), integer(&tables, "close_frame")), ("server".into(), 2));
    assert_eq!((integer(&tables, "close_code"), integer(&tables, "handshake_ns")), (0x178, -1));
}

#[test]
fn one_flow_may_have_several() {
    let next = initial("client in", b"the second", (b"the second", CLIENT_ID), 0, &padded(crypto(0, &hello())));
    let tables =
        told(&[(0, true, client_initial(0, crypto(0, &hello()))), (30, false, server_initial()), (5000, true, next)]);
    assert_eq!(tables.integers(TABLE, "start_frame"), [1, 3]);
    assert_eq!(tables.integers(TABLE, "server_hello_frame"), [2, -1]);
}

#[test]
fn the_spin_bit_tells_round_trips() {
    let mut datagrams = vec![(0, true, client_initial(0, crypto(0, &hello()))), (30, false, server_initial())];
    let mut now_ms = 100;
    for turn in 0..8 {
        datagrams.push((now_ms, true, short(turn % 2 == 0)));
        datagrams.push((now_ms + 30, false, short(turn % 2 == 0)));
        now_ms += 40;
    }
    let tables = told(&datagrams);
    let columns = ["spin_rtt_min_ns", "spin_server_rtt_min_ns", "spin_client_rtt_min_ns"];
    assert_eq!(columns.map(|column| integer(&tables, column)), [40 * MS, 30 * MS, 10 * MS]);
}

#[test]
fn other_datagrams_are_none() {
    let mut almost = client_initial(0, crypto(0, &hello()));
    almost.truncate(300);
    let tables = told(&[(0, true, vec![0x40; 1200]), (1, true, almost), (2, true, b"M-SEARCH * HTTP/1.1".to_vec())]);
    assert_eq!(tables.rows(TABLE), 0);
}
