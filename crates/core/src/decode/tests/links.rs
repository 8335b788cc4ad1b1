//! Every link type, and what stands between a link layer and IP.

use super::build::{before, ethernet, ethernet_tcp, hex, ipv4, ipv6, snap_tcp, tcp, zeros};
use super::{LinkType, Sample, check, decode_bytes, has, ports, sample};
use crate::issue::IssueKind;

fn ip(port: u16) -> Vec<u8> {
    ipv4(6, &tcp(port))
}

fn ip6(port: u16) -> Vec<u8> {
    ipv6(6, &tcp(port))
}

pub(super) fn ethernet_samples() -> Vec<Sample> {
    let ethernet_frame =
        |kind, payload: &[u8], path, ports| sample(LinkType::ETHERNET, ethernet(kind, payload), path, ports);
    let length = |payload: &[u8]| payload.len() as u16;
    let snap = snap_tcp(1);
    vec![
        ethernet_frame(0x0800, &ip(1), "eth:ip:tcp", &[1]),
        ethernet_frame(0x86dd, &ip6(1), "eth:ipv6:tcp", &[1]),
        ethernet_frame(0x0800, &ip6(1), "eth:ip:ipv6:tcp", &[1]),
        ethernet_frame(length(&snap), &snap, "eth:llc:ip:tcp", &[1]),
        ethernet_frame(43, &before("060603", &ip(1)), "eth:llc:ip:tcp", &[1]),
        ethernet_frame(11, &hex("424203 0000000000000000"), "eth:llc:stp", &[]),
        ethernet_frame(38, &before("aaaa03 00000c 2000", &[0; 30]), "eth:llc:cdp", &[]),
        ethernet_frame(38, &before("aaaa03 080007 809b", &[0; 30]), "eth:llc:ddp", &[]),
        ethernet_frame(38, &before("aaaa03 0000f8 80f3", &[0; 30]), "eth:llc:aarp", &[]),
        ethernet_frame(38, &before("fefe03 83", &[0; 34]), "eth:llc:isis", &[]),
        ethernet_frame(32, &before("ffff", &[0; 30]), "eth:ipx", &[]),
        ethernet_frame(0x0806, &[0; 28], "eth:arp", &[]),
        ethernet_frame(0x88cc, &[0; 28], "eth:lldp", &[]),
        ethernet_frame(0x1234, &[0; 28], "eth:data", &[]),
        ethernet_frame(0x8100, &before("0064 0800", &ip(1)), "eth:vlan:ip:tcp", &[1]),
        ethernet_frame(
            0x8100,
            &[&hex("0064"), &length(&snap).to_be_bytes()[..], &snap].concat(),
            "eth:vlan:llc:ip:tcp",
            &[1],
        ),
        ethernet_frame(0x9100, &before("0064 8100 0065 0800", &ip(1)), "eth:vlan:vlan:ip:tcp", &[1]),
        ethernet_frame(0x88a8, &before("0064 8100 0065 0800", &ip(1)), "eth:ieee8021ad:vlan:ip:tcp", &[1]),
        ethernet_frame(0x88e7, &before("00000001", &ethernet_tcp(1)), "eth:ieee8021ah:ip:tcp", &[1]),
        ethernet_frame(0x8926, &before("00000001 0800", &ip(1)), "eth:vntag:ip:tcp", &[1]),
        ethernet_frame(0x892f, &before("00300001 0800", &ip(1)), "eth:hsr:ip:tcp", &[1]),
        ethernet_frame(0x8909, &before("01010001 0002 0800", &ip(1)), "eth:cmd:ip:tcp", &[1]),
        ethernet_frame(0x22f3, &before("0040 0001 0002 00000000", &ethernet_tcp(1)), "eth:trill:eth:ip:tcp", &[1]),
        ethernet_frame(0x8847, &before("000010ff 000111ff", &ip(1)), "eth:mpls:mpls:ip:tcp", &[1]),
        ethernet_frame(0x8847, &before("000111ff", &ip6(1)), "eth:mpls:ipv6:tcp", &[1]),
        ethernet_frame(0x8847, &before("000111ff 00000000", &ethernet_tcp(1)), "eth:mpls:pwethcw:eth:ip:tcp", &[1]),
        ethernet_frame(0x8847, &before("000111ff 10000021", &ip(1)), "eth:mpls:pwach:ip:tcp", &[1]),
        ethernet_frame(0x8863, &[0; 28], "eth:pppoed", &[]),
        ethernet_frame(0x8864, &before("11000001 002e 0021", &ip(1)), "eth:pppoes:ppp:ip:tcp", &[1]),
        ethernet_frame(0x6558, &ethernet_tcp(1), "eth:eth:ip:tcp", &[1]),
        ethernet_frame(0x8903, &before("0001", &ethernet_tcp(1)), "eth:cfp:eth:ip:tcp", &[1]),
    ]
}

