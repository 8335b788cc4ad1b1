//! TLS: every phase of a handshake, through the whole pipeline.

mod support;

use support::Collect;
use support::conversation::Who::{Client, Server};
use support::conversation::{CLIENT_LEG, FIN, MS, SERVER_LEG, Talk, Who, from};
use support::tls::*;

const TABLE: &str = "tls_handshakes";

/// Who sends what a millisecond after the one before.
fn talk(steps: &[(Who, Vec<u8>)]) -> Collect {
    let mut talk = Talk::open();
    for (who, bytes) in steps {
        talk.wait(MS);
        talk.put(from(*who).payload(bytes));
    }
    talk.told().0
}

fn integer(tables: &Collect, column: &str) -> i64 {
    let values = tables.integers(TABLE, column);
    assert_eq!(values.len(), 1, "one handshake");
    values[0]
}

fn text(tables: &Collect, column: &str) -> String {
    let values = tables.texts(TABLE, column);
    assert_eq!(values.len(), 1, "one handshake");
    values[0].clone()
}

fn flag(tables: &Collect, column: &str) -> String {
    tables.booleans(TABLE, column).concat()
}

fn hello() -> Vec<u8> {
    let extensions = [server_name("shop.example"), protocols(&["h2", "http/1.1"]), versions(&[0x1a1a, 0x0304, 0x0303])];
    message(CLIENT_HELLO, &client_hello(&[0x2a2a, 0x1301, 0xc02f], &extensions))
}

fn old_hello() -> Vec<u8> {
    message(CLIENT_HELLO, &client_hello(&[0xc02f], &[server_name("shop.example")]))
}

fn answer_1_3(extensions: &[Vec<u8>]) -> Vec<u8> {
    message(SERVER_HELLO, &server_hello(0x1301, &[&[chooses_1_3()], extensions].concat(), false))
}

fn answer_1_2() -> Vec<u8> {
    message(SERVER_HELLO, &server_hello(0xc02f, &[protocols(&["http/1.1"])], false))
}

/// The Finished of TLS 1.3 with SHA-256, sealed.
const FINISHED: usize = 4 + 32 + 1 + 16;
const SEALED_ALERT: usize = 2 + 1 + 16;

/// Frames 1 to 3 open the connection.
fn handshake_1_3() -> Vec<(Who, Vec<u8>)> {
    vec![
        (Client, record(22, &hello())),
        (Server, [record(22, &answer_1_3(&[])), change_cipher_spec(), sealed(23, 900)].concat()),
        (Client, [change_cipher_spec(), sealed(23, FINISHED)].concat()),
        (Client, sealed(23, 300)),
        (Server, sealed(23, 2000)),
    ]
}

fn handshake_1_2() -> Vec<(Who, Vec<u8>)> {
    let chain =
        vector(3, &[vector(3, &certificate("shop.example", "Some CA", "www.shop.example")), vector(3, b"ca")].concat());
    let flight = [answer_1_2(), message(CERTIFICATE, &chain), message(SERVER_HELLO_DONE, &[])].concat();
    let key = record(22, &message(CLIENT_KEY_EXCHANGE, &[1; 60]));
    vec![
        (Client, record(22, &old_hello())),
        (Server, record(22, &flight)),
        (Client, [key, change_cipher_spec(), sealed(22, 40)].concat()),
        (Server, [change_cipher_spec(), sealed(22, 40)].concat()),
        (Client, sealed(23, 300)),
        (Server, sealed(23, 2000)),
    ]
}

