//! DNS from end to end: which response belongs to which query, and what a query repeats.

mod support;

use pcap_analyzer_core::Options;
use support::{ACK, Collect, SYN, analyze, analyze_with, ipv4, pcap, tcp, udp};

const TABLE: &str = "dns_transactions";
const A: u16 = 1;
const AAAA: u16 = 28;
const RESPONSE: u16 = 0x8180;

/// A name on the wire.
fn name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn record(of: &str, kind: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = name(of);
    bytes.extend(kind.to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend(ttl.to_be_bytes());
    bytes.extend((data.len() as u16).to_be_bytes());
    bytes.extend(data);
    bytes
}

fn question(of: &str, kind: u16) -> Vec<u8> {
    [name(of), kind.to_be_bytes().to_vec(), vec![0, 1]].concat()
}

/// A message with any parts; each of them is whole.
fn message(id: u16, flags: u16, parts: [&[Vec<u8>]; 4]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(id.to_be_bytes());
    bytes.extend(flags.to_be_bytes());
    for part in parts {
        bytes.extend((part.len() as u16).to_be_bytes());
    }
    bytes.extend(parts.concat().concat());
    bytes
}

fn query(id: u16, of: &str, kind: u16) -> Vec<u8> {
    message(id, 0x0100, [&[question(of, kind)], &[], &[], &[]])
}

fn response(id: u16, flags: u16, of: &str, kind: u16, answers: &[Vec<u8>]) -> Vec<u8> {
    message(id, RESPONSE | flags, [&[question(of, kind)], answers, &[], &[]])
}

/// The usual client and resolver.
fn ask(port: u16, payload: &[u8]) -> Vec<u8> {
    ipv4(1, 2, 17, &udp((port, 53), payload))
}

fn answer(port: u16, payload: &[u8]) -> Vec<u8> {
    ipv4(2, 1, 17, &udp((53, port), payload))
}

fn ms(milliseconds: u64) -> u64 {
    milliseconds * 1000
}

fn columns<const N: usize>(tables: &Collect, columns: [&str; N]) -> Vec<[i64; N]> {
    let values = columns.map(|column| tables.integers(TABLE, column));
    (0..tables.rows(TABLE)).map(|row| std::array::from_fn(|column| values[column][row])).collect()
}

#[test]
fn an_answer_in_full() {
    let www = "www.example.com";
    let opt = |class: u16, ttl: u32, data: &[u8]| {
        let mut bytes = vec![0, 0, 41];
        bytes.extend(class.to_be_bytes());
        bytes.extend(ttl.to_be_bytes());
        bytes.extend((data.len() as u16).to_be_bytes());
        bytes.extend(data);
        bytes
    };
    let asked = message(7, 0x0100, [&[question(www, A)], &[], &[], &[opt(1232, 0x8000, b"")]]);
    let answers = [
        record(www, 5, 60, &name("cdn.example.net")),
        record("cdn.example.net", A, 30, &[192, 0, 2, 1]),
        record("cdn.example.net", A, 300, &[192, 0, 2, 2]),
    ];
    let tables = analyze(&pcap(&[
        (ms(0), ask(4000, &asked)),
        (ms(20), answer(4000, &message(7, 0x8580, [&[question("WWW.example.COM", A)], &answers, &[], &[]]))),
    ]));
    let texts = |column| tables.texts(TABLE, column);
    assert_eq!(texts("query_name"), [www]);
    assert_eq!((texts("client"), texts("server")), (vec!["10.0.0.1:4000".into()], vec!["10.0.0.2:53".into()]));
    assert_eq!((texts("protocol"), texts("transport")), (vec!["dns".into()], vec!["udp".into()]));
    assert_eq!((texts("outcome"), texts("response_code_name")), (vec!["answer".into()], vec!["NOERROR".into()]));
    assert_eq!(
        (texts("cnames"), texts("addresses")),
        (vec!["cdn.example.net".into()], vec!["192.0.2.1,192.0.2.2".into()])
    );
    let numbers = ["query_frame", "response_frame", "response_time_ns", "answers", "answer_ttl_ns", "edns_udp_bytes"];
    assert_eq!(columns(&tables, numbers), [[1, 2, 20_000_000, 3, 30_000_000_000, 1232]]);
    assert_eq!(tables.rows("issues"), 0);
}

#[test]
fn outcomes() {
    let soa = record("example.com", 6, 900, &[&name("ns")[..], &name("mail"), &[0; 20]].concat());
    let ns = record("example.com", 2, 900, &name("ns.example.com"));
    let cname = record("a.example.com", 5, 60, &name("b.example.com"));
    let of = |flags: u16, answers: &[Vec<u8>], authority: &[Vec<u8>]| {
        let asked = question("a.example.com", A);
        let frames = [
            (0, ask(4000, &query(7, "a.example.com", A))),
            (1, answer(4000, &message(7, RESPONSE | flags, [&[asked], answers, authority, &[]]))),
        ];
        analyze(&pcap(&frames)).texts(TABLE, "outcome").concat()
    };
    assert_eq!(of(0, &[record("a.example.com", A, 1, &[1, 2, 3, 4])], &[]), "answer");
    assert_eq!(of(0, &[], std::slice::from_ref(&soa)), "no_data");
    assert_eq!(of(0, &[cname], std::slice::from_ref(&soa)), "no_data");
    assert_eq!(of(0, &[], &[ns]), "referral");
    assert_eq!(of(3, &[], &[soa]), "no_such_name");
    assert_eq!(of(2, &[], &[]), "error");
    assert_eq!(of(0x0200, &[], &[]), "truncated");
}

#[test]
fn a_repeat_within_five_seconds_is_the_same_transaction_and_a_later_one_another_try() {
    let again = ask(4000, &query(7, "a", A));
    let tables = analyze(&pcap(&[
        (ms(0), again.clone()),
        (ms(4_999), again.clone()),
        (ms(5_000), again.clone()),
        (ms(5_010), answer(4000, &response(7, 0, "a", A, &[]))),
    ]));
    let numbers =
        ["query_frame", "queries", "last_query_frame", "response_frame", "response_time_ns", "resolution_time_ns"];
    assert_eq!(columns(&tables, numbers), [[1, 2, 2, -1, -1, -1], [3, 1, 3, 4, 10_000_000, 5_010_000_000]]);
    assert_eq!(tables.integers(TABLE, "retry_of_frame"), [-1, 1]);
    assert_eq!(tables.texts(TABLE, "outcome"), ["unanswered", "no_data"]);
}

#[test]
fn response_time_counts_from_the_first_and_from_the_last_query() {
    let again = ask(4000, &query(7, "a", A));
    let frames = [(ms(0), again.clone()), (ms(1000), again), (ms(1020), answer(4000, &response(7, 0, "a", A, &[])))];
    let tables = analyze(&pcap(&frames));
    let numbers = ["response_time_ns", "last_response_time_ns", "resolution_time_ns", "queries", "responses"];
    assert_eq!(columns(&tables, numbers), [[1_020_000_000, 20_000_000, 1_020_000_000, 2, 1]]);
}

#[test]
fn an_answer_is_to_the_question_that_it_repeats() {
    let tables = analyze(&pcap(&[
        (ms(0), ask(4000, &query(7, "first", A))),
        (ms(1), ask(4000, &query(7, "second", A))),
        (ms(2), ask(4000, &query(7, "second", AAAA))),
        (ms(3), answer(4000, &response(7, 0, "first", A, &[]))),
        (ms(4), answer(4000, &response(7, 0, "third", A, &[]))),
        (ms(5), answer(4000, &response(7, 0, "second", AAAA, &[]))),
        (ms(6), answer(4000, &response(7, 0, "second", AAAA, &[]))),
    ]));
    let expected = [[1, 4, 1], [2, -1, 0], [3, 6, 2], [-1, 5, 1]];
    assert_eq!(columns(&tables, ["query_frame", "response_frame", "responses"]), expected);
    assert_eq!(tables.texts(TABLE, "outcome"), ["no_data", "unanswered", "no_data", "unsolicited"]);
}

#[test]
fn an_error_without_a_question_answers_the_latest_query() {
    let refused = message(7, RESPONSE | 5, [&[], &[], &[], &[]]);
    let tables = analyze(&pcap(&[(ms(0), ask(4000, &query(7, "a", A))), (ms(3), answer(4000, &refused))]));
    assert_eq!(columns(&tables, ["query_frame", "response_frame", "response_code"]), [[1, 2, 5]]);
}

#[test]
fn a_retry_is_linked_whatever_port_and_server_it_uses() {
    let tables = analyze(&pcap(&[
        (ms(0), ask(4000, &query(7, "a", A))),
        (ms(1000), ask(4001, &query(8, "A", A))),
        (ms(2000), ipv4(1, 3, 17, &udp((4002, 53), &query(9, "a", A)))),
        (ms(2010), ipv4(3, 1, 17, &udp((53, 4002), &response(9, 0, "a", A, &[])))),
        (ms(2100), ask(4003, &query(10, "a", A))),
        (ms(2100), ask(4004, &query(11, "b", A))),
        (ms(32_101), ask(4005, &query(12, "b", A))),
    ]));
    assert_eq!(tables.integers(TABLE, "retry_of_frame"), [-1, 1, 2, 2, -1, -1]);
    assert_eq!(tables.texts(TABLE, "retry_kind"), ["", "new", "server", "new", "", ""]);
    assert_eq!(tables.integers(TABLE, "resolution_time_ns"), [-1, -1, 2_010_000_000, -1, -1, -1]);
}

#[test]
fn a_failure_is_tried_again_but_an_answer_is_not() {
    for (code, retry) in [(2, 1), (5, 1), (3, -1), (0, -1)] {
        let tables = analyze(&pcap(&[
            (ms(0), ask(4000, &query(7, "a", A))),
            (ms(5), answer(4000, &response(7, code, "a", A, &[]))),
            (ms(6), ask(4001, &query(8, "a", A))),
        ]));
        assert_eq!(tables.integers(TABLE, "retry_of_frame"), [-1, retry], "{code}");
    }
}

#[test]
fn a_query_repeated_after_its_answer_says_that_the_answer_was_lost_behind_the_capture() {
    let again = ask(4000, &query(7, "a", A));
    let back = answer(4000, &response(7, 0, "a", A, &[]));
    let tables = analyze(&pcap(&[(ms(0), again.clone()), (ms(1), back.clone()), (ms(800), again), (ms(801), back)]));
    let numbers = ["query_frame", "response_frame", "retry_of_frame", "resolution_time_ns"];
    assert_eq!(columns(&tables, numbers), [[1, 2, -1, 1_000_000], [3, 4, 1, 801_000_000]]);
    assert_eq!(tables.texts(TABLE, "retry_kind"), ["", "same"]);
}

// ---- over TCP -------------------------------------------------------------------------------------------------------

fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|message| [&(message.len() as u16).to_be_bytes()[..], message].concat()).collect()
}

