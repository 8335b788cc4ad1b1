//! What holds of TCP for any segments: parts add up, flows do not touch each other, little memory changes no sum.

mod support;

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use pcap_analyzer_core::Options;
use proptest::prelude::*;
use support::conversation::{Talk, nanosecond_pcap};
use support::segments::{Step, frame, steps};
use support::{Collect, analyze_with, ipv4, tcp, udp};

/// Frames with their times.
type Frames = Vec<(i64, Vec<u8>)>;

fn analyze(frames: &[(i64, Vec<u8>)]) -> Collect {
    with_memory(frames, Options::default().memory_bytes)
}

fn with_memory(frames: &[(i64, Vec<u8>)], memory_bytes: usize) -> Collect {
    analyze_with(&nanosecond_pcap(frames), &Options { memory_bytes, ..Options::default() })
}

/// Segments of a few connections, each with its time.
fn frames_of(steps: &[Step]) -> Frames {
    let mut now_ns = 0;
    steps
        .iter()
        .map(|step| {
            now_ns = (now_ns + step.after_ns).max(0);
            (now_ns, frame(step))
        })
        .collect()
}

/// The parts of each stream add up to its duration, and none is negative.
fn assert_sums(tables: &Collect) {
    let mut parts_ns = BTreeMap::<i64, i64>::new();
    let streams = tables.integers("tcp_ledger", "stream");
    for (stream, part_ns) in streams.iter().zip(tables.integers("tcp_ledger", "duration_ns")) {
        assert!(part_ns > 0, "a part of stream {stream} is {part_ns}");
        *parts_ns.entry(*stream).or_default() += part_ns;
    }
    let streams = tables.integers("tcp_flows", "stream");
    for (stream, duration_ns) in streams.iter().zip(tables.integers("tcp_flows", "duration_ns")) {
        assert_eq!(parts_ns.remove(stream).unwrap_or(0), duration_ns, "stream {stream}");
    }
    assert!(parts_ns.is_empty(), "parts of streams that have no row: {parts_ns:?}");
}

/// Every value of a row but those that number things within the capture.
fn row(batch: &RecordBatch, at: usize) -> Vec<String> {
    let schema = batch.schema();
    let numbering = ["flow", "stream", "first_frame", "last_frame", "reset_frame", "frame_number", "reference_frame"];
    let kept = schema.fields().iter().enumerate().filter(|(_, field)| !numbering.contains(&field.name().as_str()));
    kept.map(|(column, field)| {
        let array = batch.column(column);
        let value = match field.data_type() {
            _ if array.is_null(at) => "none".to_owned(),
            DataType::Int64 => array.as_primitive::<arrow_array::types::Int64Type>().value(at).to_string(),
            DataType::Float64 => array.as_primitive::<arrow_array::types::Float64Type>().value(at).to_string(),
            DataType::Boolean => array.as_boolean().value(at).to_string(),
            DataType::Utf8 => array.as_string::<i32>().value(at).to_owned(),
            other => panic!("a column of {other}"),
        };
        format!("{}={value}", field.name())
    })
    .collect()
}

/// What is said of the connections between hosts 1 and 2, by client and server and in their order: the row, the ledger, the
/// events.
fn said(tables: &Collect) -> Vec<(Vec<String>, Vec<Vec<String>>)> {
    let rows_of = |table: &str, stream: i64| -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for batch in tables.0.get(table).into_iter().flatten() {
            let streams = batch.column_by_name("stream").expect("declared");
            let streams = streams.as_primitive::<arrow_array::types::Int64Type>();
            rows.extend((0..batch.num_rows()).filter(|&at| streams.value(at) == stream).map(|at| row(batch, at)));
        }
        rows
    };
    let mut said = Vec::new();
    let clients = tables.texts("tcp_flows", "client");
    for (stream, client) in tables.integers("tcp_flows", "stream").into_iter().zip(clients) {
        if client.starts_with("10.0.0.1:") || client.starts_with("10.0.0.2:") {
            let flow = rows_of("tcp_flows", stream).remove(0);
            let rest = [rows_of("tcp_ledger", stream), rows_of("tcp_events", stream)].concat();
            said.push((stream, flow, rest));
        }
    }
    said.sort_by_key(|(stream, flow, _)| (flow[0].clone(), flow[1].clone(), *stream));
    said.into_iter().map(|(_, flow, rest)| (flow, rest)).collect()
}

