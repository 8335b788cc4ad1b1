//! gzip, zstd and lz4: whole, in parts, cut, damaged, and meant to harm.

use pcap_analyzer_core::Error;
use pcap_analyzer_core::issue::IssueKind;

use crate::samples::{PCAP, Packet, Pcap, gzip, lz4, packet, packets, zstd};
use crate::seen::read;

/// A capture of about 600 kB.
fn long() -> Vec<u8> {
    let packets: Vec<Packet> = (0..600).map(|index| packet(index * 977, 1000)).collect();
    PCAP.file(&packets)
}

fn skippable(length: u32) -> Vec<u8> {
    let mut bytes = vec![0x5a, 0x2a, 0x4d, 0x18];
    bytes.extend(length.to_le_bytes());
    bytes.resize(8 + length as usize, 0xdd);
    bytes
}

#[test]
fn all_compressions_are_read() {
    let plain = long();
    let expected = read(&plain);
    for (name, bytes) in
        [("gzip", gzip(&plain)), ("zstd", zstd(&plain)), ("lz4", lz4(&plain, false)), ("lz4", lz4(&plain, true))]
    {
        let seen = read(&bytes);
        assert_eq!((seen.compression, seen.format, seen.error), (Some(name), "pcap", None));
        assert_eq!(seen.frames, expected.frames, "{name}");
        assert_eq!(seen.issues, expected.issues, "{name}");
    }
}

#[test]
fn members_and_frames_follow_one_another() {
    let plain = long();
    let (head, tail) = plain.split_at(100_000);
    for bytes in [
        [gzip(head), gzip(tail), vec![0; 700]].concat(),
        [skippable(9), zstd(head), skippable(5000), zstd(tail)].concat(),
        [lz4(head, true), skippable(0), lz4(tail, false)].concat(),
        [skippable(1), lz4(head, false), zstd(tail)].concat(),
    ] {
        let seen = read(&bytes);
        assert_eq!(seen.error, None);
        assert_eq!((seen.frames.len(), seen.issues.len()), (600, 0), "{:?}", seen.issues);
    }
}

#[test]
fn a_cut_stream_gives_what_came_before() {
    let plain = long();
    for (name, bytes) in [("gzip", gzip(&plain)), ("zstd", zstd(&plain)), ("lz4", lz4(&plain, false))] {
        let seen = read(&bytes[..bytes.len() * 2 / 3]);
        assert_eq!(seen.error, None, "{name}");
        assert!((100..600).contains(&seen.frames.len()), "{name}: {}", seen.frames.len());
        assert_eq!(seen.count(IssueKind::CompressedStreamDamaged), 1, "{name}");
        let seen = read(&bytes[..bytes.len() - 2]);
        assert_eq!((seen.frames.len(), seen.count(IssueKind::CompressedStreamDamaged)), (600, 1), "{name}");
    }
}

#[test]
fn nothing_readable_is_an_error() {
    for bytes in [gzip(&long()), lz4(&long(), false), zstd(&long())] {
        let seen = read(&bytes[..9]);
        assert!(matches!(seen.error, Some(Error::Damaged { .. })), "{:?}", seen.error);
    }
    assert_eq!(read(&gzip(&[])).error, Some(Error::Empty));
    assert!(matches!(read(&gzip(&[b'x'; 100])).error, Some(Error::NotACapture { .. })));
}

#[test]
fn a_wrong_checksum_is_noted() {
    let mut bytes = gzip(&PCAP.file(&packets()));
    let end = bytes.len();
    bytes[end - 6] ^= 1;
    let seen = read(&bytes);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::CompressedStreamDamaged)), (6, 1));
}

#[test]
fn a_window_beyond_bounds_is_not_allocated() {
    // 1 GiB of window: exponent 20, mantissa 0.
    let seen = read(&[0x28, 0xb5, 0x2f, 0xfd, 0, 20 << 3, 1, 0, 0]);
    assert!(matches!(seen.error, Some(Error::Unsupported { what }) if what.contains("1024 MiB")));
}

#[test]
fn a_bomb_is_stopped() {
    // Frames of 8 MiB of zeros, as only USB has them, again and again.
    let usb = Pcap { network: 189, ..PCAP };
    let mut bytes = gzip(&usb.header());
    let zeros = Packet { data: vec![0; 8 << 20], ..packet(1, 0) };
    let record = gzip(&usb.record(&zeros));
    (0..100).for_each(|_| bytes.extend(&record));
    let mut reader = pcap_analyzer_core::capture::Reader::new();
    let mut frames = 0;
    reader.feed(&bytes, |_, _| frames += 1).expect("it is a capture");
    reader.finish(|_, _| frames += 1).expect("it is a capture");
    assert_eq!(reader.context().issues.count(IssueKind::DecompressionBomb), 1);
    assert!((32..=33).contains(&frames), "{frames}");
}
