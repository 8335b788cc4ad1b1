//! What holds for every input: chunking changes nothing, nothing panics, reading always ends.

use proptest::prelude::*;

use crate::samples::{self, Packet, packet, packets};
use crate::seen::{Seen, read, read_chunked};

fn some_packets() -> impl Strategy<Value = Vec<Packet>> {
    let one = (0..5_000_000_u64, 0..700_usize, 0..3_u32).prop_map(|(time_us, length, more)| {
        let mut packet = packet(time_us, length);
        packet.wire_bytes += more * 100;
        packet
    });
    prop::collection::vec(one, 0..12)
}

/// `bytes` read at once, and the same in chunks of other sizes.
fn read_in_all_ways(bytes: &[u8], sizes: &[usize]) -> Seen {
    let whole = read(bytes);
    for size in [1, 7, 4096] {
        let chunked = read_chunked(bytes, std::iter::repeat(size));
        assert_eq!(chunked, whole, "in chunks of {size}");
    }
    let chunked = read_chunked(bytes, sizes.iter().copied().cycle());
    assert_eq!(chunked, whole, "in chunks of {sizes:?}");
    whole
}

/// Changes, cuts out, doubles or cuts off some of `bytes`.
fn mutate(bytes: &mut Vec<u8>, mutations: &[(u8, u32, u8)]) {
    for &(what, place, value) in mutations {
        if bytes.is_empty() {
            return;
        }
        let at = place as usize % bytes.len();
        let end = (at + usize::from(value)).min(bytes.len());
        match what {
            0..=3 => bytes[at] = value,
            4 => drop(bytes.drain(at..end)),
            5 => bytes.extend_from_within(at..end),
            6 => bytes.truncate(at.max(8)),
            _ => bytes[at..end].fill(value),
        }
    }
}

#[test]
fn every_sample_gives_the_same_frames() {
    let packets = packets();
    for (name, bytes) in samples::all(&packets) {
        let seen = read(&bytes);
        assert_eq!(seen.error, None, "{name}");
        assert_eq!(seen.frames.len(), packets.len(), "{name}: {:?}", seen.issues);
        for (frame, packet) in seen.frames.iter().zip(&packets) {
            assert_eq!(frame.data, packet.data, "{name}");
            assert_eq!(frame.time_ns, Some(packet.time_us as i64 * 1000), "{name}");
            let wire_bytes = if name == "iptrace" { packet.data.len() as u32 } else { packet.wire_bytes };
            assert_eq!(frame.wire_bytes, wire_bytes, "{name}");
        }
        assert_eq!(seen.interfaces.iter().map(|interface| interface.packets).sum::<u64>(), 6, "{name}");
    }
}

#[test]
fn every_prefix_gives_a_result() {
    for (name, bytes) in samples::all(&packets()[..3]) {
        let frames = read(&bytes).frames;
        for end in 0..bytes.len() {
            let seen = read(&bytes[..end]);
            // One record does not tell these variants from the usual ones.
            let told =
                seen.frames.len() > 1 || !["SMP", "Red Hat", "Nokia"].iter().any(|variant| name.contains(variant));
            assert!(!told || seen.frames == frames[..seen.frames.len()], "{name} cut at {end}");
            let said = seen.error.is_some() || !seen.issues.is_empty() || seen.frames.len() < frames.len();
            assert!(said || end + 60 > bytes.len() || seen.frames == frames, "{name} cut at {end} passed for whole");
        }
    }
}

proptest! {
    #[test]
    fn chunking_changes_nothing(packets in some_packets(), sizes in prop::collection::vec(1..3000_usize, 1..6)) {
        for (name, bytes) in samples::all(&packets) {
            let seen = read_in_all_ways(&bytes, &sizes);
            prop_assert_eq!(seen.error, None, "{}", name);
        }
    }

    #[test]
    fn damage_is_survived(
        packets in some_packets(),
        mutations in prop::collection::vec((0..8_u8, any::<u32>(), any::<u8>()), 1..6),
        sizes in prop::collection::vec(1..3000_usize, 1..6),
    ) {
        for (_, mut bytes) in samples::all(&packets) {
            mutate(&mut bytes, &mutations);
            read_in_all_ways(&bytes, &sizes);
        }
    }

    #[test]
    fn noise_behind_a_header_is_survived(noise in prop::collection::vec(any::<u8>(), 0..2000), keep in 0..200_usize) {
        for (_, mut bytes) in samples::all(&packets()) {
            bytes.truncate(keep);
            bytes.extend(&noise);
            read_in_all_ways(&bytes, &[3, 500]);
        }
    }

    #[test]
    fn noise_is_no_capture(noise in prop::collection::vec(any::<u8>(), 1..600)) {
        let seen = read_in_all_ways(&noise, &[2, 100]);
        prop_assert!(seen.error.is_some());
    }
}
