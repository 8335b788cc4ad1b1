//! The table `http_transactions`.

use super::support::conversation::{FIN, MS, SERVER_LEG, Talk, Who, from, nanosecond_pcap};
use super::support::{ACK, RST, analyze};
use super::{rows, say};

use Who::{Client, Server};

const GET: &[u8] = b"GET /a?key=secret HTTP/1.1\r\nHost: example.test\r\nCookie: secret\r\n\r\n";
const PAIRS: &str = "method status outcome request_frame response_frame";

fn ok(length: usize) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes()
}

fn pairs(talk: &Talk) -> Vec<String> {
    rows(&talk.told().0, "http_transactions", PAIRS)
}

#[test]
fn the_parts_of_a_transaction() {
    let mut talk = Talk::open();
    say(&mut talk, Client, &GET[..20]);
    talk.wait(MS);
    say(&mut talk, Client, &GET[20..]);
    talk.wait(SERVER_LEG + 200 * MS);
    say(&mut talk, Server, &[&ok(12)[..], b"hello "].concat());
    talk.wait(3 * MS);
    say(&mut talk, Server, b"world!");
    let columns = "method host path status version request_first_frame request_frame response_first_frame response_frame \
                   response_time_ns request_spread_ns service_time_ns rtt_ns response_spread_ns response_header_bytes \
                   response_body_bytes response_framing keep_alive pipelined";
    let expected = "GET example.test /a?key=* 200 1.1 4 5 6 7 233000000 1000000 200000000 30000000 3000000 39 12 length \
                    true false";
    assert_eq!(rows(&talk.told().0, "http_transactions", columns), [expected]);
}

#[test]
fn responses_come_in_the_order_of_requests() {
    let mut talk = Talk::open();
    say(&mut talk, Client, &[GET, GET].concat());
    say(&mut talk, Client, GET);
    say(&mut talk, Server, &[&ok(1)[..], b"x", &ok(1), b"y"].concat());
    say(&mut talk, Server, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(pairs(&talk), ["GET 200 complete 4 6", "GET 200 complete 4 6", "GET 404 complete 5 7"]);
    assert_eq!(rows(&talk.told().0, "http_transactions", "pipelined"), ["false", "true", "true"]);
}

#[test]
fn a_body_may_end_in_four_ways() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"HEAD / HTTP/1.1\r\n\r\n");
    say(&mut talk, Server, &ok(500));
    say(&mut talk, Client, GET);
    say(&mut talk, Server, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    say(&mut talk, Server, b"lo\r\n3;x\r\nabc\r\n0\r");
    say(&mut talk, Server, b"\n\r\n");
    say(&mut talk, Client, GET);
    say(&mut talk, Server, b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
    say(&mut talk, Client, GET);
    say(&mut talk, Server, b"HTTP/1.1 200 OK\r\n\r\nabc");
    say(&mut talk, Server, b"def");
    talk.put(from(Server).flags(ACK | FIN));
    let got = rows(&talk.told().0, "http_transactions", "response_framing response_frame response_body_bytes");
    assert_eq!(got, ["none 5 0", "chunked 9 8", "none 11 0", "close 15 6"]);
}

#[test]
fn a_client_may_wait_for_leave_to_send() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    talk.wait(SERVER_LEG);
    say(&mut talk, Server, b"HTTP/1.1 100 Continue\r\n\r\n");
    say(&mut talk, Client, b"data");
    say(&mut talk, Server, &ok(0));
    assert_eq!(pairs(&talk), ["PUT 200 complete 6 7"]);
    let interim = rows(&talk.told().0, "http_transactions", "interim_status interim_frame interim_time_ns");
    assert_eq!(interim, ["100 5 30000000"]);
}

#[test]
fn what_is_not_answered_has_a_row() {
    let mut talk = Talk::open();
    say(&mut talk, Client, GET);
    assert_eq!(pairs(&talk), ["GET - unanswered 4 -"]);
    say(&mut talk, Server, &[&ok(100)[..], b"only this"].concat());
    talk.put(from(Server).flags(RST | ACK));
    assert_eq!(pairs(&talk), ["GET 200 response_cut 4 -"]);
}

#[test]
fn a_response_alone_has_a_row() {
    let mut talk = Talk::open();
    talk.unseen(Client, 100);
    say(&mut talk, Server, &ok(0));
    say(&mut talk, Client, GET);
    say(&mut talk, Server, &ok(0));
    assert_eq!(pairs(&talk), ["- 200 no_request - 4", "GET 200 complete 5 6"]);
}

#[test]
fn a_tunnel_is_another_protocol() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"CONNECT example.test:6379 HTTP/1.1\r\n\r\n");
    say(&mut talk, Server, b"HTTP/1.1 200 OK\r\n\r\n");
    say(&mut talk, Client, b"*1\r\n$4\r\nPING\r\n");
    say(&mut talk, Server, b"+PONG\r\n");
    let told = talk.told().0;
    assert_eq!(rows(&told, "http_transactions", "method host path upgrade"), ["CONNECT example.test:6379 - tunnel"]);
    assert_eq!(rows(&told, "service_transactions", "service command request_frame response_frame"), ["redis ping 6 7"]);
}