pub(super) fn wireless_samples() -> Vec<Sample> {
    let addresses = "020000000001 020000000002 020000000003";
    let frame =
        |control: &str, further: &str, body: &[u8]| before(&format!("{control} 0000 {addresses} 0000 {further}"), body);
    let msdu = |port| {
        let snap = snap_tcp(port);
        [&hex("020000000001 020000000002"), &(snap.len() as u16).to_be_bytes()[..], &snap].concat()
    };
    let padded = |port| {
        let mut subframe = msdu(port);
        subframe.resize(subframe.len().next_multiple_of(4), 0);
        subframe
    };
    let aggregate = [padded(1), padded(2), msdu(3)].concat();
    let checked = |mut frame: Vec<u8>| {
        frame.extend(hex("01020304"));
        frame
    };
    let wlan = LinkType::IEEE802_11;
    let radiotap = LinkType::IEEE802_11_RADIOTAP;
    vec![
        sample(wlan, frame("0801", "", &snap_tcp(1)), "wlan:llc:ip:tcp", &[1]),
        sample(wlan, frame("0803", "020000000004", &snap_tcp(1)), "wlan:llc:ip:tcp", &[1]),
        sample(wlan, frame("8801", "0000", &snap_tcp(1)), "wlan:llc:ip:tcp", &[1]),
        sample(wlan, frame("8803", "020000000004 0000", &snap_tcp(1)), "wlan:llc:ip:tcp", &[1]),
        sample(wlan, frame("8881", "0000 00000000", &snap_tcp(1)), "wlan:llc:ip:tcp", &[1]),
        sample(wlan, frame("8801", "8000", &aggregate), "wlan:llc:ip:tcp|llc:ip:tcp|llc:ip:tcp", &[1, 2, 3]),
        sample(wlan, frame("4801", "", &[]), "wlan", &[]),
        sample(wlan, frame("0841", "", &[0; 40]), "wlan:data", &[]),
        sample(wlan, frame("0805", "", &snap_tcp(1)), "wlan:data", &[]),
        sample(wlan, frame("8000", "", &[0; 40]), "wlan:wlan.mgt", &[]),
        sample(wlan, hex("b400 0000 020000000001"), "wlan", &[]),
        sample(
            radiotap,
            before("0000 0800 00000000", &frame("0801", "", &snap_tcp(1))),
            "radiotap:wlan_radio:wlan:llc:ip:tcp",
            &[1],
        ),
        // Flags behind a timer that is aligned to eight bytes: a checksum follows, and the header is padded.
        sample(
            radiotap,
            before(
                "0000 1900 03000000 1122334455667788 30 0000000000000000",
                &checked(frame("8801", "0000 0000", &snap_tcp(1))),
            ),
            "radiotap:wlan_radio:wlan:llc:ip:tcp",
            &[1],
        ),
        sample(
            LinkType::IEEE802_11_PRISM,
            [hex("44000000 90000000"), vec![0; 136], frame("0801", "", &snap_tcp(1))].concat(),
            "prism:wlan_radio:wlan:llc:ip:tcp",
            &[1],
        ),
        sample(
            LinkType::IEEE802_11_AVS,
            [hex("80211001 00000040"), vec![0; 56], frame("0801", "", &snap_tcp(1))].concat(),
            "wlancap:wlan_radio:wlan:llc:ip:tcp",
            &[1],
        ),
        sample(
            LinkType::PPI,
            before(
                "0000 2000 69000000 0200 1400 0000000000000000 0100 00000000000000000000",
                &checked(frame("0801", "", &snap_tcp(1))),
            ),
            "ppi:wlan_radio:wlan:llc:ip:tcp",
            &[1],
        ),
        sample(
            LinkType::NETMON_IEEE802_11,
            [hex("02 2000"), vec![0; 29], frame("0801", "", &snap_tcp(1))].concat(),
            "netmon_802_11:wlan_radio:wlan:llc:ip:tcp",
            &[1],
        ),
        sample(LinkType::PPI, before("0000 0800 01000000", &ethernet_tcp(1)), "ppi:eth:ip:tcp", &[1]),
    ]
}