/// Payloads of a connection to port 53: who sends (1 is the client), the offset in its stream, and the bytes.
fn connection(segments: &[(u8, usize, &[u8])]) -> Vec<(u64, Vec<u8>)> {
    let mut frames = vec![
        (ms(20), ipv4(1, 2, 6, &tcp((4500, 53), 99, 0, SYN, b""))),
        (ms(21), ipv4(2, 1, 6, &tcp((53, 4500), 499, 100, SYN | ACK, b""))),
    ];
    for &(from, offset, bytes) in segments {
        let (ports, to, base) = if from == 1 { ((4500, 53), 2, 100) } else { ((53, 4500), 1, 500) };
        let segment = tcp(ports, base + offset as u32, 0, 0, bytes);
        frames.push((ms(20 + 2 * frames.len() as u64), ipv4(from, to, 6, &segment)));
    }
    frames
}

#[test]
fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let mut frames =
        vec![(ms(0), ask(4000, &query(7, "big", A))), (ms(10), answer(4000, &response(7, 0x0200, "big", A, &[])))];
    let (asked, back) = (framed(&[query(7, "big", A)]), framed(&[response(7, 0, "big", A, &[])]));
    frames.extend(connection(&[(1, 0, &asked), (2, 0, &back)]));
    let tables = analyze(&pcap(&frames));
    let numbers = ["query_frame", "response_frame", "retry_of_frame", "response_time_ns", "resolution_time_ns"];
    assert_eq!(columns(&tables, numbers), [[1, 2, -1, 10_000_000, 10_000_000], [5, 6, 1, 2_000_000, 26_000_000]]);
    assert_eq!(tables.texts(TABLE, "retry_kind"), ["", "tcp"]);
    assert_eq!(tables.texts(TABLE, "transport"), ["udp", "tcp"]);
}

