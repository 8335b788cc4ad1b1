//! Wireshark's answers exactly: its telling rules one by one, with what tshark 4.0.17 says written in, and whole captures
//! whose answers stand beside them.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use pcap_analyzer_core::Options;
use support::conversation::Who::{Client, Server};
use support::conversation::{CLIENT_LEG, FIN, MS, SERVER_LEG, Talk, from};
use support::{ACK, Collect, RST, SYN, analyze_with, ipv4, pcap, tcp};

const FAST: &str = "retransmission,fast_retransmission";
const SPURIOUS: &str = "retransmission,spurious_retransmission";

fn segments(bytes: &[u8]) -> Collect {
    analyze_with(bytes, &Options { on_demand: vec!["tcp_segments".into()], ..Options::default() })
}

/// What is said of the last frame.
fn last_flags(talk: &Talk) -> String {
    talk.told().0.texts("tcp_segments", "ws_flags").pop().expect("a frame")
}

fn last(talk: &Talk, column: &str) -> i64 {
    talk.told().0.integers("tcp_segments", column).pop().expect("a frame")
}

/// A server that has sent four segments, of which `acks` acknowledgements, 50 ms later, take only the first.
fn four_sent(acks: u32) -> Talk {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    for _ in 0..4 {
        talk.put(from(Server).data(1000));
    }
    talk.wait(50 * MS);
    for _ in 0..acks {
        talk.put(from(Client).ack(1000));
    }
    talk
}

#[test]
fn selective_acknowledgements_stand_in_their_column_as_sent() {
    let mut talk = four_sent(1);
    talk.put(from(Client).ack(1000).sack(&[(2000, 3000), (4000, 5000)]));
    let first = u32::try_from(last(&talk, "ack")).expect("32 bits").wrapping_sub(1000);
    let texts = talk.told().0.texts("tcp_segments", "sack");
    let block = |left: u32| format!("{}-{}", first.wrapping_add(left), first.wrapping_add(left + 1000));
    assert_eq!(texts.last().map(String::as_str), Some(format!("{},{}", block(2000), block(4000)).as_str()));
    assert!(texts.iter().rev().skip(1).all(String::is_empty));
}

#[test]
fn a_retransmission_is_fast_for_less_than_20_ms() {
    for (wait_ns, flags) in [(20 * MS - 1, FAST), (20 * MS, "retransmission")] {
        let mut talk = four_sent(3);
        talk.wait(wait_ns);
        talk.put(from(Server).seq(1000).data(1000));
        assert_eq!(last_flags(&talk), flags, "{wait_ns}");
    }
}

#[test]
fn two_duplicates_make_it_fast_and_one_does_not() {
    for (acks, flags) in [(3, FAST), (2, "retransmission")] {
        let mut talk = four_sent(acks);
        talk.put(from(Server).seq(1000).data(1000));
        assert_eq!(last_flags(&talk), flags, "{acks}");
    }
}

#[test]
fn an_old_segment_is_out_of_order_for_less_than_the_initial_round_trip() {
    for (wait_ns, flags) in [(40 * MS - 1, "out_of_order"), (40 * MS, "retransmission")] {
        let mut talk = Talk::open();
        talk.put(from(Server).data(1000));
        talk.put(from(Server).data(1000));
        talk.wait(wait_ns);
        talk.put(from(Server).seq(0).data(1000));
        assert_eq!(last_flags(&talk), flags, "{wait_ns}");
    }
}

#[test]
fn without_one_it_is_so_for_less_than_3_ms() {
    for (wait_ns, flags) in [(3 * MS - 1, "out_of_order"), (3 * MS, "retransmission")] {
        let mut talk = Talk::default();
        talk.put(from(Server).data(1000));
        talk.put(from(Server).data(1000));
        talk.wait(wait_ns);
        talk.put(from(Server).seq(0).data(1000));
        assert_eq!(last_flags(&talk), flags, "{wait_ns}");
    }
}

#[test]
fn what_ends_at_the_highest_byte_is_never_out_of_order() {
    let mut talk = Talk::open();
    talk.put(from(Server).data(1000));
    talk.put(from(Server).data(1000));
    talk.wait(MS);
    talk.put(from(Server).seq(1000).data(1000));
    assert_eq!(last_flags(&talk), "retransmission");
}

#[test]
fn what_was_acknowledged_is_spurious() {
    let mut talk = four_sent(1);
    talk.put(from(Server).seq(0).data(1000));
    assert_eq!(last_flags(&talk), SPURIOUS);
}

#[test]
fn another_window_makes_a_duplicate_an_update_and_the_count_goes_on() {
    let mut talk = four_sent(2);
    assert_eq!((last_flags(&talk).as_str(), last(&talk, "ws_duplicate_ack_number")), ("duplicate_ack", 1));
    talk.put(from(Client).ack(1000).window(50_000));
    assert_eq!((last_flags(&talk).as_str(), last(&talk, "ws_duplicate_ack_number")), ("window_update", -1));
    let first = talk.frames().len() as i64 - 2;
    talk.put(from(Client).ack(1000));
    assert_eq!((last_flags(&talk).as_str(), last(&talk, "ws_duplicate_ack_number")), ("duplicate_ack", 2));
    assert_eq!(last(&talk, "ws_duplicate_ack_frame"), first, "the acknowledgement that all of them repeat");
}

