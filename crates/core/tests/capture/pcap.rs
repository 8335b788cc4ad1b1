//! pcap and its variants.

use pcap_analyzer_core::Error;
use pcap_analyzer_core::issue::IssueKind;

use crate::samples::{Order, PCAP, Packet, Pcap, packet, packets};
use crate::seen::read;

/// Many packets, so that a search has something to find.
fn many() -> Vec<Packet> {
    (0..20).map(|index| packet(index * 1000, 100)).collect()
}

#[test]
fn header_is_understood() {
    let pcap = Pcap { snap_length: 96, network: 0x5400_0071, ..PCAP };
    let seen = read(&pcap.file(&packets()));
    assert_eq!(seen.format, "pcap");
    let interface = &seen.interfaces[0];
    assert_eq!((interface.link_type.0, interface.snap_length_bytes, interface.resolution_ns), (113, Some(96), 1000));
    assert_eq!(seen.count(IssueKind::SnapLength), 1);
    assert_eq!(seen.issue(IssueKind::SnapLength).first_frame, Some(4));
}

#[test]
fn nothing_but_a_header_is_an_empty_capture() {
    let seen = read(&PCAP.header());
    assert_eq!((seen.error, seen.frames.len(), seen.issues.len()), (None, 0, 0));
}

#[test]
fn a_cut_header_is_damage() {
    let seen = read(&PCAP.header()[..23]);
    assert!(matches!(seen.error, Some(Error::Damaged { format: "pcap", .. })), "{:?}", seen.error);
}

#[test]
fn other_versions_are_not_guessed_at() {
    let seen = read(&Pcap { version: (3, 0), ..PCAP }.file(&packets()));
    assert!(matches!(seen.error, Some(Error::Unsupported { .. })), "{:?}", seen.error);
}

#[test]
fn lengths_of_version_2_3_are_told_apart() {
    let pcap = Pcap { version: (2, 3), ..PCAP };
    let swapped = Pcap { swapped: true, ..pcap };
    assert_eq!(read(&pcap.file(&packets())).frames, read(&swapped.file(&packets())).frames);
}

#[test]
fn aix_has_its_own_link_types_and_nanoseconds() {
    let aix = Pcap { version: (2, 2), network: 6, units_per_us: 1000, order: Order::Big, ..PCAP };
    let seen = read(&aix.file(&packets()));
    assert_eq!(seen.frames[1].link_type, 1);
    assert_eq!(seen.times()[1], 1_600_000_000_250_000_000);
    assert_eq!(seen.frames[3].wire_bytes, 1500);
}

#[test]
fn aix_pads_fddi() {
    let aix = Pcap { version: (2, 2), network: 15, units_per_us: 1000, ..PCAP };
    let seen = read(&aix.file(&packets()));
    assert_eq!((seen.frames[0].link_type, seen.frames[0].wire_bytes), (10, 57));
    assert_eq!(seen.frames[0].data, packets()[0].data[3..]);
}

#[test]
fn a_single_record_tells_its_layout_by_its_end() {
    let packets = [packet(5, 80)];
    for pcap in [PCAP, Pcap { magic: 0xa1b2_cd34, extra_bytes: 8, ..PCAP }] {
        let expected = pcap.file(&packets);
        for more in [0, 4] {
            let bytes = Pcap { extra_bytes: pcap.extra_bytes + more, ..pcap }.file(&packets);
            assert_eq!(read(&bytes).frames[0].data, packets[0].data, "{more} more");
        }
        // The beginning of a second record makes no other layout of the first.
        let bytes = [expected, pcap.record(&packets[0])[..4].to_vec()].concat();
        let seen = read(&bytes);
        assert_eq!((&seen.frames[0].data, seen.count(IssueKind::CutShort)), (&packets[0].data, 1));
    }
}

#[test]
fn ixia_has_a_longer_header_and_nanoseconds() {
    let ixia = Pcap { magic: 0x1c00_01ac, units_per_us: 1000, ..PCAP };
    let mut bytes = ixia.file(&packets());
    bytes.splice(24..24, [0; 4]);
    let seen = read(&bytes);
    assert_eq!((seen.frames.len(), seen.times()[1]), (6, 1_600_000_000_250_000_000));
}

