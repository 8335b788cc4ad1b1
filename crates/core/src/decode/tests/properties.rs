//! What holds for any bytes: no panic, bounded work, and less bytes never give other layers.

use proptest::prelude::*;

use super::super::{Decoded, Header, MAX_LAYERS, MAX_TRANSPORTS, Protocol};
use super::build::{ethernet, ipv4};
use super::{LinkType, Sample, decode, decode_bytes, frame, has, links, network, tunnels};
use crate::issue::IssueKind;

fn all_samples() -> Vec<Sample> {
    let groups = [
        links::ethernet_samples(),
        links::wireless_samples(),
        links::serial_samples(),
        links::other_samples(),
        network::samples(),
        tunnels::ip_samples(),
        tunnels::udp_samples(),
    ];
    groups.into_iter().flatten().collect()
}

/// Link types by number: all registered ones are below 300.
fn link_type() -> impl Strategy<Value = LinkType> {
    (0..300_u32).prop_map(LinkType)
}

fn is_bounded(decoded: &Decoded<'_>) -> bool {
    decoded.layers.len() <= MAX_LAYERS && decoded.transports.len() <= MAX_TRANSPORTS && decoded.oddities.len() <= 8
}

/// A layer of which too little was captured to tell what it is, is data.
fn begins_like(part: &Decoded<'_>, whole: &Decoded<'_>) -> bool {
    let known =
        part.layers.len() - usize::from(part.layers.last().is_some_and(|layer| layer.protocol == Protocol::Data));
    known <= whole.layers.len() && part.layers[..known] == whole.layers[..known]
}

#[test]
fn a_prefix_gives_a_prefix_of_the_layers() {
    for sample in all_samples() {
        let whole = decode_bytes(sample.link_type, &sample.bytes);
        for captured in 0..sample.bytes.len() {
            let part = decode(&frame(sample.link_type, &sample.bytes[..captured], sample.bytes.len()));
            assert!(begins_like(&part, &whole), "{} {captured}: {:?}", sample.path, part.layers);
            assert!(part.transports.len() <= whole.transports.len());
            for (less, more) in part.transports.iter().zip(&whole.transports) {
                assert_eq!((less.net, less.source_port, less.quoted), (more.net, more.source_port, more.quoted));
                if let (Header::Tcp(less), Header::Tcp(more)) = (less.header, more.header) {
                    assert_eq!((less.sequence, less.payload_bytes), (more.sequence, more.payload_bytes));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_decoded_in_bounds(link_type in link_type(), bytes in prop::collection::vec(any::<u8>(), 0..200), further in 0..2000_usize) {
        prop_assert!(is_bounded(&decode(&frame(link_type, &bytes, bytes.len() + further))));
        prop_assert!(is_bounded(&decode(&frame(link_type, &bytes, further))));
    }

    #[test]
    fn damaged_frames_are_decoded_in_bounds(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let samples = all_samples();
        let sample = &samples[which.index(samples.len())];
        let mut bytes = sample.bytes.clone();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        prop_assert!(is_bounded(&decode_bytes(sample.link_type, &bytes)));
        let captured = cut.index(bytes.len());
        prop_assert!(is_bounded(&decode(&frame(sample.link_type, &bytes[..captured], bytes.len()))));
    }
}

#[test]
fn hostile_nesting_is_bounded_and_said() {
    let nested_ip = (0..3000).fold(Vec::new(), |inner: Vec<u8>, _| {
        let mut packet = ipv4(4, &[]);
        packet[2..4].copy_from_slice(&[0, 0]); // as long as the frame
        packet.extend(inner);
        packet
    });
    let vlans: Vec<u8> = [0, 1, 0x81, 0].repeat(15_000);
    let multilink: Vec<u8> = [0x3d, 0xc0, 0, 0, 1].repeat(10_000);
    let aggregate = [&[0x88, 1][..], &[0; 22], &[0x80, 0], &vec![0; 60_000]].concat();
    let hostile = [
        (LinkType::ETHERNET, ethernet(0x0800, &nested_ip)),
        (LinkType::ETHERNET, ethernet(0x8100, &vlans)),
        (LinkType::ETHERNET, ethernet(0x8847, &vec![0; 60_000])),
        (LinkType::PPP, multilink),
        (LinkType::IEEE802_11, aggregate),
    ];
    for (link_type, bytes) in hostile {
        let decoded = decode_bytes(link_type, &bytes);
        assert!(is_bounded(&decoded) && has(&decoded, IssueKind::TooDeep), "{} {:?}", link_type.name(), decoded.layers);
    }
}

#[test]
fn transports_beyond_the_bound_are_said() {
    let subframe = [
        &[0; 12][..],
        &[0, 37],
        &super::build::before("aaaa03 000000 0800", &ipv4(17, &[0, 1, 0, 2, 0, 8, 0, 0])),
        &[0],
    ]
    .concat();
    assert_eq!(subframe.len() % 4, 3);
    let subframe = [subframe.as_slice(), &[0]].concat();
    let bytes = [&[0x88, 1][..], &[0; 22], &[0x80, 0], &subframe.repeat(MAX_TRANSPORTS + 1)].concat();
    let decoded = decode_bytes(LinkType::IEEE802_11, &bytes);
    assert_eq!(decoded.transports.len(), MAX_TRANSPORTS);
    assert!(has(&decoded, IssueKind::TooDeep));
}
