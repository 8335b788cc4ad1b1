//! What each segment is (`Class`), what proves it, and where the original was lost.

use crate::support::ACK;
use crate::support::conversation::Who::{Client, Server};
use crate::support::conversation::{CLIENT_LEG, FIN, MS, SERVER_LEG, Talk, from};

const LOOP: i64 = CLIENT_LEG + SERVER_LEG;

/// The client has asked, and the server's first segment of its answer passes. Returns the clock of it.
fn answering(mut talk: Talk) -> (Talk, i64) {
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(1000));
    let at_ns = talk.now_ns;
    (talk, at_ns)
}

/// An event as a test expects it.
fn event(frame: u32, kind: &str, reference: Option<u32>, place: &str) -> (u32, String, Option<u32>, String) {
    (frame, kind.to_owned(), reference, place.to_owned())
}

#[test]
fn selective_acknowledgements_ask_for_what_was_lost_downstream() {
    let (mut talk, sent_ns) = answering(Talk::open());
    let lost = talk.put(from(Server).data(1000));
    talk.put(from(Server).data(1000));
    talk.at(sent_ns + CLIENT_LEG);
    talk.put(from(Client).ack(1000));
    talk.put(from(Client).ack(1000).sack(&[(2000, 3000)]));
    talk.wait(SERVER_LEG);
    let again = talk.put(from(Server).seq(1000).data(1000));
    let told = talk.told();
    assert_eq!(told.event(again), event(again, "retransmission_fast", Some(lost), "downstream"));
    assert_eq!(told.flow("server_fast_retransmissions"), 1);
    assert_eq!((told.flow("server_lost_downstream_packets"), told.flow("server_lost_upstream_packets")), (1, 0));
}

#[test]
fn what_fills_a_hole_after_a_whole_loop_was_lost_upstream() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.unseen(Server, 1000);
    let opener = talk.put(from(Server).data(1000));
    talk.at(sent_ns + CLIENT_LEG);
    talk.put(from(Client).ack(1000).sack(&[(2000, 3000)]));
    talk.wait(SERVER_LEG);
    let again = talk.put(from(Server).seq(1000).data(1000));
    let told = talk.told();
    assert_eq!(told.class(again), "retransmission_fast");
    let (_, _, _, place) = told.event(again);
    assert_eq!(place, "upstream");
    assert_eq!(told.class(opener), "new");
    assert_eq!((told.flow("server_lost_downstream_packets"), told.flow("server_lost_upstream_packets")), (0, 1));
}

#[test]
fn duplicate_acknowledgements_ask_where_there_are_no_selective_ones() {
    let (mut talk, sent_ns) = answering(Talk::open());
    let lost = talk.put(from(Server).data(1000));
    for _ in 0..3 {
        talk.put(from(Server).data(1000));
    }
    talk.at(sent_ns + CLIENT_LEG);
    for _ in 0..4 {
        talk.put(from(Client).ack(1000));
    }
    talk.wait(SERVER_LEG);
    let again = talk.put(from(Server).seq(1000).data(1000));
    let told = talk.told();
    assert_eq!(told.event(again), event(again, "retransmission_fast", Some(lost), "downstream"));
    assert_eq!(told.flow("client_duplicate_ack_packets"), 3);
}

#[test]
fn the_last_segment_again_before_the_timer_is_a_tail_loss_probe() {
    let (mut talk, sent_ns) = answering(Talk::open());
    let lost = talk.put(from(Server).data(1000));
    talk.at(sent_ns + CLIENT_LEG);
    talk.put(from(Client).ack(1000));
    talk.at(sent_ns + CLIENT_LEG + 2 * LOOP);
    let again = talk.put(from(Server).seq(1000).data(1000));
    let told = talk.told();
    assert_eq!(told.event(again), event(again, "retransmission_tlp", Some(lost), "downstream"));
    assert_eq!(told.flow("server_tlp_retransmissions"), 1);
}