#[test]
fn a_web_socket_ends_what_is_followed() {
    let mut talk = Talk::open();
    say(&mut talk, Client, b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n");
    say(&mut talk, Server, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n\x81\x02hi");
    assert_eq!(rows(&talk.told().0, "http_transactions", "status outcome upgrade"), ["101 complete websocket"]);
}

#[test]
fn order_does_not_matter() {
    let mut talk = Talk::open();
    let response = [&ok(30)[..], &[b'x'; 30]].concat();
    say(&mut talk, Client, GET);
    talk.put(from(Server).flags(ACK).seq(30).payload(&response[30..]));
    talk.put(from(Server).flags(ACK).seq(0).payload(&response[..30]));
    say(&mut talk, Client, GET);
    say(&mut talk, Server, &ok(0));
    assert_eq!(pairs(&talk), ["GET 200 complete 4 6", "GET 200 complete 7 8"], "it is whole with what came last");
}

#[test]
fn what_is_missing_within_a_body_stops_nothing() {
    let mut talk = Talk::open();
    say(&mut talk, Client, GET);
    say(&mut talk, Server, &[&ok(30)[..], &[b'x'; 10]].concat());
    talk.unseen(Server, 10);
    say(&mut talk, Server, &[b'x'; 10]);
    say(&mut talk, Client, GET);
    say(&mut talk, Server, &ok(0));
    assert_eq!(pairs(&talk), ["GET 200 complete 4 6", "GET 200 complete 7 8"]);
}

#[test]
fn a_response_that_is_missing_is_not_taken_for_another() {
    let mut talk = Talk::open();
    say(&mut talk, Client, GET);
    talk.unseen(Server, 200);
    say(&mut talk, Client, b"POST /b HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    say(&mut talk, Server, &ok(0));
    assert_eq!(pairs(&talk), ["GET - unanswered 4 -", "POST 200 complete 5 6"]);
}

#[test]
fn heads_that_the_capture_cuts_are_read_as_far_as_they_go() {
    let mut talk = Talk::open();
    say(&mut talk, Client, GET);
    talk.wait(SERVER_LEG + 50 * MS);
    say(&mut talk, Server, &[&ok(1500)[..], &[b'x'; 900]].concat());
    talk.wait(MS);
    say(&mut talk, Server, &[b'x'; 600]);
    say(&mut talk, Client, GET);
    let file = nanosecond_pcap(talk.frames());
    let cut = cut_frames(&file, 54 + 30);
    let columns = "method path status outcome request_frame response_frame service_time_ns response_spread_ns";
    let expected = ["GET /a?key=* 200 complete 4 5 50000000 1000000", "GET /a?key=* - unanswered 7 - - -"];
    assert_eq!(rows(&analyze(&cut), "http_transactions", columns), expected);
}

/// The same capture with a snapshot length.
fn cut_frames(file: &[u8], most_bytes: usize) -> Vec<u8> {
    let (header, mut rest) = file.split_at(24);
    let mut cut = header.to_vec();
    while let Some((record, after)) = rest.split_at_checked(16) {
        let length = u32::from_le_bytes(record[8..12].try_into().expect("four bytes")) as usize;
        let captured = length.min(most_bytes);
        cut.extend(&record[..8]);
        cut.extend((captured as u32).to_le_bytes());
        cut.extend(&record[12..]);
        cut.extend(&after[..captured]);
        rest = &after[length..];
    }
    cut
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[test]
fn streams_of_http2_are_transactions() {
    let get = b"\x82\x86\x44\x09/a?x=word\x41\x01h";
    let mut talk = Talk::open();
    say(&mut talk, Client, &[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &frame(4, 0, 0, &[])[..]].concat());
    say(&mut talk, Server, &frame(4, 0, 0, &[]));
    say(&mut talk, Client, &frame(1, 5, 1, get));
    say(&mut talk, Client, &[frame(1, 4, 3, b"\x83\x86\xbf\xbe"), frame(0, 1, 3, b"body")].concat());
    talk.wait(SERVER_LEG + 7 * MS);
    say(&mut talk, Server, &frame(1, 5, 3, b"\x8d"));
    say(&mut talk, Server, &[frame(1, 4, 1, b"\x88"), frame(0, 0, 1, b"12345")[..10].to_vec()].concat());
    say(&mut talk, Server, &[&frame(0, 0, 1, b"12345")[10..], &frame(0, 1, 1, b"678")].concat());
    say(&mut talk, Client, &frame(1, 5, 5, b"\x82\x86\xbf\xbe"));
    say(&mut talk, Client, &frame(3, 0, 5, &[0; 4]));
    let columns = "http2_stream method host path status outcome request_frame response_frame request_body_bytes \
                   response_body_bytes version pipelined";
    let expected = [
        "3 POST h /a?x=* 404 complete 7 8 4 0 2 true",
        "1 GET h /a?x=* 200 complete 6 10 0 8 2 false",
        "5 GET h /a?x=* - unanswered 11 - 0 - 2 false",
    ];
    assert_eq!(rows(&talk.told().0, "http_transactions", columns), expected);
}