#[test]
fn messages_of_a_stream_may_share_and_span_segments_and_answers_may_overtake() {
    let asked = framed(&[query(1, "a", A), query(2, "b", A), query(3, "c", A)]);
    let back = framed(&[response(3, 0, "c", A, &[]), response(1, 0, "a", A, &[]), response(2, 0, "b", A, &[])]);
    let (head, tail) = back.split_at(30);
    let tables = analyze(&pcap(&connection(&[(1, 0, &asked), (2, 0, head), (2, 30, tail)])));
    assert_eq!(columns(&tables, ["id", "query_frame", "response_frame"]), [[1, 3, 5], [2, 3, 5], [3, 3, 4]]);
}

#[test]
fn behind_bytes_that_are_missing_the_next_message_is_found() {
    let asked = [1, 2, 3].map(|id| framed(&[query(id, "name", A)]));
    let [first, second, third] = &asked;
    let each = first.len();
    // The middle of the second message is not in the capture, but acknowledged.
    let mut frames = connection(&[
        (1, 0, first),
        (1, each, &second[..5]),
        (1, 2 * each - 3, &second[each - 3..]),
        (1, 2 * each, third),
    ]);
    frames.push((ms(90), ipv4(2, 1, 6, &tcp((53, 4500), 500, 100 + 3 * each as u32, ACK, b""))));
    assert_eq!(columns(&analyze(&pcap(&frames)), ["id", "query_frame"]), [[1, 3], [3, 6]]);
}

// ---- where there is no server ---------------------------------------------------------------------------------------