#[test]
fn a_timer_ran_out_after_its_least_time_and_not_before() {
    for (wait_ns, class) in [(191 * MS, "retransmission_tlp"), (192 * MS, "retransmission_rto")] {
        let (mut talk, sent_ns) = answering(Talk::open());
        let lost = talk.put(from(Server).data(1000));
        talk.at(sent_ns + CLIENT_LEG);
        talk.put(from(Client).ack(1000));
        talk.wait(wait_ns);
        let again = talk.put(from(Server).seq(1000).data(1000));
        assert_eq!(talk.told().event(again), event(again, class, Some(lost), "downstream"));
    }
}

#[test]
fn a_timer_can_run_out_over_a_hole_that_opened_upstream() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.unseen(Server, 1000);
    talk.put(from(Server).data(1000));
    talk.at(sent_ns + CLIENT_LEG);
    talk.put(from(Client).ack(1000));
    talk.wait(250 * MS);
    let again = talk.put(from(Server).seq(1000).data(1000));
    let told = talk.told();
    assert_eq!(told.class(again), "retransmission_rto");
    assert_eq!(told.event(again).3, "upstream");
}

#[test]
fn the_third_copy_is_a_repeat_of_a_repeat() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.at(sent_ns + 250 * MS);
    let second = talk.put(from(Server).seq(0).data(1000));
    talk.wait(500 * MS);
    let third = talk.put(from(Server).seq(0).data(1000));
    let told = talk.told();
    assert_eq!(told.class(second), "retransmission_rto");
    assert_eq!(told.event(third), event(third, "retransmission_repeated", Some(second), "downstream"));
    assert_eq!(told.flow("server_repeated_retransmissions"), 1);
}

#[test]
fn what_was_acknowledged_is_sent_again_for_nothing() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.at(sent_ns + CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(250 * MS);
    let again = talk.put(from(Server).seq(0).data(1000));
    let told = talk.told();
    assert_eq!(told.class(again), "retransmission_unneeded");
    assert_eq!(told.event(again).3, "", "nothing was lost");
    assert_eq!((told.flow("server_lost_downstream_packets"), told.flow("server_lost_upstream_packets")), (0, 0));
}

#[test]
fn a_duplicate_selective_acknowledgement_reports_a_needless_repeat() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.at(sent_ns + 250 * MS);
    talk.put(from(Server).seq(0).data(1000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(1000));
    talk.put(from(Client).ack(1000).sack(&[(0, 1000)]));
    assert_eq!(talk.told().flow("server_spurious_retransmissions"), 1);
}

/// A hole opened by a segment with time stamp 2000 is filled, after `lag_ns`, by one with `value`.
fn filled_by_timestamp(lag_ns: i64, value: u32) -> String {
    let (mut talk, sent_ns) = answering(Talk::default().without_ids().with_timestamps().opened());
    talk.unseen(Server, 1000);
    talk.put(from(Server).data(1000).timestamp(2000));
    talk.at(sent_ns + lag_ns);
    let late = talk.put(from(Server).seq(1000).data(1000).timestamp(value));
    talk.told().class(late)
}

#[test]
fn an_older_time_stamp_shows_reordering_however_late() {
    assert_eq!(filled_by_timestamp(5 * LOOP, 1999), "reordered");
    assert_eq!(filled_by_timestamp(LOOP / 8, 2001), "retransmission_fast");
    // An equal one says nothing: the loop decides.
    assert_eq!(filled_by_timestamp(LOOP / 8, 2000), "reordered");
    assert_eq!(filled_by_timestamp(LOOP, 2000), "retransmission_fast");
}

/// A hole opened by a packet with identification 7010 is filled, after `lag_ns`, by one with `id`.
fn filled_by_id(lag_ns: i64, id: u16) -> String {
    let (mut talk, sent_ns) = answering(Talk::open());
    for _ in 0..6 {
        talk.put(from(Server).data(1000));
    }
    talk.unseen(Server, 1000);
    talk.put(from(Server).data(1000).id(7010));
    talk.at(sent_ns + lag_ns);
    let late = talk.put(from(Server).seq(7000).data(1000).id(id));
    talk.told().class(late)
}

#[test]
fn an_older_identification_shows_reordering_where_it_counts_up() {
    assert_eq!(filled_by_id(5 * LOOP, 7009), "reordered");
    assert_eq!(filled_by_id(LOOP / 8, 7011), "retransmission_fast");
}

