//! The table `service_transactions`.

use super::support::conversation::{MS, SERVER_LEG, Talk, Who};
use super::{rows, say};

use Who::{Client, Server};

const COLUMNS: &str = "service command status code request_frame response_frame service_time_ns";

#[test]
fn commands_in_a_row_are_answered_in_a_row() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"*2\r\n$3\r\nGET\r\n$6\r\nsecret\r\n*1\r\n$4\r\nPI");
    say(&mut talk, Client, b"NG\r\n");
    talk.wait(SERVER_LEG + MS);
    say(&mut talk, Server, b"-WRONGTYPE secret\r\n+PONG\r\n");
    let expected = ["redis get error WRONGTYPE 4 6 1000000", "redis ping ok - 5 6 1000000"];
    assert_eq!(rows(&talk.told().0, "service_transactions", COLUMNS), expected);
}

#[test]
fn a_statement_goes_on_until_the_server_is_ready() {
    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind][..], &(body.len() as u32 + 4).to_be_bytes(), body].concat()
    }
    let mut talk = Talk::open();
    say(&mut talk, Client, b"\0\0\0\x11\0\x03\0\0user\0me\0\0");
    talk.wait(SERVER_LEG);
    say(&mut talk, Server, &[message(b'R', &[0; 4]), message(b'Z', b"I")].concat());
    let parse = message(b'P', b"\0SELECT secret\0\0\0");
    say(&mut talk, Client, &[parse, message(b'B', &[0; 8]), message(b'E', &[0; 5])].concat());
    say(&mut talk, Client, &message(b'S', b""));
    talk.wait(SERVER_LEG + 40 * MS);
    say(&mut talk, Server, &[message(b'1', b""), message(b'2', b"")].concat());
    say(&mut talk, Server, &[message(b'E', b"SERROR\0C22012\0Msecret\0\0"), message(b'Z', b"I")].concat());
    let expected = ["postgresql startup ok - 4 5 0", "postgresql select error 22012 7 9 40000000"];
    assert_eq!(rows(&talk.told().0, "service_transactions", COLUMNS), expected);
}

#[test]
fn a_response_without_end_ends_with_the_next_request() {
    fn packet(number: u8, body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32).to_le_bytes()[..3], &[number], body].concat()
    }
    let mut talk = Talk::open();
    let mut greeting = b"\x0a8.0.36\0".to_vec();
    greeting.resize(70, 1);
    say(&mut talk, Server, &packet(0, &greeting));
    say(&mut talk, Client, &packet(1, &[0; 40]));
    talk.wait(SERVER_LEG);
    say(&mut talk, Server, &packet(2, &[0; 7]));
    say(&mut talk, Client, &packet(0, b"\x03select secret"));
    talk.wait(SERVER_LEG + 5 * MS);
    say(&mut talk, Server, &packet(1, b"\x01"));
    say(&mut talk, Server, &packet(2, b"columns and rows"));
    say(&mut talk, Client, &packet(0, b"\x0e"));
    let expected = ["mysql connect ok - 5 6 0", "mysql select ok - 7 9 5000000", "mysql ping - - 10 - -"];
    assert_eq!(rows(&talk.told().0, "service_transactions", COLUMNS), expected);
}

#[test]
fn a_port_alone_is_no_service() {
    let mut talk = Talk::open().on_port(5432);
    say(&mut talk, Client, &[7; 200]);
    say(&mut talk, Server, &[9; 400]);
    assert_eq!(rows(&talk.told().0, "service_transactions", COLUMNS), Vec::<String>::new());
    assert_eq!(rows(&talk.told().0, "turns", "service"), ["-"]);
}