pub(super) fn serial_samples() -> Vec<Sample> {
    vec![
        sample(LinkType::PPP, before("ff03 0021", &ip(1)), "ppp:ip:tcp", &[1]),
        sample(LinkType::PPP, before("ff03 21", &ip(1)), "ppp:ip:tcp", &[1]),
        sample(LinkType::PPP, before("0057", &ip6(1)), "ppp:ipv6:tcp", &[1]),
        sample(LinkType::PPP, before("57", &ip6(1)), "ppp:ipv6:tcp", &[1]),
        sample(LinkType::PPP, before("ff03 c021", &[0; 8]), "ppp:lcp", &[]),
        sample(LinkType::PPP, before("ff03 0281 000111ff", &ip(1)), "ppp:mpls:ip:tcp", &[1]),
        sample(LinkType::PPP, before("003d c0000001 0021", &ip(1)), "ppp:mp:ip:tcp", &[1]),
        sample(LinkType::PPP, before("003d 80000001 0021", &ip(1)), "ppp:mp:data", &[]),
        sample(LinkType::PPP, before("0031 0001", &ethernet_tcp(1)), "ppp:bcp_bpdu:eth:ip:tcp", &[1]),
        sample(LinkType::PPP_HDLC, before("0f00 0800", &ip(1)), "ppp:chdlc:ip:tcp", &[1]),
        sample(LinkType::PPP_WITH_DIRECTION, before("00 ff03 0021", &ip(1)), "ppp:ip:tcp", &[1]),
        sample(LinkType::PPP_ETHER, before("11000001 002e 0021", &ip(1)), "pppoes:ppp:ip:tcp", &[1]),
        sample(LinkType::CISCO_HDLC, before("0f00 0800", &ip(1)), "chdlc:ip:tcp", &[1]),
        sample(LinkType::CISCO_HDLC, before("8f00 8035", &[0; 18]), "chdlc:slarp", &[]),
        sample(LinkType::CISCO_HDLC_WITH_DIRECTION, before("01 0f00 0800", &ip(1)), "chdlc:ip:tcp", &[1]),
        sample(LinkType::FRAME_RELAY, before("1841 03 cc", &ip(1)), "fr:ip:tcp", &[1]),
        sample(LinkType::FRAME_RELAY, before("1841 03 00 80 000000 0800", &ip(1)), "fr:ip:tcp", &[1]),
        sample(LinkType::FRAME_RELAY, before("1841 0800", &ip(1)), "fr:ip:tcp", &[1]),
        sample(LinkType::FRAME_RELAY_WITH_DIRECTION, before("00 1841 03 8e", &ip6(1)), "fr:ipv6:tcp", &[1]),
    ]
}

