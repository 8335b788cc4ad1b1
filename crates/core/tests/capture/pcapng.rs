//! pcapng, block by block.

use pcap_analyzer_core::Error;
use pcap_analyzer_core::issue::IssueKind;

use crate::samples::{Order, block, enhanced, interface, option, packet, packets, pcapng, section};
use crate::seen::{Seen, read, read_chunked};

const LE: Order = Order::Little;

/// One section with one interface with these options, and one packet at `ticks`.
fn with_interface(options: &[u8], ticks: u64) -> Seen {
    read(&[section(LE, &[]), interface(LE, 1, 0, options), enhanced(LE, 0, ticks, &packet(0, 60), &[])].concat())
}

fn with_blocks(blocks: &[Vec<u8>]) -> Seen {
    read(&[section(LE, &[]), interface(LE, 1, 0, &[]), blocks.concat()].concat())
}

#[test]
fn sections_have_their_own_interfaces_and_byte_order() {
    let mut bytes = section(LE, &option(LE, 2, b"a host"));
    bytes.extend(interface(LE, 1, 96, &[option(LE, 2, b"eth0"), option(LE, 12, b"Linux")].concat()));
    bytes.extend(interface(LE, 113, 0, &option(LE, 2, b"any")));
    bytes.extend(enhanced(LE, 1, 1, &packet(0, 60), &[]));
    let be = Order::Big;
    bytes.extend(section(be, &option(be, 3, b"another system")));
    bytes.extend(interface(be, 127, 0, &option(be, 8, &be.u64(54_000_000))));
    bytes.extend(enhanced(be, 0, 2, &packet(0, 61), &[]));
    let seen = read(&bytes);
    assert_eq!(seen.error, None);
    let places: Vec<_> = seen.frames.iter().map(|frame| (frame.interface, frame.link_type, frame.time_ns)).collect();
    assert_eq!(places, [(1, 113, Some(1000)), (2, 127, Some(2000))]);
    let names: Vec<_> = seen.interfaces.iter().map(|interface| interface.name.as_deref()).collect();
    assert_eq!(names, [Some("eth0"), Some("any"), None]);
    assert_eq!((seen.interfaces[0].snap_length_bytes, seen.interfaces[0].os.as_deref()), (Some(96), Some("Linux")));
    assert_eq!(seen.interfaces[2].speed_bps, Some(54_000_000));
    assert_eq!(seen.host, [None, Some("a host".to_owned()), Some("another system".to_owned())]);
}

#[test]
fn time_stamps_of_any_resolution() {
    let time = |resolution: u8, ticks| with_interface(&option(LE, 9, &[resolution]), ticks).times()[0];
    assert_eq!(time(6, 1_500_000), 1_500_000_000);
    assert_eq!(time(9, 7), 7);
    assert_eq!(time(3, 7), 7_000_000);
    assert_eq!(time(0, 7), 7_000_000_000);
    assert_eq!(time(12, 7_999), 7);
    assert_eq!(time(127, u64::MAX), 0);
    assert_eq!(time(0x81, 3), 1_500_000_000);
    assert_eq!(time(0xa0, 5 << 32 | 1 << 31), 5_500_000_000);
    assert_eq!(time(0xff, u64::MAX), 0);
}

#[test]
fn time_stamps_are_shifted_and_wrap() {
    let seen = with_interface(&option(LE, 14, &LE.u64(-10_i64 as u64)), 1_000_000);
    assert_eq!(seen.times(), [-9_000_000_000]);
    let seen = with_interface(&[], u64::MAX);
    assert_eq!((seen.times(), seen.count(IssueKind::TimestampOutOfRange)), (vec![-1000], 1));
}

#[test]
fn simple_packets_have_no_time() {
    let body = [LE.u32(900).to_vec(), vec![7; 100]].concat();
    let seen = read(&[section(LE, &[]), interface(LE, 1, 98, &[]), block(LE, 3, &body)].concat());
    let frame = &seen.frames[0];
    assert_eq!((frame.time_ns, frame.wire_bytes, frame.data.len()), (None, 900, 98));
    assert_eq!(seen.count(IssueKind::NoTimestamp), 1);
}

#[test]
fn obsolete_packets_are_read() {
    let fields = [LE.u16(0), LE.u16(3)].concat();
    let rest: Vec<u8> = [0, 5, 4, 60].iter().flat_map(|&field| LE.u32(field)).collect();
    let seen = with_blocks(&[block(LE, 2, &[fields, rest, vec![1, 2, 3, 4]].concat())]);
    let frame = &seen.frames[0];
    assert_eq!((frame.time_ns, frame.wire_bytes, frame.data.as_slice()), (Some(5000), 60, &[1, 2, 3, 4][..]));
    assert_eq!(seen.count(IssueKind::CaptureDrops), 3);
}

#[test]
fn statistics_count_on() {
    let statistics = |received: u64, by_interface: u64, by_os: u64| {
        let fields = [LE.u32(0).to_vec(), vec![0; 8]].concat();
        let count = |code, value: u64| option(LE, code, &LE.u64(value));
        block(LE, 5, &[fields, count(4, received), count(5, by_interface), count(7, by_os)].concat())
    };
    let dropped = enhanced(LE, 0, 1, &packet(0, 60), &option(LE, 4, &LE.u64(2)));
    let seen = with_blocks(&[dropped, statistics(10, 1, 2), statistics(20, 1, 4)]);
    assert_eq!(seen.count(IssueKind::CaptureDrops), 5);
    let interface = &seen.interfaces[0];
    let counts = (interface.received_packets, interface.interface_dropped_packets, interface.os_dropped_packets);
    assert_eq!(counts, (Some(20), Some(1), Some(4)));
}

