//! What each moment went into, where nothing is lost: to the nanosecond.

use crate::support::conversation::Who::{Client, Server};
use crate::support::conversation::{CLIENT_LEG, FIN, MS, SERVER_LEG, Talk, from};
use crate::support::tls::{self, chooses_1_3, server_hello};
use crate::support::{ACK, RST};

const HANDSHAKE: (&str, &str, i64) = ("handshake", "network", SERVER_LEG + CLIENT_LEG);

const CLIENT_HELLO: [u8; 10] = [22, 3, 1, 0, 5, 1, 0, 0, 1, 0];
const SERVER_HELLO_1_2: [u8; 10] = [22, 3, 3, 0, 5, 2, 0, 0, 1, 0];
const TLS_HANDSHAKE: [u8; 10] = [22, 3, 3, 0, 5, 16, 0, 0, 1, 0];
const TLS_DATA: [u8; 8] = [23, 3, 3, 0, 3, 1, 2, 3];

/// A ServerHello of TLS 1.3, or one that wants another ClientHello first.
fn server_hello_1_3(retry: bool) -> Vec<u8> {
    tls::record(22, &tls::message(tls::SERVER_HELLO, &server_hello(0x1301, &[chooses_1_3()], retry)))
}

#[test]
fn a_request_and_its_answer() {
    let mut talk = Talk::open();
    talk.wait(5 * MS);
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG + 100 * MS);
    talk.put(from(Server).data(500));
    talk.wait(CLIENT_LEG + 20 * MS);
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(500));
    talk.told().assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG + CLIENT_LEG + SERVER_LEG),
        ("think", "client", 25 * MS),
        ("think", "server", 100 * MS),
    ]);
}

#[test]
fn a_server_that_speaks_first_thinks_after_the_path() {
    let mut talk = Talk::open();
    talk.wait(SERVER_LEG + 200 * MS);
    talk.put(from(Server).data(50));
    talk.told().assert_ledger(&[HANDSHAKE, ("network_rtt", "network", SERVER_LEG), ("think", "server", 200 * MS)]);
}

#[test]
fn closing_is_idle_until_the_first_fin_and_teardown_after_the_second() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(500));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(200 * MS);
    talk.put(from(Server).flags(FIN | ACK));
    talk.wait(70 * MS);
    talk.put(from(Client).flags(FIN | ACK));
    talk.wait(SERVER_LEG);
    talk.put(from(Server));
    let told = talk.told();
    told.assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG + CLIENT_LEG),
        ("idle", "server", 200 * MS),
        ("idle", "client", 70 * MS),
        ("teardown", "none", SERVER_LEG),
    ]);
    assert_eq!(told.0.texts("tcp_flows", "end_reason"), ["fin"]);
    assert_eq!(told.0.texts("tcp_flows", "zk_conn_state"), ["SF"]);
}

#[test]
fn a_reset_ends_the_waiting() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG + 50 * MS);
    let reset = talk.put(from(Server).flags(RST | ACK));
    talk.wait(10 * MS);
    talk.put(from(Client).data(100));
    let told = talk.told();
    told.assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG),
        ("idle", "server", 50 * MS),
        ("teardown", "none", 10 * MS),
    ]);
    assert_eq!(told.event(reset).1, "reset");
    assert_eq!(told.0.texts("tcp_flows", "reset_by"), ["server"]);
}

#[test]
fn nothing_that_follows_is_nobodys_idleness() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server));
    talk.wait(10_000 * MS);
    talk.put(from(Client).seq(99));
    talk.told().assert_ledger(&[HANDSHAKE, ("network_rtt", "network", SERVER_LEG), ("idle", "none", 10_000 * MS)]);
}

#[test]
fn tls_1_2_lasts_until_data_flows() {
    let mut talk = Talk::open();
    talk.put(from(Client).payload(&CLIENT_HELLO));
    talk.wait(SERVER_LEG + 80 * MS);
    talk.put(from(Server).payload(&SERVER_HELLO_1_2));
    talk.wait(CLIENT_LEG + 3 * MS);
    talk.put(from(Client).payload(&TLS_HANDSHAKE));
    talk.wait(SERVER_LEG + 2 * MS);
    talk.put(from(Server).payload(&TLS_HANDSHAKE));
    talk.wait(CLIENT_LEG + 7 * MS);
    talk.put(from(Client).payload(&TLS_DATA));
    talk.wait(SERVER_LEG + 50 * MS);
    talk.put(from(Server).payload(&TLS_DATA));
    talk.told().assert_ledger(&[
        HANDSHAKE,
        ("tls", "network", SERVER_LEG + CLIENT_LEG + SERVER_LEG),
        ("tls", "server", 82 * MS),
        ("tls", "client", 3 * MS),
        ("network_rtt", "network", CLIENT_LEG + SERVER_LEG),
        ("think", "client", 7 * MS),
        ("think", "server", 50 * MS),
    ]);
}

