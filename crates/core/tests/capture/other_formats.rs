//! What is particular to the formats other than pcap and pcapng.

use pcap_analyzer_core::Error;
use pcap_analyzer_core::issue::IssueKind;

use crate::samples::{btsnoop, iptrace, netmon, netxray, packet, packets, sniffer_dos, snoop};
use crate::seen::read;

#[test]
fn names_and_link_types() {
    let packets = packets();
    let names = [
        (snoop(&packets), "snoop", 1, 1000),
        (btsnoop(&packets), "btsnoop", 187, 1000),
        (iptrace(&packets), "iptrace", 1, 1),
        (netmon(1, &packets), "netmon", 1, 1000),
        (netmon(3, &packets), "netmon", 1, 100),
        (netxray(*b"002.003", &packets), "netxray", 1, 1000),
        (sniffer_dos(&packets), "sniffer_dos", 1, 1000),
    ];
    for (bytes, name, link_type, resolution_ns) in names {
        let seen = read(&bytes);
        assert_eq!((seen.format, seen.interfaces.len()), (name, 1));
        assert_eq!((seen.interfaces[0].link_type.0, seen.interfaces[0].resolution_ns), (link_type, resolution_ns));
    }
}

#[test]
fn snoop_counts_drops_and_refuses_short_records() {
    let mut bytes = snoop(&packets());
    assert_eq!(read(&bytes).count(IssueKind::CaptureDrops), 5);
    bytes[16 + 11] = 20;
    let seen = read(&bytes);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::CorruptRecord)), (0, 1));
}

#[test]
fn iptrace_interfaces_are_told_by_name_and_type() {
    let mut bytes = iptrace(&packets());
    bytes[11 + 12] = b't';
    bytes[11 + 28] = 9;
    let seen = read(&bytes);
    assert_eq!(seen.interfaces.len(), 2);
    assert_eq!((seen.frames[0].link_type, seen.frames[1].link_type), (6, 1));
    assert_eq!(seen.interfaces[0].name.as_deref(), Some("tn"));
}

#[test]
fn iptrace_1_has_whole_seconds_and_fddi_padding() {
    let mut bytes = b"iptrace 1.0".to_vec();
    bytes.extend([0, 0, 0, 22 + 10, 0x5f, 0x5e, 0x10, 0]);
    bytes.extend([0; 20]);
    bytes.extend([15, 1]);
    bytes.extend([0, 0, 0, 4, 5, 6, 7, 8, 9, 10]);
    let seen = read(&bytes);
    assert_eq!(seen.times(), [1_600_000_000_000_000_000]);
    assert_eq!((seen.frames[0].link_type, seen.frames[0].data.as_slice()), (10, &[4, 5, 6, 7, 8, 9, 10][..]));
}

#[test]
fn netmon_1_counts_milliseconds() {
    let mut bytes = netmon(0, &[]);
    bytes[..6].copy_from_slice(b"RTSS\x01\x01");
    bytes.extend([250, 0, 0, 0, 90, 0, 2, 0, 0xaa, 0xbb]);
    bytes[24] += 10;
    bytes[28] = 4;
    bytes.extend([0; 4]);
    let seen = read(&bytes);
    assert_eq!(seen.times(), [1_600_000_000_250_000_000]);
    assert_eq!((seen.frames[0].wire_bytes, seen.frames[0].data.as_slice()), (90, &[0xaa, 0xbb][..]));
}

#[test]
fn netmon_frames_say_their_own_media() {
    let packets = [packet(0, 40), packet(1, 40), packet(2, 40)];
    let mut bytes = netmon(1, &packets);
    let trailer = |index: usize| 128 + index * (16 + 40 + 2) + 56;
    bytes[trailer(0)..trailer(0) + 2].copy_from_slice(&[0x71, 0xe0]);
    bytes[trailer(1)..trailer(1) + 2].copy_from_slice(&[0xfd, 0xff]);
    let seen = read(&bytes);
    let links: Vec<_> = seen.frames.iter().map(|frame| (frame.link_type, frame.interface)).collect();
    assert_eq!(links, [(113, 1), (1, 0)]);
}

#[test]
fn netmon_stops_at_its_frame_table() {
    let mut bytes = netmon(0, &packets());
    bytes[28] = 8;
    assert_eq!(read(&bytes).frames.len(), 2);
    bytes[24..28].copy_from_slice(&200_u32.to_le_bytes());
    let seen = read(&bytes);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::CorruptRecord)), (0, 1));
}

#[test]
fn netxray_clocks() {
    let time = |change: &[(usize, u8)]| {
        let mut bytes = netxray(*b"002.001", &[packet(1_250_000, 60)]);
        for &(at, value) in change {
            bytes[at] = value;
        }
        read(&bytes).times().first().map(|time| time - 1_600_000_000_000_000_000)
    };
    assert_eq!(time(&[]), Some(1_250_000_000));
    assert_eq!(time(&[(48, 1)]), Some(1_047_778_709));
    assert_eq!(time(&[(84, 3), (48, 2)]), Some(1_000_000_000));
    assert_eq!(time(&[(84, 2)]), Some(1_250_000));
    assert_eq!(time(&[(84, 2), (48, 2)]), Some(40_000_000));
    assert_eq!(time(&[(53, 0x61)]), Some(1_225_168_000));
    assert_eq!(time(&[(84, 9)]), None);
}

#[test]
fn netxray_padding_is_no_part_of_the_packet() {
    let mut bytes = netxray(*b"002.001", &packets());
    bytes[128 + 14..128 + 16].fill(0xff);
    assert_eq!(read(&bytes).frames[0].data.len(), 56);
    bytes[76..80].copy_from_slice(&1_193_000_u32.to_le_bytes());
    assert_eq!(read(&bytes).frames[0].data.len(), 60);
}

#[test]
fn the_first_netxray_has_one_length_and_milliseconds() {
    let mut bytes = netxray(*b"\0\0\0\0\0\0\0", &[]);
    bytes[..4].copy_from_slice(b"VL\0\0");
    bytes.truncate(128);
    bytes.extend([250, 0, 0, 0, 0, 0, 0, 0, 3, 0, 9, 9, 9, 9, 9, 9, 0xaa, 0xbb, 0xcc]);
    bytes[28] = 128 + 19;
    let seen = read(&bytes);
    assert_eq!(seen.times(), [1_600_000_000_250_000_000]);
    assert_eq!((seen.frames[0].wire_bytes, seen.frames[0].data.as_slice()), (3, &[0xaa, 0xbb, 0xcc][..]));
}

#[test]
fn sniffer_dos_says_what_it_cannot_read() {
    let refused = |at: usize, value: u8| {
        let mut bytes = sniffer_dos(&packets());
        bytes[at] = value;
        matches!(read(&bytes).error, Some(Error::Unsupported { .. }))
    };
    // Compressed, a network without a reader, a unit of time nobody knows.
    assert!(refused(33, 2) && refused(32, 5) && refused(34, 7));
}

#[test]
fn headers_that_are_cut_are_damage() {
    let packets = packets();
    for (bytes, header) in [
        (snoop(&packets), 16),
        (btsnoop(&packets), 16),
        (netmon(0, &packets), 128),
        (netxray(*b"001.100", &packets), 128),
        (sniffer_dos(&packets), 41),
    ] {
        let seen = read(&bytes[..header - 1]);
        assert!(matches!(seen.error, Some(Error::Damaged { .. })), "{}: {:?}", seen.format, seen.error);
        assert_eq!(read(&bytes[..header]).error, None);
    }
}