pub(super) fn other_samples() -> Vec<Sample> {
    let erf = |kind: &str, extensions: &str, packet: &[u8]| {
        let header = format!("0000000000000000 {kind} 04 0000 0000 {:04x} {extensions}", packet.len());
        before(&header, packet)
    };
    vec![
        sample(LinkType::RAW, ip(1), "raw:ip:tcp", &[1]),
        sample(LinkType::RAW_12, ip6(1), "raw:ipv6:tcp", &[1]),
        sample(LinkType::RAW_14, ip(1), "raw:ip:tcp", &[1]),
        sample(LinkType::IPV4, ip(1), "ip:tcp", &[1]),
        sample(LinkType::IPV6, ip6(1), "ipv6:tcp", &[1]),
        sample(LinkType::NULL, before("02000000", &ip(1)), "null:ip:tcp", &[1]),
        sample(LinkType::NULL, before("0000001e", &ip6(1)), "null:ipv6:tcp", &[1]),
        sample(LinkType::NULL, before("17000000", &ip6(1)), "null:ipv6:tcp", &[1]),
        sample(LinkType::NULL, before("17000000", &[0; 30]), "null:ipx", &[]),
        sample(LinkType::LOOP, before("00000018", &ip6(1)), "null:ipv6:tcp", &[1]),
        sample(LinkType::ENC, before("02000000 00000000 00000000", &ip(1)), "enc:ip:tcp", &[1]),
        sample(LinkType::PFLOG, [hex("3d02"), vec![0; 62], ip(1)].concat(), "pflog:ip:tcp", &[1]),
        sample(LinkType::IPNET, [hex("0102"), vec![0; 22], ip(1)].concat(), "ipnet:ip:tcp", &[1]),
        sample(LinkType::LINUX_SLL, before("0000 0001 0006 0200000000010000 0800", &ip(1)), "sll:ip:tcp", &[1]),
        sample(
            LinkType::LINUX_SLL,
            before("0000 0001 0006 0200000000010000 0004", &snap_tcp(1)),
            "sll:llc:ip:tcp",
            &[1],
        ),
        sample(
            LinkType::LINUX_SLL2,
            before("86dd 0000 00000001 0001 00 06 0200000000010000", &ip6(1)),
            "sll:ipv6:tcp",
            &[1],
        ),
        sample(LinkType::TOKEN_RING, before("1040 020000000001 020000000002", &snap_tcp(1)), "tr:llc:ip:tcp", &[1]),
        sample(
            LinkType::TOKEN_RING,
            before("1040 020000000001 820000000002 0630 00110012", &snap_tcp(1)),
            "tr:llc:ip:tcp",
            &[1],
        ),
        sample(LinkType::FDDI, before("50 020000000001 020000000002", &snap_tcp(1)), "fddi:llc:ip:tcp", &[1]),
        sample(LinkType::NFLOG, before("02000000 0800 0100 08000300 3000 0900", &ip(1)), "nflog:ip:tcp", &[1]),
        sample(LinkType::NFLOG, before("07000000 0800 0100 86dd0300 4400 0900", &ip6(1)), "nflog:ipv6:tcp", &[1]),
        sample(
            LinkType::PKTAP,
            [hex("6c000000 01000000 01000000"), vec![0; 96], ethernet_tcp(1)].concat(),
            "pktap:eth:ip:tcp",
            &[1],
        ),
        sample(LinkType::ATM_RFC1483, snap_tcp(1), "llc:ip:tcp", &[1]),
        sample(LinkType::ATM_RFC1483, before("aaaa03 0080c2 0007 0000", &ethernet_tcp(1)), "llc:eth:ip:tcp", &[1]),
        sample(LinkType::ATM_CLIP, ip(1), "clip:ip:tcp", &[1]),
        sample(LinkType::SUN_ATM, before("02000020", &snap_tcp(1)), "atm:llc:ip:tcp", &[1]),
        sample(LinkType::SUN_ATM, before("01000020 0001", &ethernet_tcp(1)), "atm:eth:ip:tcp", &[1]),
        sample(LinkType::NETMON_ATM, zeros(16, &snap_tcp(1)), "atm:llc:ip:tcp", &[1]),
        sample(LinkType::ARCNET, before("0102 d4 00 0001", &ip(1)), "arcnet:ip:tcp", &[1]),
        sample(LinkType::ARCNET_LINUX, before("0102 0000 f0", &ip(1)), "arcnet:ip:tcp", &[1]),
        sample(LinkType::APPLE_IP_OVER_IEEE1394, zeros(16, &before("0800", &ip(1))), "ap1394:ip:tcp", &[1]),
        sample(LinkType::IP_OVER_FC, zeros(16, &snap_tcp(1)), "ipfc:llc:ip:tcp", &[1]),
        sample(LinkType::IPOIB, zeros(40, &before("08000000", &ip(1))), "ipoib:ip:tcp", &[1]),
        sample(
            LinkType::INFINIBAND,
            before("0002 0001 001c 0004 64 40 ffff 00fc0407 00000001 0000000000000000 0800 0000", &ip(1)),
            "infiniband:ip:tcp",
            &[1],
        ),
        sample(LinkType::DOCSIS, before("0104 0000 00000000 0000", &ethernet_tcp(1)), "docsis:eth:ip:tcp", &[1]),
        sample(LinkType::ERF, erf("02", "", &before("0000", &ethernet_tcp(1))), "erf:eth:ip:tcp", &[1]),
        sample(LinkType::ERF, erf("96", "8300000000000000 0400000000000000", &ip(1)), "erf:ip:tcp", &[1]),
        sample(LinkType::ERF, erf("01", "", &before("0f00 0800", &ip(1))), "erf:chdlc:ip:tcp", &[1]),
        sample(LinkType::JUNIPER_ETHER, before("4d4743 80 0002 0000", &ethernet_tcp(1)), "juniper:eth:ip:tcp", &[1]),
        sample(LinkType::NETANALYZER, before("00000000", &ethernet_tcp(1)), "eth:ip:tcp", &[1]),
        sample(LinkType::ETHERNET_MPACKET, before("55555555555555d5", &ethernet_tcp(1)), "eth:ip:tcp", &[1]),
        sample(LinkType::MPLS, before("000111ff", &ip(1)), "mpls:ip:tcp", &[1]),
        sample(
            LinkType::NETLINK,
            [
                hex("0000 0338 0000 0000000000000000 000c"),
                before("44000000 0004 0000 0000000000000000 02000000 3000 0900", &ip(1)),
                before("44000000 0004 0000 0000000000000000 02000000 3000 0900", &ip(2)),
            ]
            .concat(),
            "netlink:nflog:ip:tcp|nflog:ip:tcp",
            &[1, 2],
        ),
        sample(LinkType(220), vec![0; 64], "usb", &[]),
        sample(LinkType(147), vec![0; 64], "unknown_link", &[]),
    ]
}

