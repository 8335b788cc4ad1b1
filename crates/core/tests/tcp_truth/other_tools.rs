//! Figures as other tools define them (`tcp.md` B): tcptrace, Tstat, Zeek.

use crate::support::conversation::Who::{Client, Server};
use crate::support::conversation::{CLIENT_LEG, FIN, MS, PSH, SERVER_LEG, Talk, Told, from};
use crate::support::{ACK, SYN};

const RST: u8 = 4;
const URG: u8 = 32;

fn history(told: &Told) -> String {
    told.0.texts("tcp_flows", "zk_history").concat()
}

/// A question of 100 bytes, and its answer in `segments` full ones a millisecond apart.
fn asked(segments: u32) -> Talk {
    let mut talk = Talk::open();
    talk.put(from(Client).flags(PSH | ACK).data(100));
    talk.wait(SERVER_LEG);
    for _ in 0..segments {
        talk.put(from(Server).data(1000));
        talk.wait(MS);
    }
    talk
}

// ---- Zeek ------------------------------------------------------------------------------------------------------------

#[test]
fn a_whole_connection_has_the_usual_history() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server));
    talk.put(from(Server).data(1000));
    talk.put(from(Server).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).flags(FIN | ACK));
    talk.put(from(Client).flags(FIN | ACK).seq(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).flags(FIN | ACK));
    talk.put(from(Client));
    assert_eq!(history(&talk.told()), "ShADadFf");
}

#[test]
fn a_connection_refused_and_one_asked_for_twice() {
    let mut talk = Talk::default();
    talk.syn();
    talk.wait(1000 * MS);
    talk.syn();
    talk.put(from(Server).flags(RST | ACK).seq(0));
    assert_eq!(history(&talk.told()), "Sr");
}

#[test]
fn a_server_that_comes_first_is_marked() {
    let mut talk = Talk::default();
    talk.syn_ack();
    talk.put(from(Client));
    talk.put(from(Server).data(10));
    assert_eq!(history(&talk.told()), "^hAd");
}

#[test]
fn what_is_sent_again_is_noted_the_first_and_the_tenth_time() {
    let mut talk = asked(1);
    for _ in 0..10 {
        talk.wait(300 * MS);
        talk.put(from(Server).seq(0).data(1000));
    }
    assert_eq!(history(&talk.told()), "ShADdtt");
}

#[test]
fn closed_windows_gaps_and_strange_flags_have_letters() {
    let mut talk = asked(1);
    talk.unseen(Server, 500);
    talk.put(from(Client).ack(1500).window(0));
    talk.put(from(Server).flags(SYN | ACK | FIN).seq(1500));
    talk.put(from(Client).flags(FIN | RST));
    assert_eq!(history(&talk.told()), "ShADdgWqI");
}

// ---- Tstat -----------------------------------------------------------------------------------------------------------

#[test]
fn segments_out_of_sequence_are_sorted_by_tstats_rules() {
    let mut talk = asked(2);
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(1000));
    talk.wait(400 * MS);
    talk.put(from(Server).seq(1000).data(1000)); // long after
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(2000));
    talk.wait(400 * MS);
    talk.put(from(Server).seq(1000).data(1000)); // and once more, though it had arrived
    talk.put(from(Server).seq(1000).data(1000).id(0)); // at once, not the same packet: nothing explains it
    let told = talk.told();
    assert_eq!(told.flow("ts_server_rto_packets"), 1);
    assert_eq!(told.flow("ts_server_unneeded_rto_packets"), 1);
    assert_eq!(told.flow("ts_server_unknown_packets"), 1);
    assert_eq!(told.flow("ts_client_rto_packets"), 0);
}

#[test]
fn three_repeated_acknowledgements_make_a_fast_one() {
    let mut talk = asked(5);
    talk.put(from(Client).ack(1000));
    for _ in 0..3 {
        talk.wait(MS);
        talk.put(from(Client).ack(1000));
    }
    talk.wait(SERVER_LEG);
    talk.put(from(Server).seq(1000).data(1000));
    let told = talk.told();
    assert_eq!((told.flow("ts_server_fast_packets"), told.flow("ts_server_rto_packets")), (1, 0));
    assert_eq!((told.flow("tt_server_duplicate_acks"), told.flow("tt_server_triple_duplicate_acks")), (3, 1));
}

#[test]
fn an_overtaken_segment_and_a_doubled_one_are_told_by_their_identification() {
    let mut talk = asked(1);
    talk.unseen(Server, 1000);
    let newest = talk.put(from(Server).data(1000).id(7010));
    talk.wait(MS);
    talk.put(from(Server).seq(1000).data(1000).id(7009));
    talk.put(from(Client).ack(3000));
    talk.copy(newest, None);
    let told = talk.told();
    assert_eq!((told.flow("ts_server_reordered_packets"), told.flow("ts_server_duplicate_packets")), (1, 1));
    assert_eq!(
        (told.flow("tt_server_out_of_order_packets"), told.flow("tt_server_hardware_duplicate_packets")),
        (1, 1)
    );
}