#[test]
fn one_byte_again_is_a_keep_alive_even_if_it_was_lost() {
    let mut talk = Talk::open();
    talk.put(from(Server).data(1));
    talk.wait(250 * MS);
    talk.put(from(Server).seq(0).data(1));
    assert_eq!(last_flags(&talk), "keep_alive");
    talk.put(from(Client).ack(0));
    assert_eq!(last_flags(&talk), "keep_alive_ack");
}

#[test]
fn a_probe_of_linux_is_a_keep_alive_and_one_with_a_byte_a_window_probe() {
    let mut talk = Talk::open();
    talk.put(from(Server).data(1000));
    talk.put(from(Client).window(0));
    assert_eq!(last_flags(&talk), "zero_window");
    talk.put(from(Server).seq(999));
    assert_eq!(last_flags(&talk), "keep_alive");
    talk.put(from(Server).data(1));
    assert_eq!(last_flags(&talk), "zero_window_probe");
    talk.put(from(Client).ack(1000));
    assert_eq!(last_flags(&talk), "zero_window,zero_window_probe_ack");
}

#[test]
fn a_window_is_full_at_its_edge_and_not_beyond() {
    for (bytes, flags) in [(999, ""), (1000, "window_full"), (1001, "")] {
        let mut talk = Talk::default().with_window(Client, 1000).opened();
        talk.put(from(Server).data(bytes));
        assert_eq!(last_flags(&talk), flags, "{bytes}");
    }
    let mut talk = Talk::default().with_window(Client, 1000);
    talk.put(from(Client));
    talk.put(from(Server).data(1000));
    assert_eq!(last_flags(&talk), "", "whether it is scaled is not known");
}

#[test]
fn a_gap_is_a_lost_segment_and_its_acknowledgement_an_unseen_one_once() {
    let mut talk = Talk::open();
    talk.put(from(Server).data(1000));
    talk.unseen(Server, 1000);
    talk.put(from(Server).data(1000));
    assert_eq!(last_flags(&talk), "lost_segment");
    talk.put(from(Client));
    assert_eq!(last_flags(&talk), "ack_lost_segment");
    talk.put(from(Client).ack(3000).data(10));
    assert_eq!(last_flags(&talk), "");
}

#[test]
fn the_round_trip_of_a_repeat_counts_from_the_first_copy() {
    let mut talk = Talk::open();
    let first = talk.put(from(Server).data(1000));
    talk.wait(250 * MS);
    talk.put(from(Server).seq(0).data(1000));
    assert_eq!((last(&talk, "ws_rto_ns"), last(&talk, "ws_rto_frame")), (250 * MS, i64::from(first)));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    assert_eq!(last(&talk, "ws_acks_frame"), i64::from(first));
    assert_eq!(last(&talk, "ws_ack_rtt_ns"), 250 * MS + CLIENT_LEG);
}

#[test]
fn the_initial_round_trip_counts_from_the_last_syn() {
    let mut talk = Talk::default();
    talk.syn();
    talk.wait(1000 * MS);
    talk.handshake();
    talk.put(from(Client).data(10));
    assert_eq!(last(&talk, "ws_initial_rtt_ns"), SERVER_LEG + CLIENT_LEG);
    assert_eq!(talk.told().0.texts("tcp_segments", "ws_flags")[1], "retransmission");
}

#[test]
fn bytes_in_flight_reach_from_the_lowest_to_the_highest_without_what_is_selectively_acknowledged() {
    let mut talk = four_sent(1);
    talk.put(from(Client).ack(1000).sack(&[(2000, 3000)]));
    talk.put(from(Server).data(500));
    assert_eq!(last(&talk, "ws_bytes_in_flight"), 2500);
    assert_eq!(last(&talk, "ws_push_bytes_sent"), 4500);
}

#[test]
fn completeness_is_that_before_the_frame() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(10));
    talk.put(from(Server).flags(FIN | ACK));
    talk.put(from(Client).flags(RST | ACK));
    talk.put(from(Client).flags(RST));
    let told = talk.told();
    assert_eq!(told.0.integers("tcp_segments", "ws_completeness"), [0, 1, 3, 7, 15, 31, 63]);
    assert_eq!(told.flow("completeness"), 63);
}

#[test]
fn a_syn_with_another_number_is_a_stream_of_its_own_and_a_syn_ack_is_not() {
    let syn = |seq| ipv4(1, 2, 6, &tcp((40_000, 80), seq, 0, SYN, b""));
    let syn_ack = |seq| ipv4(2, 1, 6, &tcp((80, 40_000), seq, 101, SYN | ACK, b""));
    let told = segments(&pcap(&[(0, syn(100)), (1, syn_ack(500)), (2, syn_ack(900)), (3, syn(300))]));
    assert_eq!(told.integers("tcp_segments", "stream"), [0, 0, 0, 1]);
    let flags = told.texts("tcp_segments", "ws_flags");
    assert!(flags[2].contains("reused_ports"), "{flags:?}");
    assert_eq!(flags[3], "reused_ports");
}