#[test]
fn anybody_may_answer_a_multicast_question() {
    let group = |from, payload: &[u8]| ipv4(from, 251, 17, &udp((5353, 5353), payload));
    let asked = message(0, 0, [&[question("x.local", A), question("x.local", AAAA)], &[], &[], &[]]);
    let told = |kind: u16, data: &[u8]| message(0, 0x8400, [&[], &[record("X.local", kind, 120, data)], &[], &[]]);
    let tables = analyze(&pcap(&[
        (ms(0), group(1, &asked)),
        (ms(100), group(3, &asked)),
        (ms(200), group(2, &told(A, &[10, 0, 0, 2]))),
        (ms(210), group(2, &told(A, &[10, 0, 0, 2]))),
        (ms(1200), group(2, &told(AAAA, &[9; 16]))),
    ]));
    let expected = [[1, 3, 200_000_000, 2], [1, -1, -1, 0], [2, 3, 100_000_000, 2], [2, -1, -1, 0], [-1, 5, -1, 1]];
    assert_eq!(columns(&tables, ["query_frame", "response_frame", "response_time_ns", "responses"]), expected);
    assert_eq!(tables.texts(TABLE, "responder"), ["10.0.0.2", "", "10.0.0.2", "", "10.0.0.2"]);
    assert_eq!(tables.texts(TABLE, "query_type"), ["A", "AAAA", "A", "AAAA", "AAAA"]);
}

#[test]
fn link_local_and_netbios_names_are_answered_from_other_addresses() {
    let mut netbios = String::new();
    for byte in b"FILES          \x20" {
        netbios.extend([char::from(b'A' + (byte >> 4)), char::from(b'A' + (byte & 15))]);
    }
    let nb = message(9, 0x8500, [&[], &[record(&netbios, 32, 60, &[0, 0, 10, 0, 0, 5])], &[], &[]]);
    let tables = analyze(&pcap(&[
        (ms(0), ipv4(1, 252, 17, &udp((4000, 5355), &query(8, "pc", A)))),
        (ms(2), ipv4(4, 1, 17, &udp((5355, 4000), &response(8, 0, "pc", A, &[])))),
        (ms(3), ipv4(1, 255, 17, &udp((137, 137), &message(9, 0x0110, [&[question(&netbios, 32)], &[], &[], &[]])))),
        (ms(8), ipv4(5, 1, 17, &udp((137, 137), &nb))),
    ]));
    assert_eq!(tables.texts(TABLE, "protocol"), ["llmnr", "nbns"]);
    assert_eq!(tables.texts(TABLE, "query_name"), ["pc", "FILES<20>"]);
    assert_eq!(tables.texts(TABLE, "responder"), ["10.0.0.4", "10.0.0.5"]);
    assert_eq!(tables.integers(TABLE, "response_time_ns"), [2_000_000, 5_000_000]);
    assert_eq!(tables.texts(TABLE, "addresses"), ["", "10.0.0.5"]);
}

// ---- the odd --------------------------------------------------------------------------------------------------------

#[test]
fn a_plain_query_is_known_on_any_port_and_other_bytes_on_none() {
    let of = |payload: &[u8], port| {
        let frames = [(0, ipv4(1, 2, 17, &udp((4000, port), payload)))];
        analyze(&pcap(&frames)).rows(TABLE)
    };
    let plain = query(7, "www.example.com", A);
    assert_eq!((of(&plain, 53), of(&plain, 1053)), (1, 1));
    assert_eq!(of(&[&plain[..], &[0]].concat(), 1053), 0);
    assert_eq!(of(&response(7, 0, "a", A, &[]), 1053), 0);
    assert_eq!((of(&[7; 60], 53), of(&[7; 60], 1053)), (0, 0));
}

#[test]
fn what_contradicts_itself_is_an_issue() {
    let mut broken = query(7, "a", A);
    broken[12] = 200;
    let tables = analyze(&pcap(&[(0, ask(4000, &broken))]));
    assert_eq!(tables.texts("issues", "name"), ["malformed_dns"]);
    assert_eq!(tables.texts(TABLE, "query_name"), [""]);
}

#[test]
fn memory_is_bounded_and_what_is_let_go_is_written() {
    let frames: Vec<_> =
        (0..5000).map(|id| (u64::from(id), ask(4000 + id, &query(id, &format!("host{id}"), A)))).collect();
    let tables = analyze_with(&pcap(&frames), &Options { memory_bytes: 1 << 20, ..Options::default() });
    assert_eq!(tables.rows(TABLE), 5000);
    assert_eq!(tables.integers(TABLE, "query_frame"), (1..=5000).collect::<Vec<_>>());
    let kinds = tables.texts("issues", "name");
    assert!(kinds.iter().any(|kind| kind == "requests_evicted"), "{kinds:?}");
}