#[test]
fn every_link_type_leads_to_its_transport() {
    check(ethernet_samples());
    check(wireless_samples());
    check(serial_samples());
    check(other_samples());
}

#[test]
fn all_ethernet_types_have_a_name_or_are_counted() {
    for kind in 0x600..=0xffff_u16 {
        let frame = ethernet(kind, &[0; 64]);
        let decoded = decode_bytes(LinkType::ETHERNET, &frame);
        assert!(decoded.layers.len() > 1 || !decoded.oddities.is_empty(), "{kind:04x}");
    }
}

#[test]
fn undecoded_link_types_are_counted_with_their_number() {
    for number in [220, 147, 70_000] {
        let decoded = decode_bytes(LinkType(number), &[0; 64]);
        assert_eq!(decoded.oddities.as_slice(), [(IssueKind::UnknownLinkType, u64::from(number))]);
    }
}

#[test]
fn a_length_in_the_type_field_cuts_the_padding_off() {
    let mut frame = ethernet(43, &before("060603", &ip(1)));
    frame.extend([0; 40]);
    frame[17 + 2..17 + 4].copy_from_slice(&[0, 80]); // the packet claims more than the 802.3 length gives it
    let decoded = decode_bytes(LinkType::ETHERNET, &frame);
    assert_eq!(decoded.transports[0].payload.wire_bytes, 0);
}

#[test]
fn innermost_vlan_is_kept() {
    let frame = ethernet(0x88a8, &before("0064 8100 2065 0800", &ip(1)));
    assert_eq!(decode_bytes(LinkType::ETHERNET, &frame).vlan, Some(0x65));
}

#[test]
fn pseudowire_without_control_word_is_told_by_its_type() {
    let mut inner = ethernet_tcp(1);
    inner[0] = 0;
    let frame = ethernet(0x8847, &before("000111ff", &inner));
    let decoded = decode_bytes(LinkType::ETHERNET, &frame);
    assert_eq!((super::path(&decoded).as_str(), ports(&decoded)), ("eth:mpls:pwethnocw:eth:ip:tcp", vec![1]));
}

#[test]
fn wireless_checksum_is_not_payload() {
    let samples = wireless_samples();
    for sample in samples.iter().filter(|sample| sample.path.ends_with("llc:ip:tcp")) {
        let decoded = decode_bytes(sample.link_type, &sample.bytes);
        assert_eq!(decoded.transports[0].payload.bytes, b"abcd");
    }
    let encrypted = samples.iter().find(|sample| sample.path == "wlan:data").expect("an encrypted frame");
    assert!(has(&decode_bytes(encrypted.link_type, &encrypted.bytes), IssueKind::WlanEncrypted));
}
