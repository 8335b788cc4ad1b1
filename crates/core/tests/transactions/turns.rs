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