#[test]
fn tls_1_3_goes_on_after_a_retry() {
    let mut talk = Talk::open();
    talk.put(from(Client).payload(&CLIENT_HELLO));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).payload(&server_hello_1_3(true)));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).payload(&CLIENT_HELLO));
    talk.wait(SERVER_LEG + 80 * MS);
    talk.put(from(Server).payload(&server_hello_1_3(false)));
    talk.wait(CLIENT_LEG + 3 * MS);
    talk.put(from(Client).payload(&TLS_DATA));
    talk.told().assert_ledger(&[
        HANDSHAKE,
        ("tls", "network", 2 * (SERVER_LEG + CLIENT_LEG)),
        ("tls", "server", 80 * MS),
        ("tls", "client", 3 * MS),
    ]);
}

#[test]
fn tls_may_begin_late() {
    let mut talk = Talk::open();
    talk.put(from(Client).payload(b"STARTTLS\r\n"));
    talk.wait(SERVER_LEG + 5 * MS);
    talk.put(from(Server).payload(b"220 go\r\n"));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).payload(&CLIENT_HELLO));
    talk.wait(SERVER_LEG + 80 * MS);
    talk.put(from(Server).payload(&server_hello_1_3(false)));
    talk.told().assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG + CLIENT_LEG),
        ("think", "server", 5 * MS),
        ("tls", "network", SERVER_LEG),
        ("tls", "server", 80 * MS),
    ]);
}

#[test]
fn tls_1_3_ends_with_what_the_client_sends_next() {
    let mut talk = Talk::open();
    talk.put(from(Client).payload(&CLIENT_HELLO));
    talk.wait(SERVER_LEG + 80 * MS);
    talk.put(from(Server).payload(&server_hello_1_3(false)));
    talk.wait(CLIENT_LEG + 3 * MS);
    talk.put(from(Client).payload(&TLS_DATA)); // its Finished, which looks like data
    talk.wait(SERVER_LEG + 50 * MS);
    talk.put(from(Server).payload(&TLS_DATA));
    talk.told().assert_ledger(&[
        HANDSHAKE,
        ("tls", "network", SERVER_LEG + CLIENT_LEG),
        ("tls", "server", 80 * MS),
        ("tls", "client", 3 * MS),
        ("network_rtt", "network", SERVER_LEG),
        ("think", "server", 50 * MS),
    ]);
}

#[test]
fn an_answer_in_slow_pieces_is_its_senders_application() {
    for who in [Client, Server] {
        let mut talk = Talk::open();
        if who == Server {
            talk.put(from(Client).data(100));
            talk.wait(SERVER_LEG);
        }
        let (there, back) = if who == Server { (CLIENT_LEG, SERVER_LEG) } else { (SERVER_LEG, CLIENT_LEG) };
        talk.put(from(who).data(100));
        for _ in 0..3 {
            talk.wait(there);
            talk.put(from(who.peer()));
            talk.wait(back + 200 * MS);
            talk.put(from(who).data(100));
        }
        let side = if who == Server { "server" } else { "client" };
        let asked = if who == Server { SERVER_LEG } else { 0 };
        talk.told().assert_ledger(&[
            HANDSHAKE,
            ("network_rtt", "network", asked + 3 * (SERVER_LEG + CLIENT_LEG)),
            ("application", side, 3 * 200 * MS),
        ]);
    }
}

#[test]
fn a_drip_of_short_segments_needs_no_acknowledgement_to_be_the_application() {
    let mut talk = Talk::open();
    for _ in 0..4 {
        talk.put(from(Client).data(100));
        talk.wait(5 * MS);
    }
    talk.put(from(Client).data(100));
    talk.told().assert_ledger(&[HANDSHAKE, ("application", "client", 20 * MS)]);
}