// ---- whole captures --------------------------------------------------------------------------------------------------

/// What tshark prints as a column of its own for each flag.
const FLAGS: [&str; 18] = [
    "retransmission",
    "fast_retransmission",
    "spurious_retransmission",
    "out_of_order",
    "lost_segment",
    "ack_lost_segment",
    "duplicate_ack",
    "keep_alive",
    "keep_alive_ack",
    "zero_window",
    "zero_window_probe",
    "zero_window_probe_ack",
    "window_full",
    "window_update",
    "reused_ports",
    "tfo_syn",
    "tfo_ack",
    "tfo_ignored",
];

/// Whole numbers: tshark's field, our column.
const NUMBERS: [(&str, &str); 10] = [
    ("tcp.stream", "stream"),
    ("tcp.completeness", "ws_completeness"),
    ("tcp.len", "payload_bytes"),
    ("tcp.window_size", "ws_window_bytes"),
    ("tcp.analysis.duplicate_ack_num", "ws_duplicate_ack_number"),
    ("tcp.analysis.duplicate_ack_frame", "ws_duplicate_ack_frame"),
    ("tcp.analysis.bytes_in_flight", "ws_bytes_in_flight"),
    ("tcp.analysis.push_bytes_sent", "ws_push_bytes_sent"),
    ("tcp.analysis.acks_frame", "ws_acks_frame"),
    ("tcp.analysis.rto_frame", "ws_rto_frame"),
];

/// Seconds there, nanoseconds here.
const TIMES: [(&str, &str); 3] = [
    ("tcp.analysis.ack_rtt", "ws_ack_rtt_ns"),
    ("tcp.analysis.initial_rtt", "ws_initial_rtt_ns"),
    ("tcp.analysis.rto", "ws_rto_ns"),
];

/// A frame as text: every column that has a value.
type Frame = BTreeMap<String, String>;

fn nanoseconds(seconds: &str) -> String {
    let (sign, digits) = seconds.strip_prefix('-').map_or(("", seconds), |digits| ("-", digits));
    let plain = digits.replace('.', "");
    format!("{sign}{}", plain.trim_start_matches('0'))
}

/// tshark's answers by frame; frames without TCP are left out.
fn expected(answers: &str) -> BTreeMap<i64, Frame> {
    let mut lines = answers.lines();
    let names: Vec<&str> = lines.next().expect("a header").split('\t').collect();
    let mut frames = BTreeMap::new();
    for line in lines {
        let fields: BTreeMap<&str, &str> = names.iter().copied().zip(line.split('\t')).collect();
        let mut frame = Frame::new();
        let flags = FLAGS.into_iter().filter(|flag| !fields[format!("tcp.analysis.{flag}").as_str()].is_empty());
        frame.insert("ws_flags".into(), flags.collect::<Vec<_>>().join(","));
        for (theirs, ours) in NUMBERS.into_iter().filter(|(theirs, _)| !fields[theirs].is_empty()) {
            frame.insert(ours.into(), fields[theirs].into());
        }
        for (theirs, ours) in TIMES.into_iter().filter(|(theirs, _)| !fields[theirs].is_empty()) {
            frame.insert(ours.into(), nanoseconds(fields[theirs]));
        }
        if !fields["tcp.stream"].is_empty() {
            frames.insert(fields["frame.number"].parse().expect("a number"), frame);
        }
    }
    frames
}

/// Our answers in the same form.
fn ours(tables: &Collect) -> BTreeMap<i64, Frame> {
    let numbers = tables.integers("tcp_segments", "frame_number");
    let mut frames: BTreeMap<i64, Frame> = numbers.iter().map(|&number| (number, Frame::new())).collect();
    let mut put = |column: &str, values: Vec<String>| {
        for (number, value) in numbers.iter().zip(values).filter(|(_, value)| value != "none") {
            frames.get_mut(number).expect("it is there").insert(column.into(), value);
        }
    };
    put("ws_flags", tables.texts("tcp_segments", "ws_flags"));
    for (_, column) in NUMBERS.into_iter().chain(TIMES) {
        put(column, tables.optional_integers("tcp_segments", column));
    }
    frames
}

#[test]
fn whole_captures_agree_with_tshark_in_every_column() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures/tcp-cases");
    let mut cases = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of cases") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|extension| extension != "pcap") {
            continue;
        }
        let answers = std::fs::read_to_string(path.with_extension("tsv")).expect("answers beside it");
        let tables = segments(&std::fs::read(&path).expect("readable"));
        assert_eq!(ours(&tables), expected(&answers), "{}", path.display());
        cases += 1;
    }
    assert!(cases >= 20, "{cases} cases");
}