/// Traffic of other hosts.
fn others() -> impl Strategy<Value = Frames> {
    let other = (0u8..4, any::<u16>(), any::<u32>(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(
        |(kind, port, number, payload)| match kind {
            0 => ipv4(3, 4, 6, &tcp((port, 80), number, number, 2 + (number % 2) as u8 * 16, &[])),
            1 => ipv4(3, 4, 6, &tcp((port % 3 + 1, 80), number % 500, 7, 16, &payload)),
            2 => ipv4(3, 4, 17, &udp((port, 53), &payload)),
            _ => payload,
        },
    );
    prop::collection::vec((0i64..20_000_000_000, other), 0..60)
}

/// `one` and `other` in turns, each in its own order and with its own times.
fn interleave(one: &Frames, other: &Frames, turns: &[bool]) -> Frames {
    let (mut one, mut other) = (one.iter(), other.iter());
    let mut all = Frames::new();
    for turn in turns {
        all.extend(if *turn { one.next() } else { other.next() }.cloned());
    }
    all.extend(one.cloned());
    all.extend(other.cloned());
    all
}

proptest! {
    #[test]
    fn parts_add_up_for_any_segments(steps in steps(3, 120)) {
        assert_sums(&analyze(&frames_of(&steps)));
    }

    #[test]
    fn other_traffic_changes_nothing_of_a_connection(
        steps in steps(3, 60),
        others in others(),
        turns in prop::collection::vec(any::<bool>(), 0..120),
    ) {
        let frames = frames_of(&steps);
        let alone = said(&analyze(&frames));
        let crowded = said(&analyze(&interleave(&frames, &others, &turns)));
        prop_assert_eq!(crowded, alone);
    }

    #[test]
    fn the_order_among_connections_changes_nothing(
        steps in steps(4, 80),
        turns in prop::collection::vec(any::<bool>(), 0..80),
    ) {
        let frames = frames_of(&steps);
        let (mut low, mut high) = (Frames::new(), Frames::new());
        for (step, frame) in steps.iter().zip(&frames) {
            if step.connection < 2 { &mut low } else { &mut high }.push(frame.clone());
        }
        prop_assert_eq!(said(&analyze(&interleave(&low, &high, &turns))), said(&analyze(&frames)));
    }

    #[test]
    fn too_little_memory_changes_no_sum(steps in steps(150, 500), memory_bytes in prop::sample::select(vec![0usize, 1, 4096, 1 << 20, 8 << 20])) {
        let tables = with_memory(&frames_of(&steps), memory_bytes);
        assert_sums(&tables);
        let packets: i64 = ["client_packets", "server_packets"].iter().flat_map(|column| tables.integers("flows", column)).sum();
        let names = tables.texts("issues", "name");
        let counts = tables.integers("issues", "count");
        let unlisted: i64 = names.iter().zip(counts).filter(|(name, _)| *name == "flows_not_listed").map(|(_, count)| count).sum();
        prop_assert_eq!(packets + unlisted, steps.len() as i64, "a packet is in a row, or is said to be in none");
    }
}

#[test]
fn a_long_connection_is_let_go_and_taken_up_without_losing_time() {
    let mut talk = Talk::open();
    let mut frames = talk.frames().to_vec();
    // A hundred others are newer, so that there is no room for it when memory is short.
    for port in 0..100 {
        let mut other = Talk::default().on_port(50_000 + port);
        other.syn();
        frames.extend(other.frames().iter().map(|(at_ns, frame)| (at_ns + 1_000_000_000, frame.clone())));
    }
    talk.at(2_000_000_000);
    talk.put(support::conversation::from(support::conversation::Who::Client).data(100));
    frames.extend(talk.frames()[3..].iter().cloned());
    let tables = with_memory(&frames, 0);
    assert_sums(&tables);
    let clients = tables.texts("tcp_flows", "client");
    assert_eq!(clients.iter().filter(|client| *client == "10.0.0.1:40000").count(), 2);
    assert_eq!(tables.texts("tcp_flows", "end_reason")[0], "evicted");
}
