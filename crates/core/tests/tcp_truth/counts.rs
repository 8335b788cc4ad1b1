//! What is counted and measured of each direction.

use crate::support::ACK;
use crate::support::conversation::Who::{Client, Server};
use crate::support::conversation::{CLIENT_LEG, MS, PSH, SERVER_LEG, Talk, from};

#[test]
fn a_repeat_that_offload_merged_counts_in_units_of_the_mss() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(2500));
    talk.wait(250 * MS);
    talk.put(from(Server).seq(0).data(2500));
    let told = talk.told();
    assert_eq!(told.flow("server_retransmitted_packets"), 3);
    assert_eq!(told.flow("server_lost_downstream_packets"), 3);
    assert_eq!(told.flow("server_retransmitted_bytes"), 2500);
    assert_eq!(told.flow("server_unique_bytes"), 2500);
    assert_eq!(told.flow("server_super_segments"), 1);
}

#[test]
fn the_window_scale_is_inferred_where_the_handshake_is_missing() {
    let mut talk = Talk::default().with_window(Client, 100);
    talk.put(from(Client).data(100));
    for _ in 0..25 {
        talk.put(from(Server).data(1000));
    }
    // 25 000 bytes in flight fit a window of 100 only if it is scaled by 8: 100 << 7 is 12 800.
    assert_eq!(talk.told().flow("client_window_shift"), 8);
}

#[test]
fn the_window_scale_of_the_handshake_holds_for_both_or_for_none() {
    let mut talk = Talk::default().with_scale(7).with_window(Client, 100).opened();
    talk.put(from(Client).data(100));
    assert_eq!(talk.told().flow("client_window_max_bytes"), 12_800);

    let mut talk = Talk::default().with_scale(7).with_window(Client, 100);
    talk.syn();
    talk = talk.without_scale();
    talk.syn_ack();
    talk.put(from(Client));
    assert_eq!(talk.told().flow("client_window_max_bytes"), 100);
}

#[test]
fn what_the_capture_missed_is_no_retransmission() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    talk.unseen(Server, 3000);
    talk.put(from(Server).data(1000));
    talk.wait(CLIENT_LEG);
    let acknowledges = talk.put(from(Client).ack(5000));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    let told = talk.told();
    assert_eq!(told.flow("server_missed_bytes"), 3000);
    assert_eq!(told.flow("server_unique_bytes"), 3000);
    assert_eq!(told.flow("server_retransmitted_packets"), 0);
    assert_eq!(told.event(acknowledges).1, "capture_gap");
    assert!(!told.ledger().keys().any(|(category, _)| category.starts_with("loss")));
}

#[test]
fn acknowledged_beyond_the_highest_byte_is_missed_too() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(1700));
    let told = talk.told();
    assert_eq!((told.flow("server_missed_bytes"), told.flow("server_unique_bytes")), (700, 1000));
}

#[test]
fn round_trips_are_of_segments_sent_once() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG + 7 * MS);
    talk.put(from(Server).data(1000));
    talk.wait(250 * MS);
    talk.put(from(Server).seq(0).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(5 * MS);
    talk.put(from(Server).data(1000));
    talk.wait(CLIENT_LEG + MS);
    talk.put(from(Client));
    let told = talk.told();
    assert_eq!((told.flow("client_rtt_samples"), told.flow("client_rtt_min_ns")), (1, CLIENT_LEG + MS));
    assert_eq!((told.flow("server_rtt_samples"), told.flow("server_rtt_min_ns")), (1, SERVER_LEG + 7 * MS));
}

#[test]
fn round_trips_by_time_stamps_need_no_new_data() {
    let mut talk = Talk::default().with_timestamps().opened();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server));
    let told = talk.told();
    assert_eq!((told.flow("server_timestamp_rtt_samples"), told.flow("server_timestamp_rtt_min_ns")), (2, SERVER_LEG));
}

#[test]
fn the_handshake_has_two_legs() {
    let told = Talk::open().told();
    assert_eq!(told.flow("handshake_ns"), SERVER_LEG + CLIENT_LEG);
    assert_eq!(told.flow("handshake_server_rtt_ns"), SERVER_LEG);
    assert_eq!(told.flow("handshake_client_rtt_ns"), CLIENT_LEG);
    assert_eq!(told.0.texts("tcp_flows", "vantage"), ["middle"]);
}

#[test]
fn the_capture_point_is_where_the_handshake_takes_no_time() {
    for (server_leg, client_leg, place) in
        [(40 * MS, 0, "client"), (0, 40 * MS, "server"), (20 * MS, 20 * MS, "middle")]
    {
        let mut talk = Talk::default();
        talk.syn();
        talk.wait(server_leg);
        talk.syn_ack();
        talk.wait(client_leg);
        talk.put(from(Client).ttl(if place == "client" { 64 } else { 57 }));
        let told = talk.told();
        assert_eq!(told.0.texts("tcp_flows", "vantage"), [place]);
    }
}

#[test]
fn packets_of_each_kind_are_counted_on_their_side() {
    let mut talk = Talk::open();
    talk.put(from(Client).flags(PSH | ACK).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server));
    talk.put(from(Server).data(1000));
    let told = talk.told();
    assert_eq!((told.flow("client_packets"), told.flow("server_packets")), (3, 3));
    assert_eq!((told.flow("client_data_packets"), told.flow("server_data_packets")), (1, 1));
    assert_eq!((told.flow("client_bare_ack_packets"), told.flow("server_bare_ack_packets")), (1, 1));
    assert_eq!((told.flow("client_push_packets"), told.flow("server_push_packets")), (1, 0));
    assert_eq!((told.flow("client_syn_packets"), told.flow("server_syn_packets")), (1, 1));
    assert_eq!((told.flow("client_mss_bytes"), told.flow("server_ttl_max")), (1000, 50));
}

#[test]
fn no_round_trip_is_measured_while_the_clock_stands_still() {
    let mut talk = Talk::open();
    for _ in 0..4 {
        talk.put(from(Client).data(100));
        talk.wait(SERVER_LEG);
        talk.put(from(Server).data(100));
        talk.wait(CLIENT_LEG);
    }
    talk.wait(-150 * MS);
    for _ in 0..2 {
        talk.put(from(Client).data(100));
        talk.wait(SERVER_LEG);
        talk.put(from(Server).data(100));
        talk.wait(CLIENT_LEG);
    }
    let told = talk.told();
    assert_eq!(told.flow("clock_steps"), 1);
    assert_eq!(told.flow("server_rtt_min_ns"), SERVER_LEG);
}

#[test]
fn a_syn_ack_alone_tells_that_windows_are_scaled() {
    let mut talk = Talk::default().with_scale(7);
    talk.syn_ack();
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).window(100).data(100));
    let told = talk.told();
    assert_eq!((told.flow("server_window_shift"), told.flow("server_window_min_bytes")), (7, 12_800));
}