#[test]
fn nothing_sent_again_can_come_sooner_than_the_loop() {
    for (lag_ns, class) in [(32 * MS - 1, "reordered"), (32 * MS, "retransmission_fast")] {
        let (mut talk, sent_ns) = answering(Talk::default().without_ids().opened());
        talk.unseen(Server, 1000);
        let opener = talk.put(from(Server).data(1000));
        talk.at(sent_ns + lag_ns);
        let late = talk.put(from(Server).seq(1000).data(1000));
        let told = talk.told();
        assert_eq!(told.class(late), class, "{lag_ns}");
        if class == "reordered" {
            assert_eq!(told.event(late), event(late, class, None, ""));
            assert_eq!(told.flow("server_reordered_packets"), 1);
            assert_eq!(told.flow("server_retransmitted_packets"), 0);
        }
        assert_eq!(told.class(opener), "new");
    }
}

#[test]
fn without_a_known_loop_3_ms_count() {
    for (lag_ns, class) in [(3 * MS - 1, "reordered"), (3 * MS, "retransmission_fast")] {
        let mut talk = Talk::default().without_ids();
        talk.put(from(Server).data(1000));
        talk.unseen(Server, 1000);
        talk.put(from(Server).data(1000));
        talk.wait(lag_ns);
        let late = talk.put(from(Server).seq(1000).data(1000));
        assert_eq!(talk.told().class(late), class, "{lag_ns}");
    }
}

#[test]
fn the_same_packet_again_within_the_loop_was_copied_on_the_way() {
    let cases = [
        (5 * MS, None, "duplicate_network"),
        (50_000, None, "duplicate_capture"),     // no network is so quick
        (5 * MS, Some(49), "duplicate_capture"), // seen before and after a router
    ];
    for (apart_ns, ttl, class) in cases {
        let (mut talk, sent_ns) = answering(Talk::open());
        let original = talk.frames().len() as u32;
        talk.at(sent_ns + apart_ns);
        let copy = talk.copy(original, ttl);
        let told = talk.told();
        assert_eq!(told.event(copy), event(copy, class, Some(original), ""));
        assert_eq!(told.flow("server_retransmitted_packets"), 0);
        let column = if class == "duplicate_network" { "network" } else { "capture" };
        assert_eq!(told.flow(&format!("server_{column}_duplicate_packets")), 1);
    }
}

#[test]
fn another_identification_tells_a_repeat_from_a_copy() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.at(sent_ns + 5 * MS);
    let again = talk.put(from(Server).seq(0).data(1000));
    assert_eq!(talk.told().class(again), "retransmission_fast");
}

#[test]
fn a_closed_window_is_probed_with_its_next_byte_or_with_none() {
    for probe in [from(Server).data(1), from(Server).seq(999)] {
        let (mut talk, sent_ns) = answering(Talk::open());
        talk.at(sent_ns + CLIENT_LEG);
        talk.put(from(Client).window(0));
        talk.wait(250 * MS);
        let probed = talk.put(probe);
        let told = talk.told();
        assert_eq!(told.class(probed), "window_probe");
        assert_eq!(told.flow("server_window_probes"), 1);
        assert_eq!(told.flow("server_retransmitted_packets"), 0);
    }
}

#[test]
fn the_same_into_an_open_window_is_a_keep_alive() {
    for bytes in [0, 1] {
        let (mut talk, sent_ns) = answering(Talk::open());
        talk.at(sent_ns + CLIENT_LEG);
        talk.put(from(Client));
        talk.wait(10_000 * MS);
        let alive = talk.put(from(Server).seq(999).data(bytes));
        let told = talk.told();
        assert_eq!(told.class(alive), "keep_alive");
        assert_eq!(told.flow("server_keep_alives"), 1);
        assert_eq!(told.flow("server_retransmitted_packets"), 0);
    }
}

#[test]
fn the_syn_and_the_syn_ack_again() {
    let mut talk = Talk::default();
    let first = talk.syn();
    talk.wait(1000 * MS);
    let second = talk.syn();
    talk.wait(SERVER_LEG);
    let answer = talk.syn_ack();
    talk.wait(1000 * MS);
    let answer_again = talk.syn_ack();
    talk.wait(CLIENT_LEG);
    talk.put(from(Client));
    let told = talk.told();
    assert_eq!(told.event(second), event(second, "retransmission_syn", Some(first), "downstream"));
    assert_eq!(told.event(answer_again), event(answer_again, "retransmission_syn", Some(answer), "downstream"));
    assert_eq!((told.flow("syn_retransmissions"), told.flow("syn_ack_retransmissions")), (1, 1));
    assert_eq!((told.flow("client_retransmitted_packets"), told.flow("server_retransmitted_packets")), (1, 1));
}

