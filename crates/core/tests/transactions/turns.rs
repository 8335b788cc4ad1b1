//! The table `turns`.

use super::support::conversation::{CLIENT_LEG, MS, SERVER_LEG, Talk, Who, from};
use super::{rows, say};

use Who::{Client, Server};

#[test]
fn a_change_of_direction_begins_a_turn() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"question");
    talk.wait(2 * MS);
    say(&mut talk, Client, b"more of it");
    talk.wait(SERVER_LEG + 100 * MS);
    say(&mut talk, Server, b"answer");
    talk.wait(5 * MS);
    say(&mut talk, Server, b"and more");
    talk.wait(CLIENT_LEG + 70 * MS);
    say(&mut talk, Client, b"next");
    let columns = "number request_first_frame request_last_frame response_first_frame response_last_frame request_bytes \
                   response_bytes client_think_ns request_spread_ns service_time_ns response_spread_ns rtt_ns mux";
    let expected =
        ["1 4 5 6 7 18 14 - 2000000 100000000 5000000 30000000 false", "2 8 8 - - 4 0 70000000 0 - - - false"];
    assert_eq!(rows(&talk.told().0, "turns", columns), expected);
}

#[test]
fn a_server_may_speak_first() {
    let mut talk = Talk::open();
    talk.wait(SERVER_LEG);
    say(&mut talk, Server, b"220 ready\r\n");
    say(&mut talk, Client, b"EHLO host\r\n");
    let columns = "number request_first_frame response_first_frame";
    assert_eq!(rows(&talk.told().0, "turns", columns), ["1 - 4", "2 5 -"]);
}

#[test]
fn several_requests_in_flight_are_marked() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"one");
    talk.put(from(Server).ack(0).payload(b"unasked"));
    talk.put(from(Client).ack(0).payload(b"two"));
    talk.wait(SERVER_LEG);
    say(&mut talk, Server, b"both");
    talk.wait(CLIENT_LEG);
    say(&mut talk, Client, b"three");
    assert_eq!(rows(&talk.told().0, "turns", "mux"), ["true", "true", "false"]);
}

#[test]
fn a_request_that_had_to_be_sent_again_is_no_thinking() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"question");
    talk.wait(300 * MS);
    talk.put(from(Client).seq(0).payload(b"question"));
    talk.wait(SERVER_LEG + 20 * MS);
    say(&mut talk, Server, b"answer");
    let columns = "recovery_ns service_time_ns request_bytes";
    assert_eq!(rows(&talk.told().0, "turns", columns), ["300000000 20000000 8"]);
}

/// A connection on which a question is answered after 50 ms of work, while a queue on the path to the client takes `queue_ns`.
fn behind_a_queue(queue_ns: i64) -> Talk {
    let mut talk = Talk::default().with_timestamps().opened();
    for queue_ns in [0, queue_ns] {
        say(&mut talk, Client, b"question");
        talk.wait(SERVER_LEG + 50 * MS);
        let sent = talk.timestamp();
        talk.wait(queue_ns);
        talk.put(from(Server).timestamp(sent).payload(b"answer"));
        talk.wait(CLIENT_LEG + 300 * MS);
    }
    talk
}

#[test]
fn a_queue_on_the_path_is_no_work_of_the_server() {
    let columns = "service_time_ns rtt_ns";
    let rows_of = |queue_ns| rows(&behind_a_queue(queue_ns).told().0, "turns", columns);
    assert_eq!(rows_of(0), ["50000000 30000000", "50000000 30000000"]);
    // Known to a tick.
    assert_eq!(rows_of(400 * MS), ["50000000 30000000", "51000000 429000000"]);
    assert_eq!(rows_of(4 * MS), ["50000000 30000000", "54000000 30000000"], "as little as clocks may differ");
}

#[test]
fn an_acknowledgement_before_the_answer_tells_how_long_the_path_took() {
    let waits = |bytes: u32, ack_ns: i64| {
        let mut talk = Talk::open();
        for _ in 0..bytes / 1000 {
            talk.put(from(Client).data(1000));
        }
        talk.wait(ack_ns);
        talk.put(from(Server));
        talk.wait(100 * MS);
        say(&mut talk, Server, b"answer");
        rows(&talk.told().0, "turns", "service_time_ns rtt_ns").concat()
    };
    assert_eq!(waits(4000, 500 * MS), "100000000 500000000", "it is sent at once for so much data");
    assert_eq!(waits(1000, 500 * MS), "300000000 300000000", "it may have been held back for 200 ms");
    assert_eq!(waits(1000, 70 * MS), "140000000 30000000");
}

#[test]
fn the_ledger_says_the_same() {
    let mut talk = Talk::open();
    for think_ms in [120, 7, 45] {
        say(&mut talk, Client, b"question");
        talk.wait(SERVER_LEG + think_ms * MS);
        say(&mut talk, Server, b"answer");
        talk.wait(CLIENT_LEG);
    }
    let told = talk.told();
    let thought: i64 = told.0.integers("turns", "service_time_ns").iter().sum();
    assert_eq!(thought, 172 * MS);
    assert_eq!(told.ledger().get(&("think".to_owned(), "server".to_owned())), Some(&thought));
}
