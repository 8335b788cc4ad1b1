//! DHCP, NTP and SNMP from end to end: which message belongs to which transaction.

mod support;

use support::{Collect, analyze, ipv4, pcap, udp};

fn ms(milliseconds: u64) -> u64 {
    milliseconds * 1000
}

fn columns<const N: usize>(tables: &Collect, table: &str, columns: [&str; N]) -> Vec<[i64; N]> {
    let values = columns.map(|column| tables.integers(table, column));
    (0..tables.rows(table)).map(|row| std::array::from_fn(|column| values[column][row])).collect()
}

// ---- DHCP -----------------------------------------------------------------------------------------------------------

const DISCOVER: u8 = 1;
const OFFER: u8 = 2;
const REQUEST: u8 = 3;
const DECLINE: u8 = 4;
const ACK: u8 = 5;
const NAK: u8 = 6;
const RELEASE: u8 = 7;

/// A message of the host 9, whose server is 1 and whose address is to be 10.0.0.9.
fn dhcp(kind: u8, id: u32, client: [u8; 4], options: &[u8]) -> Vec<u8> {
    let from_server = matches!(kind, OFFER | ACK | NAK);
    let mut bytes = vec![if from_server { 2 } else { 1 }, 1, 6, 0];
    bytes.extend(id.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(client);
    bytes.extend(if matches!(kind, OFFER | ACK) { [10, 0, 0, 9] } else { [0; 4] });
    bytes.extend([0; 8]);
    bytes.extend([2, 0, 0, 0, 0, 9]);
    bytes.extend([0; 202]);
    bytes.extend([99, 130, 83, 99, 53, 1, kind]);
    bytes.extend(options);
    bytes.push(255);
    let (from, to, ports) = if from_server { (1, 255, (67, 68)) } else { (9, 255, (68, 67)) };
    ipv4(from, to, 17, &udp(ports, &bytes))
}

const SERVER: [u8; 6] = [54, 4, 10, 0, 0, 1];
const WANTED: [u8; 6] = [50, 4, 10, 0, 0, 9];
const NOBODY: [u8; 4] = [0; 4];

#[test]
fn discover_offer_request_acknowledgement() {
    let lease = [&SERVER[..], &[51, 4, 0, 0, 14, 16]].concat();
    let tables = analyze(&pcap(&[
        (ms(0), dhcp(DISCOVER, 7, NOBODY, &[12, 2, b'p', b'c'])),
        (ms(1000), dhcp(DISCOVER, 7, NOBODY, &[])),
        (ms(1300), dhcp(OFFER, 7, NOBODY, &lease)),
        (ms(1310), dhcp(REQUEST, 7, NOBODY, &[SERVER, WANTED].concat())),
        (ms(1340), dhcp(ACK, 7, NOBODY, &lease)),
    ]));
    let numbers = ["discover_frame", "discovers", "offer_frame", "request_frame", "response_frame", "responses"];
    assert_eq!(columns(&tables, "dhcp_transactions", numbers), [[1, 2, 3, 4, 5, 1]]);
    let times = ["offer_time_ns", "response_time_ns", "total_time_ns", "lease_ns"];
    assert_eq!(
        columns(&tables, "dhcp_transactions", times),
        [[1_300_000_000, 30_000_000, 1_340_000_000, 3_600_000_000_000]]
    );
    let texts = ["purpose", "outcome", "address", "server_id", "client_mac", "host_name"]
        .map(|column| tables.texts("dhcp_transactions", column).concat());
    assert_eq!(texts, ["acquire", "ack", "10.0.0.9", "10.0.0.1", "02:00:00:00:00:09", "pc"]);
}

#[test]
fn an_address_that_is_refused_and_one_that_is_in_use() {
    let tables = analyze(&pcap(&[
        (ms(0), dhcp(REQUEST, 7, NOBODY, &WANTED)),
        (ms(5), dhcp(NAK, 7, NOBODY, &SERVER)),
        (ms(10), dhcp(DISCOVER, 8, NOBODY, &[])),
        (ms(20), dhcp(OFFER, 8, NOBODY, &SERVER)),
        (ms(30), dhcp(REQUEST, 8, NOBODY, &[SERVER, WANTED].concat())),
        (ms(40), dhcp(ACK, 8, NOBODY, &SERVER)),
        (ms(50), dhcp(DECLINE, 9, NOBODY, &[SERVER, WANTED].concat())),
        (ms(60), dhcp(DISCOVER, 10, NOBODY, &[])),
    ]));
    assert_eq!(tables.texts("dhcp_transactions", "outcome"), ["nak", "declined", "unanswered"]);
    assert_eq!(tables.texts("dhcp_transactions", "purpose"), ["reboot", "acquire", "acquire"]);
    assert_eq!(tables.integers("dhcp_transactions", "decline_frame"), [-1, 7, -1]);
    assert_eq!(tables.integers("dhcp_transactions", "response_time_ns"), [5_000_000, 10_000_000, -1]);
}

#[test]
fn what_needs_no_answer_and_an_answer_to_nothing() {
    let tables = analyze(&pcap(&[
        (ms(0), dhcp(RELEASE, 7, [10, 0, 0, 9], &SERVER)),
        (ms(1), dhcp(ACK, 8, NOBODY, &SERVER)),
        (ms(2), dhcp(REQUEST, 9, [10, 0, 0, 9], &[])),
        (ms(60_000), dhcp(REQUEST, 9, [10, 0, 0, 9], &[])),
        (ms(60_001), dhcp(ACK, 9, [10, 0, 0, 9], &SERVER)),
        (ms(60_002), dhcp(REQUEST, 9, [10, 0, 0, 9], &[])),
    ]));
    let expected = ["one_way", "unsolicited", "unanswered", "ack", "unanswered"];
    assert_eq!(tables.texts("dhcp_transactions", "outcome"), expected);
    assert_eq!(tables.texts("dhcp_transactions", "purpose"), ["release", "request", "renew", "renew", "renew"]);
}

// ---- NTP ------------------------------------------------------------------------------------------------------------

/// 1970 in the seconds of NTP.
const EPOCH_S: u64 = 2_208_988_800;

/// The capture begins in 1970; times are in milliseconds since then.
fn stamp(at_ms: u64) -> [u8; 8] {
    (((EPOCH_S + at_ms / 1000) << 32) + (((at_ms % 1000) << 32) / 1000)).to_be_bytes()
}

fn ntp(mode: u8, leap: u8, stratum: u8, reference: [u8; 4], times: [[u8; 8]; 3]) -> Vec<u8> {
    let mut bytes = vec![leap << 6 | 4 << 3 | mode, stratum, 6, 0xec];
    bytes.extend([0, 0, 0x80, 0, 0, 1, 0, 0]);
    bytes.extend(reference);
    bytes.extend([0; 8]);
    bytes.extend(times.concat());
    let (from, to, ports) = if mode == 3 { (1, 2, (40_123, 123)) } else { (2, 1, (123, 40_123)) };
    ipv4(from, to, 17, &udp(ports, &bytes))
}

fn ask(transmit: [u8; 8]) -> Vec<u8> {
    ntp(3, 0, 0, [0; 4], [[0; 8], [0; 8], transmit])
}

#[test]
fn the_time_and_what_the_server_took_for_it() {
    let tables = analyze(&pcap(&[
        (ms(1000), ask([9; 8])),
        (ms(1001), ask([8; 8])),
        (ms(1100), ntp(4, 0, 1, *b"GPS\0", [[9; 8], stamp(6025), stamp(6075)])),
        (ms(1100), ntp(4, 0, 2, [192, 0, 2, 9], [[7; 8], stamp(6025), stamp(6075)])),
    ]));
    let numbers = ["request_frame", "response_frame", "response_time_ns", "stratum"];
    assert_eq!(
        columns(&tables, "ntp_transactions", numbers),
        [[1, 3, 100_000_000, 1], [2, -1, -1, -1], [-1, 4, -1, 2]]
    );
    assert_eq!(tables.texts("ntp_transactions", "outcome"), ["answer", "unanswered", "unsolicited"]);
    assert_eq!(tables.texts("ntp_transactions", "reference"), ["GPS", "", "192.0.2.9"]);
    let near = |column, expected: i64| {
        let got = tables.integers("ntp_transactions", column)[0];
        assert!((got - expected).abs() <= 2, "{column} {got}"); // 2^-32 s is no whole number of nanoseconds
    };
    near("server_time_ns", 50_000_000);
    near("clock_offset_ns", 5_000_000_000);
    near("root_delay_ns", 500_000_000);
    near("root_dispersion_ns", 1_000_000_000);
}

#[test]
fn a_server_that_refuses_and_one_without_the_time() {
    for (leap, stratum, reference, outcome) in
        [(3, 0, *b"RATE", "kiss_code"), (3, 16, [0; 4], "unsynchronised"), (0, 3, [1; 4], "answer")]
    {
        let tables =
            analyze(&pcap(&[(0, ask([9; 8])), (9, ntp(4, leap, stratum, reference, [[9; 8], stamp(0), stamp(0)]))]));
        assert_eq!(tables.texts("ntp_transactions", "outcome"), [outcome]);
    }
}

// ---- SNMP -----------------------------------------------------------------------------------------------------------

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag, content.len() as u8], &content[..]].concat()
}