#[test]
fn a_handshake_of_1_3() {
    let tables = talk(&handshake_1_3());
    assert_eq!(text(&tables, "version"), "TLS 1.3");
    assert_eq!(text(&tables, "client_version"), "TLS 1.3");
    assert_eq!(text(&tables, "server_name"), "shop.example");
    assert_eq!(text(&tables, "offered_alpn"), "h2,http/1.1");
    assert_eq!(text(&tables, "alpn"), "", "it is encrypted");
    assert_eq!(text(&tables, "cipher"), "TLS_AES_128_GCM_SHA256");
    assert_eq!(text(&tables, "ja4").split('_').next(), Some("t13d0203h2"));
    assert_eq!(text(&tables, "client"), "10.0.0.1:40000");
    assert_eq!(text(&tables, "server"), "10.0.0.2:80");
    for (column, frame) in [
        ("start", 4),
        ("client_hello", 4),
        ("server_hello", 5),
        ("client_finished", 6),
        ("client_data", 7),
        ("server_data", 8),
    ] {
        assert_eq!(integer(&tables, &format!("{column}_frame")), frame, "{column}");
    }
    assert_eq!(integer(&tables, "handshake_ns"), 2 * MS);
    assert_eq!(text(&tables, "alert"), "");
    assert_eq!(
        (flag(&tables, "resumed"), flag(&tables, "retry"), flag(&tables, "gaps")),
        ("false".into(), "false".into(), "false".into())
    );
}

