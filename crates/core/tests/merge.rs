//! Several captures as one.

mod support;

use pcap_analyzer_core::{Merge, Options};
use support::{Collect, ipv4, pcap, udp};

fn capture(times_us: &[u64], port: u16) -> Vec<u8> {
    pcap(&times_us.iter().map(|&at_us| (at_us, ipv4(1, 2, 17, &udp((port, 53), b"x")))).collect::<Vec<_>>())
}

fn merge(captures: &[Vec<u8>]) -> Merge<Collect> {
    let options = Options { on_demand: vec!["packets".into()], ..Options::default() };
    Merge::new(&options, vec![None; captures.len()], Collect::default())
}

fn merged(captures: &[Vec<u8>]) -> Collect {
    let mut merge = merge(captures);
    for (at, capture) in captures.iter().enumerate() {
        merge.feed(at, capture).expect("a capture");
        merge.end(at).expect("a capture");
    }
    merge.finish()
}

#[test]
fn frames_come_in_order_of_time_and_at_equal_times_in_that_of_the_files() {
    let tables = merged(&[capture(&[10, 30], 1), capture(&[10, 20, 40], 2)]);
    assert_eq!(tables.integers("packets", "source_port"), [1, 2, 2, 1, 2]);
    assert_eq!(tables.integers("packets", "frame_number"), [1, 2, 3, 4, 5]);
    assert_eq!(tables.integers("captures", "packets"), [2, 3]);
}

#[test]
fn a_capture_out_of_order_keeps_its_own_order() {
    let tables = merged(&[capture(&[50, 10], 1), capture(&[20, 60], 2)]);
    assert_eq!(tables.integers("packets", "source_port"), [2, 1, 1, 2]);
}

#[test]
fn it_waits_for_every_source_that_has_not_ended() {
    let captures = [capture(&[10, 20], 1), capture(&[15], 2)];
    let mut merge = merge(&captures);
    assert_eq!(merge.wanted(), Some(0));
    merge.feed(0, &captures[0]).expect("a capture");
    merge.end(0).expect("a capture");
    assert_eq!((merge.wanted(), merge.frames()), (Some(1), 0), "the other may have an earlier one");
    merge.feed(1, &captures[1]).expect("a capture");
    merge.end(1).expect("a capture");
    assert_eq!((merge.wanted(), merge.frames()), (None, 3));
}

#[test]
fn what_is_no_capture_is_said_of_its_source_alone() {
    let captures = [capture(&[10], 1), b"no capture at all, but long enough to tell".to_vec()];
    let mut merge = merge(&captures);
    merge.feed(0, &captures[0]).expect("a capture");
    assert!(merge.feed(1, &captures[1]).and_then(|()| merge.end(1)).is_err());
}
