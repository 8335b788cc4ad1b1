//! What a loss costs: from its first sign until it is made good.

use crate::support::ACK;
use crate::support::conversation::Who::{Client, Server};
use crate::support::conversation::{CLIENT_LEG, FIN, MS, SERVER_LEG, Talk, from};

const HANDSHAKE: (&str, &str, i64) = ("handshake", "network", SERVER_LEG + CLIENT_LEG);

/// The client has asked, and the answer's first segments pass, of which the client gets all but the second.
fn loses_the_second_of(segments: u32) -> (Talk, i64) {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    for _ in 0..segments {
        talk.put(from(Server).data(1000));
    }
    let sent_ns = talk.now_ns;
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(1000));
    (talk, sent_ns)
}

/// What was sent again arrives, and the server goes on.
fn goes_on(talk: &mut Talk) {
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
}

#[test]
fn a_fast_recovery_counts_from_the_evidence() {
    let (mut talk, _) = loses_the_second_of(5);
    talk.wait(2 * MS);
    talk.put(from(Client).ack(1000).sack(&[(2000, 5000)]));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).seq(1000).data(1000));
    goes_on(&mut talk);
    let ledger = talk.told().ledger();
    assert_eq!(ledger[&("loss_fast".into(), "network".into())], SERVER_LEG + CLIENT_LEG);
}

#[test]
fn a_tail_loss_probe_counts_from_the_last_progress() {
    let (mut talk, sent_ns) = loses_the_second_of(2);
    talk.at(sent_ns + CLIENT_LEG + 80 * MS);
    talk.put(from(Server).seq(1000).data(1000));
    goes_on(&mut talk);
    talk.told().assert_ledger(&[
        HANDSHAKE,
        // The request, the first segment, and the way of the last acknowledgement to the server.
        ("network_rtt", "network", SERVER_LEG + CLIENT_LEG + SERVER_LEG),
        ("loss_tlp", "network", 80 * MS + CLIENT_LEG),
    ]);
}

#[test]
fn a_timeout_counts_from_the_last_progress() {
    let (mut talk, sent_ns) = loses_the_second_of(2);
    talk.at(sent_ns + CLIENT_LEG + 250 * MS);
    talk.put(from(Server).seq(1000).data(1000));
    goes_on(&mut talk);
    talk.told().assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG + CLIENT_LEG + SERVER_LEG),
        ("loss_rto", "network", 250 * MS + CLIENT_LEG),
    ]);
}

#[test]
fn timeouts_that_double_are_one_span() {
    let (mut talk, sent_ns) = loses_the_second_of(2);
    for waited_ms in [250, 750, 1750] {
        talk.at(sent_ns + CLIENT_LEG + waited_ms * MS);
        talk.put(from(Server).seq(1000).data(400)); // no larger than what has passed, so that its size is not the trouble
    }
    talk.put(from(Server).seq(1400).data(600));
    goes_on(&mut talk);
    let ledger = talk.told().ledger();
    assert_eq!(ledger[&("loss_rto".into(), "network".into())], 1750 * MS + CLIENT_LEG);
}

#[test]
fn a_lost_request_is_not_the_servers_thinking() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(300 * MS);
    talk.put(from(Client).seq(0).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(500));
    talk.told().assert_ledger(&[HANDSHAKE, ("loss_rto", "network", 300 * MS + SERVER_LEG)]);
}

#[test]
fn a_lost_syn_is_handshake_loss_up_to_its_repeat() {
    let mut talk = Talk::default();
    talk.syn();
    talk.wait(1000 * MS);
    talk.handshake();
    talk.told().assert_ledger(&[("handshake_loss", "network", 1000 * MS), HANDSHAKE]);
}

#[test]
fn a_lost_syn_ack_is_handshake_loss_from_the_first() {
    let mut talk = Talk::default();
    talk.syn();
    talk.wait(SERVER_LEG);
    talk.syn_ack();
    talk.wait(1000 * MS);
    talk.syn_ack();
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.told().assert_ledger(&[HANDSHAKE, ("handshake_loss", "network", 1000 * MS)]);
}

#[test]
fn a_syn_that_is_never_answered_is_all_loss() {
    let mut talk = Talk::default();
    for at_ms in [0, 1000, 3000, 7000] {
        talk.at(at_ms * MS);
        talk.syn();
    }
    let told = talk.told();
    told.assert_ledger(&[("handshake_loss", "network", 7000 * MS)]);
    assert_eq!(told.0.texts("tcp_flows", "zk_conn_state"), ["S0"]);
}

#[test]
fn a_path_that_says_too_large_is_the_pmtus() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    let large = talk.put(from(Server).data(1000));
    talk.wait(4 * MS);
    talk.too_large(large, 576);
    talk.wait(SERVER_LEG);
    talk.put(from(Server).seq(0).data(536));
    talk.put(from(Server).seq(536).data(464));
    goes_on(&mut talk);
    let ledger = talk.told().ledger();
    assert!(ledger[&("pmtu".into(), "network".into())] >= CLIENT_LEG, "{ledger:?}");
    assert!(!ledger.keys().any(|(category, _)| category.starts_with("loss")), "{ledger:?}");
}

#[test]
fn a_black_hole_swallows_what_is_large_again_and_again() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(200));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    let sent_ns = talk.now_ns;
    for waited_ms in [250, 750, 1750] {
        talk.at(sent_ns + waited_ms * MS);
        talk.put(from(Server).seq(200).data(1000));
    }
    talk.at(sent_ns + 3750 * MS);
    talk.put(from(Server).seq(200).data(500));
    talk.put(from(Server).seq(700).data(500));
    goes_on(&mut talk);
    let told = talk.told();
    told.assert_ledger(&[
        HANDSHAKE,
        ("network_rtt", "network", SERVER_LEG + CLIENT_LEG + SERVER_LEG + SERVER_LEG),
        ("pmtu", "network", 3750 * MS + CLIENT_LEG),
    ]);
    // Losses at random are of no certain size: where as much has passed before, it is a time-out.
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    for _ in 0..2 {
        talk.wait(250 * MS);
        talk.put(from(Server).seq(1000).data(1000));
    }
    goes_on(&mut talk);
    let ledger = talk.told().ledger();
    assert_eq!(ledger[&("loss_rto".into(), "network".into())], 500 * MS + CLIENT_LEG);
}

#[test]
fn reordering_costs_no_recovery() {
    let mut talk = Talk::open();
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    talk.unseen(Server, 1000);
    talk.put(from(Server).data(1000));
    talk.wait(4 * MS);
    talk.put(from(Server).seq(1000).data(1000).id(7003));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    let told = talk.told();
    assert_eq!(told.flow("server_reordered_packets"), 1);
    assert!(!told.ledger().keys().any(|(category, _)| category.starts_with("loss")), "{:?}", told.ledger());
}

#[test]
fn a_lost_fin_is_a_loss_of_the_teardown() {
    let mut talk = Talk::open();
    talk.put(from(Client).flags(FIN | ACK));
    talk.wait(300 * MS);
    talk.put(from(Client).flags(FIN | ACK).seq(0));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).flags(FIN | ACK));
    talk.told().assert_ledger(&[HANDSHAKE, ("loss_rto", "network", 300 * MS + SERVER_LEG)]);
}