#[test]
fn what_is_sent_into_a_closed_window_is_flow_control() {
    let mut talk = asked(1);
    talk.put(from(Client).ack(1000).window(0));
    for _ in 0..2 {
        talk.wait(300 * MS);
        talk.put(from(Server).seq(1000).data(1));
    }
    let told = talk.told();
    assert_eq!(told.flow("ts_server_flow_control_packets"), 2);
    assert_eq!((told.flow("tt_server_window_probe_packets"), told.flow("tt_server_retransmitted_packets")), (2, 0));
}

#[test]
fn the_first_packets_and_messages_are_listed() {
    let mut talk = Talk::open();
    for (bytes, pushed) in [(100, false), (200, true), (300, true)] {
        let flags = if pushed { PSH | ACK } else { ACK };
        talk.put(from(Client).flags(flags).data(bytes));
        talk.wait(3 * MS);
    }
    let told = talk.told();
    let list = |column| told.0.texts("tcp_flows", column).concat();
    assert_eq!(list("ts_client_first_packet_bytes"), "100,200,300");
    assert_eq!(list("ts_client_first_pauses_us"), "3000,3000");
    assert_eq!(list("ts_client_first_message_bytes"), "300,300");
    assert_eq!(list("ts_server_first_packet_bytes"), "");
}

// ---- tcptrace --------------------------------------------------------------------------------------------------------

#[test]
fn round_trips_of_syn_and_fin_count_and_those_behind_a_late_segment_do_not() {
    let mut talk = asked(4);
    talk.wait(CLIENT_LEG - 4 * MS);
    talk.put(from(Client).ack(1000)); // CLIENT_LEG after the first was sent
    talk.wait(250 * MS);
    talk.put(from(Server).seq(1000).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(2000)); // sent twice
    talk.put(from(Client).ack(4000)); // sent once
    talk.unseen(Server, 1000);
    talk.put(from(Server).data(1000));
    talk.wait(MS);
    talk.put(from(Server).seq(4000).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(6000)); // waited for the one before
    let told = talk.told();
    assert_eq!(told.flow("tt_server_rtt_samples"), 3, "the SYN-ACK, the first and the fourth segment");
    assert_eq!((told.flow("tt_server_full_rtt_samples"), told.flow("tt_server_full_rtt_min_ns")), (2, CLIENT_LEG));
    assert_eq!((told.flow("tt_server_ambiguous_acks"), told.flow("tt_server_last_rtt_max_ns")), (1, CLIENT_LEG));
    assert_eq!((told.flow("tt_server_post_loss_acks"), told.flow("tt_server_cumulatively_acked_packets")), (1, 2));
    assert_eq!((told.flow("tt_server_retransmitted_packets"), told.flow("tt_server_out_of_order_packets")), (1, 1));
    assert_eq!(told.flow("tt_server_retransmission_time_min_ns"), told.flow("tt_server_retransmission_time_max_ns"));
    assert_eq!(told.flow("tt_client_rtt_samples"), 2, "the SYN and the question, by the answer's first segment");
    assert_eq!(told.flow("tt_client_rtt_deviation_ns"), 0);
}

#[test]
fn outstanding_is_what_the_capture_point_saw() {
    let mut talk = asked(3);
    talk.wait(CLIENT_LEG - 3 * MS);
    talk.put(from(Client));
    talk.put(from(Server).data(400));
    let told = talk.told();
    assert_eq!((told.flow("tt_server_owin_max_bytes"), told.flow("tt_server_owin_min_bytes")), (3000, 400));
    assert_eq!(told.flow("tt_server_owin_mean_bytes"), (1000 + 2000 + 3000 + 400) / 4);
    assert_eq!((told.flow("tt_server_initial_window_bytes"), told.flow("tt_server_initial_window_packets")), (3000, 3));
    // The SYN-ACK for the client's leg, then 1000 bytes for 1 ms, 2000 for 1 ms, 3000 for the rest of it.
    let area = CLIENT_LEG + (1000 + 2000) * MS + 3000 * (CLIENT_LEG - 2 * MS);
    assert_eq!(told.flow("server_outstanding_mean_bytes"), area / told.flow("duration_ns"));
}

#[test]
fn the_length_of_the_data_follows_from_syn_and_fin() {
    let mut talk = asked(2);
    talk.unseen(Server, 700);
    talk.put(from(Server).flags(FIN | ACK).data(300));
    let told = talk.told();
    assert_eq!((told.flow("tt_server_stream_bytes"), told.flow("tt_server_missed_bytes")), (3000, 700));
    assert_eq!(told.0.optional_integers("tcp_flows", "tt_client_stream_bytes"), ["none"]);
}

#[test]
fn flags_and_sizes_are_counted_as_sent() {
    let mut talk = asked(2);
    talk.put(from(Client).flags(PSH | ACK));
    talk.put(from(Client).flags(URG | ACK).data(7));
    let told = talk.told();
    assert_eq!((told.flow("client_ack_packets"), told.flow("client_packets")), (4, 5));
    assert_eq!((told.flow("client_push_packets"), told.flow("tt_client_pushed_data_packets")), (2, 1));
    assert_eq!((told.flow("client_urgent_packets"), told.flow("client_smallest_payload_bytes")), (1, 7));
    assert_eq!((told.flow("client_window_mean_bytes"), told.flow("client_window_last_bytes")), (60_000, 60_000));
}
