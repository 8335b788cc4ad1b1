//! Opening Initial packets, whose keys follow from a connection identifier that everybody sees (RFC 9001 §5, RFC 9369 §3.3).

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes_gcm::Aes128Gcm;
use aes_gcm::aead::AeadInOut;
use hkdf::Hkdf;
use sha2::Sha256;

use super::message::{Long, version};
use crate::protocols::tcp::Role;

const SALT_V1: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f,
    0x0a,
];
const SALT_V2: [u8; 20] = [
    0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e,
    0xd9,
];
/// Drafts 29 to 32.
const SALT_DRAFT_29: [u8; 20] = [
    0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8,
    0x99,
];
/// Drafts 23 to 28.
const SALT_DRAFT_23: [u8; 20] = [
    0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5,
    0x02,
];

const TAG_BYTES: usize = 16;
/// The sample begins where a packet number of four bytes would end (RFC 9001 §5.4.2).
const MOST_NUMBER_BYTES: usize = 4;

fn salt(version: u32) -> &'static [u8; 20] {
    match version {
        version::V2 => &SALT_V2,
        0xff00_0017..=0xff00_001c => &SALT_DRAFT_23,
        0xff00_001d..=0xff00_0020 => &SALT_DRAFT_29,
        _ => &SALT_V1,
    }
}

/// The keys with which one end protects its Initial packets.
struct Half {
    packet: Aes128Gcm,
    iv: [u8; 12],
    header: Aes128,
}

/// The keys of both ends, by role.
pub(super) struct Keys {
    version: u32,
    halves: [Half; 2],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keys").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys that follow from the identifier of the server's end that a client's first packet has. `None` only if the
    /// key derivation refuses lengths, which are constant.
    pub(super) fn new(version: u32, id: &[u8]) -> Option<Self> {
        let initial = Hkdf::<Sha256>::new(Some(salt(version)), id);
        let half = |label: &[u8]| -> Option<Half> {
            let secret = Hkdf::<Sha256>::from_prk(&expand::<32>(&initial, label)?).ok()?;
            let labels: [&[u8]; 3] = match version {
                version::V2 => [b"quicv2 key", b"quicv2 iv", b"quicv2 hp"],
                _ => [b"quic key", b"quic iv", b"quic hp"],
            };
            Some(Half {
                packet: Aes128Gcm::new(&expand::<16>(&secret, labels[0])?.into()),
                iv: expand(&secret, labels[1])?,
                header: Aes128::new(&expand::<16>(&secret, labels[2])?.into()),
            })
        };
        Some(Self { version, halves: [half(b"client in")?, half(b"server in")?] })
    }

    /// Whether they are of this version.
    pub(super) fn is_of(&self, version: u32) -> bool {
        self.version == version
    }

    /// The frames of an Initial packet; `None` if it is damaged, cut, or not protected with these keys.
    pub(super) fn open(&self, sender: Role, packet: &Long<'_>) -> Option<Vec<u8>> {
        let half = &self.halves[sender as usize];
        let at = packet.number_at;
        let sample: [u8; 16] = *packet.bytes.get(at + MOST_NUMBER_BYTES..)?.first_chunk()?;
        let mut mask = sample.into();
        half.header.encrypt_block(&mut mask);
        let first = packet.bytes.first()? ^ mask[0] & 0x0f;
        let number_bytes = usize::from(first & 3) + 1;

        let mut header = packet.bytes.get(..at + number_bytes)?.to_vec();
        *header.first_mut()? = first;
        let mut nonce = half.iv;
        let number = header.get_mut(at..)?.iter_mut().zip(mask.iter().skip(1));
        for ((byte, mask), place) in number.zip(12 - number_bytes..) {
            *byte ^= mask;
            *nonce.get_mut(place)? ^= *byte;
        }
        let sealed = packet.bytes.get(at + number_bytes..)?;
        let (text, tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG_BYTES)?)?;
        let tag: [u8; TAG_BYTES] = *tag.first_chunk()?;
        let mut text = text.to_vec();
        half.packet.decrypt_inout_detached(&nonce.into(), &header, text.as_mut_slice().into(), &tag.into()).ok()?;
        Some(text)
    }
}

/// HKDF-Expand-Label with an empty context (RFC 8446 §7.1).
fn expand<const N: usize>(secret: &Hkdf<Sha256>, label: &[u8]) -> Option<[u8; N]> {
    let [length, label_length] = [N as u8, 6 + label.len() as u8];
    let mut out = [0; N];
    secret.expand_multi_info(&[&[0, length, label_length], b"tls13 ", label, &[0]], &mut out).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::message::{Frame, Frames, Packet, packet};
    use super::*;

    /// RFC 9001 A.3 and RFC 9369 A.3: the server's Initial packet.
    const SERVER_V1: &str = "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb3\
        8cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d\
        06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee";
    const SERVER_V2: &str = "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf872630\
        17915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5\
        a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140";

    fn bytes(digits: &str) -> Vec<u8> {
        let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits");
        digits.chunks(2).map(pair).collect()
    }

    #[test]
    fn packets_of_the_specifications_open() {
        for (version, digits) in [(version::V1, SERVER_V1), (version::V2, SERVER_V2)] {
            let datagram = bytes(digits);
            let (Packet::Long(long), []) = packet(&datagram).expect("a packet") else { panic!("long") };
            let keys = Keys::new(version, &bytes("8394c8f03e515708")).expect("keys");
            let text = keys.open(Role::Server, &long).expect("its keys");
            let frames: Vec<Frame<'_>> = Frames::new(&text).collect();
            let [Frame::Crypto { offset: 0, bytes: [2, 0, 0, 0x56, 3, 3, ..] }] = frames[..] else {
                panic!("{frames:?}")
            };
            assert!(keys.open(Role::Client, &long).is_none(), "the other end's keys");
            let mut damaged = datagram.clone();
            *damaged.last_mut().expect("bytes") ^= 1;
            let (Packet::Long(long), []) = packet(&damaged).expect("a packet") else { panic!("long") };
            assert!(keys.open(Role::Server, &long).is_none());
        }
    }
}