#[test]
fn the_fin_again() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.at(sent_ns + CLIENT_LEG);
    talk.put(from(Client));
    talk.wait(SERVER_LEG);
    let fin = talk.put(from(Server).flags(FIN | ACK));
    talk.wait(250 * MS);
    let again = talk.put(from(Server).flags(FIN | ACK).seq(1000));
    let told = talk.told();
    assert_eq!(told.event(again), event(again, "retransmission_fin", Some(fin), "downstream"));
    assert_eq!(told.flow("server_retransmitted_packets"), 1);
}

#[test]
fn after_word_that_it_was_too_large_it_comes_again_in_pieces() {
    after_word_that_it_was_too_large(40);
}

/// RFC 792: the header of IP and eight bytes.
#[test]
fn the_shortest_quotation_tells_it_too() {
    after_word_that_it_was_too_large(28);
}

fn after_word_that_it_was_too_large(quoted_bytes: usize) {
    let (mut talk, sent_ns) = answering(Talk::open());
    let large = talk.frames().len() as u32;
    talk.at(sent_ns + 4 * MS);
    talk.too_large_quoting(large, 576, quoted_bytes);
    talk.wait(SERVER_LEG);
    let first = talk.put(from(Server).seq(0).data(536));
    let second = talk.put(from(Server).seq(536).data(464));
    let told = talk.told();
    assert_eq!(told.event(first), event(first, "retransmission_pmtu", Some(large), "downstream"));
    assert_eq!(told.class(second), "retransmission_pmtu");
    assert_eq!(told.event(second).3, "downstream");
    assert_eq!(told.flow("server_pmtu_retransmissions"), 2);
}

#[test]
fn a_classes_column_knows_every_segment() {
    let (talk, _) = answering(Talk::open());
    let classes = talk.told().0.texts("tcp_segments", "class");
    assert_eq!(classes, ["new", "new", "bare", "new", "new"]);
}

/// The server's whole flight of 3000 bytes passes as one frame, and nothing comes back.
fn unanswered_super_segment(talk: Talk) -> Talk {
    let mut talk = talk;
    talk.put(from(Client).data(100));
    talk.wait(SERVER_LEG);
    talk.put(from(Server).data(3000));
    talk.wait(300 * MS);
    talk
}

#[test]
fn the_pieces_of_an_offloaded_segment_are_each_sent_again_once() {
    for talk in [Talk::open(), Talk::open().without_ids()] {
        let mut talk = unanswered_super_segment(talk);
        let pieces = [0, 1000, 2000].map(|seq| talk.put(from(Server).seq(seq).data(1000)));
        let told = talk.told();
        assert_eq!(told.class(pieces[0]), "retransmission_rto");
        for piece in &pieces[1..] {
            assert!(told.class(*piece).starts_with("retransmission_"), "{}", told.class(*piece));
        }
        assert_eq!(told.flow("server_retransmitted_packets"), 3);
        assert_eq!(told.flow("server_repeated_retransmissions"), 0);
    }
}

#[test]
fn a_repair_that_goes_on_with_new_data_is_a_repair() {
    let (mut talk, sent_ns) = answering(Talk::open());
    talk.unseen(Server, 1000);
    talk.put(from(Server).data(500));
    talk.at(sent_ns + CLIENT_LEG);
    talk.put(from(Client).ack(1000).sack(&[(2000, 2500)]));
    talk.wait(SERVER_LEG);
    let repair = talk.put(from(Server).seq(1000).data(2000));
    talk.wait(CLIENT_LEG);
    talk.put(from(Client).ack(3000));
    let told = talk.told();
    assert_eq!(told.class(repair), "retransmission_fast");
    assert_eq!((told.flow("server_missed_bytes"), told.flow("server_unique_bytes")), (0, 3000));
}