#[test]
fn comments_are_counted_and_the_first_is_kept() {
    let comment = |text: &[u8]| enhanced(LE, 0, 1, &packet(0, 61), &option(LE, 1, text));
    let seen = with_blocks(&[enhanced(LE, 0, 1, &packet(0, 60), &[]), comment(b"first"), comment(b"second")]);
    let issue = seen.issue(IssueKind::Comment);
    assert_eq!((issue.count, issue.text.as_deref(), issue.first_frame), (2, Some("first"), Some(2)));
}

#[test]
fn unknown_blocks_are_passed_over() {
    let blocks = [0x0bad, 4, 9, 10, 0x1234, 0x1234].map(|kind| block(LE, kind, &[1, 2, 3, 4]));
    let seen = with_blocks(&[blocks.concat(), enhanced(LE, 0, 1, &packet(0, 60), &[])]);
    assert_eq!(seen.frames.len(), 1);
    assert_eq!(seen.issues.len(), 1);
    assert_eq!((seen.issues[0].0, seen.issues[0].1, seen.issues[0].2.count), (IssueKind::BlockSkipped, 0x1234, 2));
}

#[test]
fn frame_numbers_are_those_of_wireshark() {
    let frame = || enhanced(LE, 0, 1, &packet(0, 60), &[]);
    let seen =
        with_blocks(&[frame(), block(LE, 9, b"A=b\n"), block(LE, 4, &[0; 4]), block(LE, 0x0bad, &[1; 4]), frame()]);
    let numbers: Vec<_> = seen.frames.iter().map(|frame| frame.number).collect();
    assert_eq!((numbers, seen.issues.len()), (vec![1, 4], 0));
}

#[test]
fn packets_of_no_interface_are_noted() {
    let seen = with_blocks(&[enhanced(LE, 1, 1, &packet(0, 60), &[]), enhanced(LE, 0, 1, &packet(0, 60), &[])]);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::UnknownInterface)), (1, 1));
}

#[test]
fn contradicting_lengths_are_noted_and_read() {
    let mut trailer = enhanced(LE, 0, 1, &packet(0, 60), &[]);
    let end = trailer.len();
    trailer[end - 4] ^= 0xff;
    let mut unpadded = enhanced(LE, 0, 1, &packet(0, 61), &[]);
    unpadded[4] -= 3;
    let end = unpadded.len();
    unpadded[end - 4] -= 3;
    let mut too_long = enhanced(LE, 0, 1, &packet(0, 62), &[]);
    too_long[20] = 200;
    let overrun = enhanced(LE, 0, 1, &packet(0, 63), &[1, 0, 99, 0, b'x', 0, 0, 0]);
    let seen = with_blocks(&[trailer, unpadded, too_long, overrun, enhanced(LE, 0, 1, &packet(0, 64), &[])]);
    let lengths: Vec<_> = seen.frames.iter().map(|frame| frame.data.len()).collect();
    assert_eq!(lengths, [60, 61, 64, 63, 64]);
    assert_eq!(seen.count(IssueKind::MalformedBlock), 4);
}

#[test]
fn reading_goes_on_behind_a_corrupt_block() {
    let packets = packets();
    let mut bytes = pcapng(LE, &packets);
    let length = |index: usize| enhanced(LE, 0, 0, &packets[index], &[]).len();
    let corrupt = bytes.len() - length(5) - length(4);
    bytes[corrupt..corrupt + 12].fill(0xee);
    let seen = read(&bytes);
    assert_eq!(seen.frames.len(), 5);
    assert_eq!(seen.frames[4].data, packets[5].data);
    let issue = seen.issue(IssueKind::Resynchronised);
    assert_eq!((issue.count, issue.first_offset), (length(4) as u64, Some(corrupt as u64)));
}

#[test]
fn a_length_of_4_gigabytes_is_corrupt() {
    let mut huge = enhanced(LE, 0, 1, &packet(0, 60), &[]);
    huge[4..8].fill(0xff);
    let seen = with_blocks(&[huge.clone(), enhanced(LE, 0, 1, &packet(0, 64), &[])]);
    assert_eq!(seen.frames.len(), 1);
    assert_eq!(seen.issue(IssueKind::Resynchronised).count, huge.len() as u64);
    let seen = with_blocks(&[enhanced(LE, 0, 1, &packet(0, 64), &[]), huge]);
    assert_eq!((seen.frames.len(), seen.count(IssueKind::CorruptRecord)), (1, 1));
}

#[test]
fn many_false_lengths_cost_little() {
    let mut claims = enhanced(LE, 0, 1, &packet(0, 60), &[]);
    claims.extend([6_u32, (16 << 20) - 400, 0].into_iter().flat_map(u32::to_le_bytes));
    let begin = std::time::Instant::now();
    let bytes = [section(LE, &[]), interface(LE, 1, 0, &[]), claims.repeat(300_000)].concat();
    let seen = read_chunked(&bytes, std::iter::repeat(1 << 16));
    assert!(seen.frames.len() >= 100_000, "{}", seen.frames.len());
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

#[test]
fn a_broken_beginning_is_an_error() {
    let good = section(LE, &[]);
    assert!(matches!(read(&good[..20]).error, Some(Error::Damaged { format: "pcapng", .. })));
    let mut no_mark = good.clone();
    no_mark[8] = 0;
    assert!(matches!(read(&no_mark).error, Some(Error::Damaged { format: "pcapng", .. })));
    let mut version = good;
    version[12] = 2;
    assert!(matches!(read(&version).error, Some(Error::Unsupported { .. })));
}