#[test]
fn more_captured_than_on_the_wire_is_noted() {
    let mut packets = packets();
    packets[2].wire_bytes = 10;
    let seen = read(&PCAP.file(&packets));
    assert_eq!(seen.frames.len(), 6);
    assert_eq!(seen.issue(IssueKind::CapturedMoreThanWire).first_frame, Some(3));
}

#[test]
fn time_going_back_is_counted() {
    let packets = [packet(5, 60), packet(4, 60), packet(9, 60), packet(3, 60)];
    let seen = read(&PCAP.file(&packets));
    assert_eq!(seen.count(IssueKind::TimeBackwards), 2);
    assert_eq!(seen.issue(IssueKind::TimeBackwards).first_frame, Some(2));
}

#[test]
fn a_cut_record_is_noted() {
    let bytes = PCAP.file(&packets());
    let seen = read(&bytes[..bytes.len() - 1]);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::CutShort)), (5, 1));
    assert_eq!(seen.issue(IssueKind::CutShort).first_frame, Some(6));
}

#[test]
fn reading_goes_on_behind_a_corrupt_record() {
    let packets = many();
    let mut bytes = PCAP.file(&packets);
    let corrupt = 24 + 7 * 116;
    bytes[corrupt + 11] = 0xff;
    let seen = read(&bytes);
    assert_eq!(seen.frames.len(), 19);
    assert_eq!(seen.frames[7].data, packets[8].data);
    let issue = seen.issue(IssueKind::Resynchronised);
    assert_eq!((issue.count, issue.first_offset, issue.first_frame), (116, Some(corrupt as u64), Some(8)));
    assert_eq!(seen.count(IssueKind::CorruptRecord), 0);
}

#[test]
fn reading_goes_on_behind_a_hole() {
    let packets = many();
    let mut bytes = PCAP.file(&packets);
    bytes[24 + 5 * 116..24 + 9 * 116 + 50].fill(0);
    let seen = read(&bytes);
    assert_eq!(seen.frames.len(), 15);
    assert_eq!(seen.frames[5].data, packets[10].data);
}

#[test]
fn reading_stops_where_nothing_follows_a_corrupt_record() {
    let mut bytes = PCAP.file(&many());
    bytes.extend([0xee; 5000]);
    let seen = read(&bytes);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::CorruptRecord)), (20, 1));
    assert_eq!(seen.issue(IssueKind::CorruptRecord).first_offset, Some(24 + 20 * 116));
}

#[test]
fn zeros_at_the_end_are_no_frames() {
    for zeros in [17, 32, 33, 5000] {
        let mut bytes = PCAP.file(&many());
        bytes.resize(bytes.len() + zeros, 0);
        let seen = read(&bytes);
        assert_eq!((seen.frames.len(), seen.count(IssueKind::CorruptRecord)), (20, 1), "{zeros} zeros");
    }
}

#[test]
fn a_length_of_4_gigabytes_is_not_waited_for() {
    let mut bytes = PCAP.file(&packets());
    bytes.extend([0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    let mut reader = pcap_analyzer_core::capture::Reader::new();
    let mut frames = 0;
    reader.feed(&bytes, |_, _| frames += 1).expect("it is a capture");
    reader.feed(&vec![0x55; 70 << 20], |_, _| frames += 1).expect("it is a capture");
    assert!(reader.ended());
    assert_eq!((frames, reader.context().issues.count(IssueKind::CorruptRecord)), (6, 1));
}

#[test]
fn an_impossible_length_on_the_wire_is_corrupt_unless_a_record_follows() {
    let mut packets = many();
    packets[3].wire_bytes = 0xffff_0000;
    assert_eq!(read(&PCAP.file(&packets)).frames.len(), 20);
    let mut bytes = PCAP.file(&packets);
    bytes.drain(24 + 4 * 116 - 3..24 + 4 * 116);
    let seen = read(&bytes);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::Resynchronised)), (19, 113));
}