/// The server fills a window of four segments, and may send on when half of them are acknowledged.
fn window_of(window: u16) -> Talk {
    let mut talk = Talk::default().with_window(Client, window).opened();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    for _ in 0..4 {
        talk.put(from(Server).data(1000));
    }
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(2000));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    talk
}

#[test]
fn a_full_window_is_its_receivers() {
    window_of(4000).told().assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG),
        ("receiver_window", "client", CLIENT_LEG + SERVER_LEG),
    ]);
    // With room for one more segment it is something else that holds the server back.
    let ledger = window_of(5000).told().ledger();
    assert!(!ledger.keys().any(|(category, _)| category == "receiver_window"), "{ledger:?}");
}

/// The client's window closes once it has 4000 bytes, and opens 500 ms later.
fn closing_window() -> (Talk, i64) {
    let mut talk = Talk::default().with_window(Client, 4000).opened();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    for _ in 0..4 {
        talk.put(from(Server).data(1000));
    }
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).window(0));
    let closed_ns = talk.now_ns;
    talk.wait(500 * MS);
    talk.put(from(Client).window(4000));
    (talk, closed_ns)
}

#[test]
fn a_closed_window_is_its_receivers_when_data_follows_its_opening() {
    let (mut talk, _) = closing_window();
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    let told = talk.told();
    assert_eq!(told.ledger()[&("zero_window".into(), "client".into())], 500 * MS);
    // Word of the open window must reach the server, and its data come back.
    assert_eq!(told.ledger()[&("receiver_window".into(), "client".into())], CLIENT_LEG + SERVER_LEG);
    assert_eq!(told.flow("client_zero_window_ns"), 500 * MS);
    assert_eq!((told.flow("client_zero_window_spans"), told.flow("client_zero_window_packets")), (1, 1));
}

#[test]
fn a_closed_window_that_is_probed_is_waited_for() {
    let mut talk = Talk::default().with_window(Client, 1000).opened();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).window(0));
    talk.wait(250 * MS);
    talk.put(from(Server).seq(999));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(240 * MS);
    talk.put(from(Client).window(1000));
    talk.wait(3000 * MS);
    talk.put(from(Server).data(1000));
    assert_eq!(talk.told().ledger()[&("zero_window".into(), "client".into())], 500 * MS);
}

#[test]
fn a_closed_window_that_nobody_waits_for_costs_nothing() {
    let (mut talk, _) = closing_window();
    talk.wait(2000 * MS);
    talk.put(from(Server).data(1000));
    let told = talk.told();
    told.assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG + CLIENT_LEG + SERVER_LEG),
        ("application", "server", 2000 * MS + 500 * MS - SERVER_LEG),
    ]);
    assert_eq!(told.flow("client_zero_window_ns"), 500 * MS, "it was closed all the same");
}

#[test]
fn a_held_back_short_segment_waits_for_a_delayed_acknowledgement() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG + 40 * MS);
    talk.put(from(Server));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).data(100));
    talk.told().assert_ledger(&[HANDSHAKE, ("nagle_delayed_ack", "client", SERVER_LEG + 40 * MS + CLIENT_LEG)]);
}

#[test]
fn a_full_segment_is_not_held_back() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(1000));
    talk.wait(SERVER_LEG + 40 * MS);
    talk.put(from(Server));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).data(100));
    talk.told().assert_ledger(&[HANDSHAKE, ("network_rtt", "network", SERVER_LEG + 40 * MS + CLIENT_LEG)]);
}

#[test]
fn a_clock_that_steps_back_before_the_beginning_is_the_captures() {
    let mut talk = Talk::default();
    talk.at(1000 * MS);
    talk.syn();
    talk.at(400 * MS);
    talk.syn_ack();
    talk.at(1040 * MS);
    talk.put(from(Client));
    let told = talk.told();
    told.assert_ledger(&[("capture_gap", "capture", 600 * MS), ("handshake", "network", 40 * MS)]);
    assert_eq!(told.flow("clock_steps"), 1);
}

#[test]
fn a_clock_that_steps_back_later_stands_still() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(-20 * MS);
    talk.put(from(Server));
    talk.wait(60 * MS);
    talk.put(from(Server).data(100));
    let told = talk.told();
    assert_eq!(told.flow("duration_ns"), 80 * MS);
    assert_eq!(told.flow("clock_steps"), 1);
    told.ledger();
}