#[test]
fn a_handshake_of_1_2() {
    let tables = talk(&handshake_1_2());
    assert_eq!(text(&tables, "version"), "TLS 1.2");
    assert_eq!(text(&tables, "alpn"), "http/1.1");
    assert_eq!(text(&tables, "cipher"), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    assert_eq!(text(&tables, "certificate_subject"), "shop.example");
    assert_eq!(text(&tables, "certificate_issuer"), "Some CA");
    assert_eq!(text(&tables, "certificate_names"), "www.shop.example,192.0.2.1");
    assert_eq!(integer(&tables, "certificate_not_before_time_ns"), 0);
    assert_eq!(integer(&tables, "certificate_not_after_time_ns"), 1_893_456_000_000_000_000);
    assert_eq!(integer(&tables, "certificates"), 2);
    for (column, frame) in
        [("certificate", 5), ("client_finished", 6), ("server_finished", 7), ("client_data", 8), ("server_data", 9)]
    {
        assert_eq!(integer(&tables, &format!("{column}_frame")), frame, "{column}");
    }
    assert_eq!(integer(&tables, "handshake_ns"), 3 * MS);
    assert_eq!(flag(&tables, "resumed"), "false");
}

#[test]
fn a_session_resumed() {
    let key_accepted = extension(41, &[0, 0]);
    let mut steps = handshake_1_3();
    steps[1].1 = [record(22, &answer_1_3(&[key_accepted])), sealed(23, 90)].concat();
    assert_eq!(flag(&talk(&steps), "resumed"), "true");

    let steps = [
        (Client, record(22, &old_hello())),
        (Server, [record(22, &answer_1_2()), change_cipher_spec(), sealed(22, 40)].concat()),
        (Client, [change_cipher_spec(), sealed(22, 40)].concat()),
    ];
    let tables = talk(&steps);
    assert_eq!(flag(&tables, "resumed"), "true");
    assert_eq!(integer(&tables, "handshake_ns"), 2 * MS);
}

#[test]
fn a_retry_makes_one_handshake() {
    let retry = message(SERVER_HELLO, &server_hello(0x1301, &[chooses_1_3()], true));
    let mut steps = handshake_1_3();
    let again = [change_cipher_spec(), record(22, &hello())].concat();
    steps.splice(1..1, [(Server, [record(22, &retry), change_cipher_spec()].concat()), (Client, again)]);
    let tables = talk(&steps);
    assert_eq!(flag(&tables, "retry"), "true");
    assert_eq!((integer(&tables, "client_hellos"), integer(&tables, "server_hellos")), (2, 2));
    assert_eq!((integer(&tables, "start_frame"), integer(&tables, "client_hello_frame")), (4, 6));
    assert_eq!((integer(&tables, "retry_frame"), integer(&tables, "server_hello_frame")), (5, 7));
    assert_eq!(integer(&tables, "handshake_ns"), 4 * MS);
}

#[test]
fn the_server_s_time_is_told_from_the_path_s() {
    let mut talk = Talk::open();
    talk.put(from(Client).payload(&record(22, &hello())));
    talk.wait(SERVER_LEG);
    talk.put(from(Server));
    talk.wait(400 * MS);
    talk.put(from(Server).payload(&[record(22, &answer_1_3(&[])), sealed(23, 90)].concat()));
    talk.wait(CLIENT_LEG + 5 * MS);
    talk.put(from(Client).payload(&sealed(23, FINISHED)));
    let tables = talk.told().0;
    assert_eq!(integer(&tables, "server_wait_ns"), SERVER_LEG + 400 * MS);
    assert_eq!(integer(&tables, "server_compute_ns"), 400 * MS);
    assert_eq!(integer(&tables, "client_compute_ns"), 5 * MS);
}

#[test]
fn alerts_name_their_sender() {
    let steps = [(Client, record(22, &old_hello())), (Server, record(21, &[2, 40]))];
    let tables = talk(&steps);
    assert_eq!(text(&tables, "alert"), "handshake_failure");
    assert_eq!((text(&tables, "alert_level"), text(&tables, "alert_sender")), ("fatal".into(), "server".into()));
    assert_eq!(integer(&tables, "alert_frame"), 5);
    assert_eq!(integer(&tables, "handshake_ns"), -1, "there was none");

    let warned = [(Client, record(22, &old_hello())), (Server, record(21, &[1, 112])), (Server, record(21, &[2, 40]))];
    let tables = talk(&warned);
    assert_eq!((text(&tables, "alert"), integer(&tables, "alerts")), ("handshake_failure".into(), 2));
}

#[test]
fn an_encrypted_alert_instead_of_finished_is_one() {
    let mut steps = handshake_1_3();
    steps.truncate(2);
    steps.push((Client, [change_cipher_spec(), sealed(23, SEALED_ALERT)].concat()));
    let tables = talk(&steps);
    assert_eq!((text(&tables, "alert"), text(&tables, "alert_sender")), ("encrypted".into(), "client".into()));
    assert_eq!((integer(&tables, "alert_frame"), integer(&tables, "handshake_ns")), (6, -1));
}

#[test]
fn a_farewell_is_no_alert_of_the_handshake() {
    for (mut steps, farewell) in [(handshake_1_3(), sealed(23, SEALED_ALERT)), (handshake_1_2(), sealed(21, 26))] {
        steps.push((Client, farewell));
        let tables = talk(&steps);
        assert_eq!(text(&tables, "alert"), "");
        assert_eq!(text(&tables, "encrypted_alert_sender"), "client");
        assert_eq!(integer(&tables, "encrypted_alert_frame"), steps.len() as i64 + 3);
    }
}

#[test]
fn data_before_the_answer_is_early() {
    let extensions = [versions(&[0x0304]), extension(42, &[])];
    let offer = record(22, &message(CLIENT_HELLO, &client_hello(&[0x1301], &extensions)));
    let mut steps = handshake_1_3();
    steps[0].1 = [offer, change_cipher_spec(), sealed(23, 500)].concat();
    steps[2].1 = [sealed(23, 4 + 1 + 16), sealed(23, FINISHED)].concat();
    let tables = talk(&steps);
    assert_eq!(flag(&tables, "early_data"), "true");
    assert_eq!((integer(&tables, "client_finished_frame"), integer(&tables, "client_data_frame")), (6, 7));
}

#[test]
fn a_client_with_a_certificate_finishes_with_its_last_record() {
    let mut steps = handshake_1_3();
    steps[2].1 = sealed(23, 2000);
    steps.remove(3);
    let tables = talk(&steps);
    assert_eq!((integer(&tables, "client_finished_frame"), integer(&tables, "server_data_frame")), (6, 7));
}

#[test]
fn segments_may_cut_anything() {
    for (steps, version) in [(handshake_1_3(), "TLS 1.3"), (handshake_1_2(), "TLS 1.2")] {
        for size in [1, 3, 7, 100] {
            let pieces: Vec<(Who, Vec<u8>)> =
                steps.iter().flat_map(|(who, bytes)| bytes.chunks(size).map(|piece| (*who, piece.to_vec()))).collect();
            let tables = talk(&pieces);
            assert_eq!(text(&tables, "version"), version);
            assert_eq!(text(&tables, "server_name"), "shop.example");
            assert!(integer(&tables, "handshake_ns") > 2 * MS);
            assert!(integer(&tables, "server_data_frame") > integer(&tables, "client_data_frame"));
        }
    }
}

#[test]
fn messages_may_go_over_records() {
    let mut steps = handshake_1_2();
    let flight = steps[1].1[5..].to_vec();
    steps[1].1 = flight.chunks(50).flat_map(|piece| record(22, piece)).collect();
    let tables = talk(&steps);
    assert_eq!(text(&tables, "certificate_subject"), "shop.example");
    assert_eq!(integer(&tables, "server_finished_frame"), 7);
}

#[test]
fn it_may_begin_late() {
    let mut steps = vec![
        (Server, b"220 mail.example ESMTP\r\n".to_vec()),
        (Client, b"EHLO client.example\r\n".to_vec()),
        (Server, b"250 STARTTLS\r\n".to_vec()),
        (Client, b"STARTTLS\r\n".to_vec()),
        (Server, b"220 go\r\n".to_vec()),
    ];
    steps.extend(handshake_1_3());
    let tables = talk(&steps);
    assert_eq!((text(&tables, "version"), integer(&tables, "start_frame")), ("TLS 1.3".into(), 9));
}

#[test]
fn the_client_of_tls_may_be_the_server_of_tcp() {
    let steps: Vec<_> = handshake_1_3().into_iter().map(|(who, bytes)| (who.peer(), bytes)).collect();
    let tables = talk(&steps);
    assert_eq!((text(&tables, "client"), text(&tables, "server")), ("10.0.0.2:80".into(), "10.0.0.1:40000".into()));
    assert_eq!(integer(&tables, "handshake_ns"), 2 * MS);
}

#[test]
fn what_is_missing_is_said() {
    let mut talk = Talk::open();
    talk.put(from(Client).payload(&record(22, &hello())));
    let flight = [record(22, &answer_1_3(&[])), sealed(23, 3000)].concat();
    talk.put(from(Server).payload(&flight[..1000]));
    talk.unseen(Server, flight.len() as u32 - 1000 + 300); // the end of that record, and others
    talk.put(from(Client));
    talk.wait(MS);
    talk.put(from(Client).payload(&sealed(23, FINISHED)));
    talk.put(from(Server).payload(&sealed(23, 400)));
    talk.put(from(Client).flags(FIN | 16));
    let tables = talk.told().0;
    assert_eq!(flag(&tables, "gaps"), "true");
    assert_eq!(integer(&tables, "handshake_ns"), MS);
    assert_eq!(integer(&tables, "server_data_frame"), 8);
}

#[test]
fn other_traffic_has_no_handshake() {
    let steps = [(Client, b"GET / HTTP/1.1\r\n\r\n".to_vec()), (Server, vec![22, 3, 1, 0]), (Client, vec![22; 200])];
    assert_eq!(talk(&steps).rows(TABLE), 0);
}

/// The beginning of a hello in the form of SSL 2.0 that offers TLS 1.0.
fn oldest_hello() -> Vec<u8> {
    let body = [&[1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 4][..], &[7; 16]].concat();
    [&[0x80, body.len() as u8][..], &body].concat()
}

#[test]
fn a_hello_may_have_the_form_of_ssl_2() {
    let mut steps = handshake_1_2();
    for pieces in [vec![oldest_hello()], oldest_hello().chunks(1).map(<[u8]>::to_vec).collect()] {
        steps.splice(..steps.len() - 5, pieces.into_iter().map(|piece| (Client, piece)));
        let tables = talk(&steps);
        assert_eq!((text(&tables, "client_version"), text(&tables, "version")), ("TLS 1.0".into(), "TLS 1.2".into()));
        assert_eq!((integer(&tables, "client_hellos"), integer(&tables, "start_frame")), (1, 4));
        assert!(integer(&tables, "handshake_ns") > 0);
    }
}

/// A record of DTLS with one fragment of a message.
fn dtls(epoch: u8, content: u8, payload: &[u8]) -> Vec<u8> {
    [&[content, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 1][..], &vector(2, payload)].concat()
}

fn fragment(kind: u8, number: u8, whole: usize, offset: usize, bytes: &[u8]) -> Vec<u8> {
    let number_of = |length: usize| length.to_be_bytes()[5..].to_vec();
    let header = [&[kind][..], &number_of(whole), &[0, number], &number_of(offset), &number_of(bytes.len())].concat();
    dtls(0, 22, &[&header, bytes].concat())
}

fn datagram_hello() -> Vec<u8> {
    let mut body = client_hello(&[0xc02b], &[server_name("call.example")]);
    (body[0], body[1]) = (0xfe, 0xfd);
    body.splice(2 + 32 + 33..2 + 32 + 33, vector(1, b"cookie"));
    body
}

fn datagrams(steps: &[(bool, Vec<u8>)]) -> Collect {
    let frame = |(index, (from_client, bytes)): (usize, &(bool, Vec<u8>))| {
        let (from, to, ports) = if *from_client { (1, 2, (50_000, 5000)) } else { (2, 1, (5000, 50_000)) };
        (index as i64 * MS, support::ipv4(from, to, 17, &support::udp(ports, bytes)))
    };
    support::analyze(&support::conversation::nanosecond_pcap(&steps.iter().enumerate().map(frame).collect::<Vec<_>>()))
}

#[test]
fn a_handshake_in_datagrams() {
    let (hello, sealed) = (datagram_hello(), dtls(1, 22, &[0xee; 40]));
    let whole = fragment(CLIENT_HELLO, 0, hello.len(), 0, &hello);
    let mut answer = server_hello(0xc02b, &[], false);
    (answer[0], answer[1]) = (0xfe, 0xfd);
    let chain = vector(3, &vector(3, &certificate("call.example", "Some CA", "call.example")));
    let (first, second) = chain.split_at(100);
    let tables = datagrams(&[
        (true, whole.clone()),
        (false, fragment(3, 0, 3, 0, &[0xfe, 0xfd, 0])),
        (true, whole),
        (false, fragment(SERVER_HELLO, 1, answer.len(), 0, &answer)),
        (false, fragment(CERTIFICATE, 2, chain.len(), 100, second)),
        (false, fragment(CERTIFICATE, 2, chain.len(), 0, first)),
        (true, [dtls(0, 20, &[1]), sealed.clone()].concat()),
        (false, [dtls(0, 20, &[1]), sealed].concat()),
        (true, vec![0x80; 60]),
        (false, dtls(1, 21, &[0xee; 26])),
    ]);
    assert_eq!((text(&tables, "transport"), text(&tables, "version")), ("udp".into(), "DTLS 1.2".into()));
    assert_eq!(
        (text(&tables, "server_name"), text(&tables, "certificate_subject")),
        ("call.example".into(), "call.example".into())
    );
    assert_eq!(text(&tables, "ja4").split('_').next(), Some("dd2d010100"));
    assert_eq!(flag(&tables, "retry"), "true");
    assert_eq!((integer(&tables, "client_hellos"), integer(&tables, "handshake_ns")), (2, 7 * MS));
    assert_eq!(integer(&tables, "encrypted_alert_frame"), -1, "the flow is that of media by then");
}