/// A message of version 2c with one variable.
fn snmp(tag: u8, request: u8, error: u8) -> Vec<u8> {
    let variable = element(0x30, &[&[6, 7, 0x2b, 6, 1, 2, 1, 1, 5], &[5, 0]]);
    let unit = element(tag, &[&[2, 1, request, 2, 1, error, 2, 1, error], &element(0x30, &[&variable])]);
    element(0x30, &[&[2, 1, 1], &[4, 6], b"secret", &unit])
}

fn to_agent(to: u8, message: &[u8]) -> Vec<u8> {
    ipv4(1, to, 17, &udp((40_161, 161), message))
}

fn from_agent(from: u8, message: &[u8]) -> Vec<u8> {
    ipv4(from, 1, 17, &udp((161, 40_161), message))
}

#[test]
fn requests_of_agents_and_their_answers() {
    let tables = analyze(&pcap(&[
        (ms(0), to_agent(2, &snmp(0xa0, 5, 0))),
        (ms(1000), to_agent(2, &snmp(0xa0, 5, 0))),
        (ms(1040), from_agent(2, &snmp(0xa2, 5, 0))),
        (ms(2000), to_agent(2, &snmp(0xa1, 6, 0))),
        (ms(2030), from_agent(2, &snmp(0xa2, 6, 2))),
        (ms(3000), to_agent(3, &snmp(0xa5, 7, 0))),
        (ms(4000), ipv4(2, 1, 17, &udp((40_000, 162), &snmp(0xa7, 8, 0)))),
        (ms(5000), from_agent(2, &snmp(0xa2, 9, 0))),
    ]));
    let numbers = ["request_frame", "requests", "response_frame", "response_time_ns", "last_response_time_ns"];
    let expected = [
        [1, 2, 3, 1_040_000_000, 40_000_000],
        [4, 1, 5, 30_000_000, 30_000_000],
        [6, 1, -1, -1, -1],
        [7, 1, -1, -1, -1],
        [-1, 0, 8, -1, -1],
    ];
    assert_eq!(columns(&tables, "snmp_transactions", numbers), expected);
    let outcomes = ["answer", "error", "unanswered", "notification", "unsolicited"];
    assert_eq!(tables.texts("snmp_transactions", "outcome"), outcomes);
    assert_eq!(tables.texts("snmp_transactions", "operation"), ["get", "get_next", "get_bulk", "trap", ""]);
    assert_eq!(tables.texts("snmp_transactions", "first_object")[0], "1.3.6.1.2.1.1.5");
    assert!(!format!("{tables:?}").contains("secret"));
}

#[test]
fn an_agent_may_answer_from_another_address() {
    let tables = analyze(&pcap(&[
        (ms(0), to_agent(255, &snmp(0xa0, 5, 0))),
        (ms(2), from_agent(7, &snmp(0xa2, 5, 0))),
        (ms(10), to_agent(2, &snmp(0xa0, 6, 0))),
        (ms(11), to_agent(3, &snmp(0xa0, 6, 0))),
        (ms(12), from_agent(2, &snmp(0xa2, 6, 0))),
    ]));
    let numbers = ["request_frame", "response_frame"];
    assert_eq!(columns(&tables, "snmp_transactions", numbers), [[1, 2], [3, 5], [4, -1]]);
}
