//! RTP and SIP, from end to end.

mod support;

use support::{ACK, SYN, analyze, ipv4, pcap, tcp, udp};

const MS: u64 = 1000; // times of frames are in microseconds
const SSRC: u32 = 0x1234_abcd;

fn rtp(payload_type: u8, number: u16, timestamp: u32) -> Vec<u8> {
    let mut packet = vec![0x80, payload_type];
    packet.extend(number.to_be_bytes());
    packet.extend(timestamp.to_be_bytes());
    packet.extend(SSRC.to_be_bytes());
    packet.extend([0xd5; 160]);
    packet
}

/// A stream of 20 ms of G.711 per packet from 10.0.0.2:5004 to 10.0.0.1:`port`; packets are left out, or come later.
fn stream(port: u16, count: u16, lost: impl Fn(u16) -> bool, late_ms: impl Fn(u16) -> u64) -> Vec<(u64, Vec<u8>)> {
    let packet = |number: u16| {
        let at = (u64::from(number) * 20 + late_ms(number)) * MS;
        (at, ipv4(2, 1, 17, &udp((5004, port), &rtp(0, 65_500_u16.wrapping_add(number), u32::from(number) * 160))))
    };
    let mut frames: Vec<_> = (0..count).filter(|number| !lost(*number)).map(packet).collect();
    frames.sort_by_key(|frame| frame.0);
    frames
}

fn never(_: u16) -> bool {
    false
}

fn in_time(_: u16) -> u64 {
    0
}

#[test]
fn losses_are_counted_over_the_round_of_numbers() {
    let lost = |number| matches!(number, 10 | 30 | 31 | 36 | 70);
    let tables = analyze(&pcap(&stream(40_000, 100, lost, in_time)));
    let number = |column| tables.integers("rtp_streams", column)[0];
    assert_eq!(number("ssrc"), i64::from(SSRC));
    assert_eq!((number("packets"), number("expected_packets"), number("lost_packets")), (95, 100, 5));
    assert_eq!((number("missing_packets"), number("ws_lost_packets")), (5, 5));
    assert_eq!((number("loss_bursts"), number("burst_lost_packets"), number("burst_packets")), (1, 3, 7));
    assert_eq!((number("gap_lost_packets"), number("longest_loss_packets")), (2, 2));
    assert_eq!((number("jitter_ns"), number("rfc3550_jitter_ns"), number("interval_max_ns")), (0, 0, 60_000_000));
    assert_eq!(tables.texts("rtp_streams", "codec"), ["PCMU"]);
    assert_eq!(tables.texts("rtp_streams", "detected_by"), ["heuristic"]);
    assert_eq!(tables.texts("rtp_streams", "source"), ["10.0.0.2:5004"]);
}

#[test]
fn a_packet_that_is_overtaken_is_late_and_not_lost() {
    let late = |number| if number == 20 { 70 } else { 0 };
    let tables = analyze(&pcap(&stream(40_000, 50, never, late)));
    let number = |column| tables.integers("rtp_streams", column)[0];
    assert_eq!((number("lost_packets"), number("reordered_packets"), number("reorder_max_packets")), (0, 1, 3));
    assert_eq!((number("late_40ms_packets"), number("late_60ms_packets"), number("late_100ms_packets")), (1, 1, 0));
    assert_eq!(number("delay_variation_max_ns"), 70_000_000);
    assert!(number("jitter_max_ns") > 4_000_000);
}

#[test]
fn what_only_looks_like_rtp_at_first_is_none() {
    let counter = |number: u16, step: u16| {
        let mut payload = rtp(0, number * step, 7);
        payload[8..12].copy_from_slice(&u32::from(number).to_be_bytes()); // not the same source twice
        payload
    };
    for (port, step) in [(9000, 1), (9001, 7)] {
        let frames: Vec<_> = (0..60)
            .map(|number| (u64::from(number) * MS, ipv4(2, 1, 17, &udp((7000, port), &counter(number, step)))))
            .collect();
        assert_eq!(analyze(&pcap(&frames)).rows("rtp_streams"), 0);
    }
    assert_eq!(analyze(&pcap(&stream(40_000, 4, never, in_time))).rows("rtp_streams"), 0, "too few to tell");
}

/// A packet of RTCP from the sender at `ntp`, in 1/65,536 s.
fn sender_report(ntp: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 200, 0, 6];
    packet.extend(SSRC.to_be_bytes());
    packet.extend([&[0, 0], &ntp.to_be_bytes()[..], &[0, 0]].concat());
    packet.extend([0; 12]);
    packet
}

/// The receiver's report on the report that was made at `ntp`.
fn receiver_report(ntp: u32, delay: u32) -> Vec<u8> {
    let mut packet = vec![0x81, 201, 0, 7, 0, 0, 0, 9];
    packet.extend(SSRC.to_be_bytes());
    packet.extend([64, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 80]);
    packet.extend(ntp.to_be_bytes());
    packet.extend(delay.to_be_bytes());
    packet
}

#[test]
fn reports_tell_the_round_trip_and_what_the_receiver_lost() {
    let mut frames = stream(40_000, 50, never, in_time);
    frames.push((100 * MS, ipv4(2, 1, 17, &udp((5005, 40_001), &sender_report(0x0102_0304)))));
    frames.push((660 * MS, ipv4(1, 2, 17, &udp((40_001, 5005), &receiver_report(0x0102_0304, 0x8000)))));
    frames.sort_by_key(|frame| frame.0);
    let tables = analyze(&pcap(&frames));
    let number = |column| tables.integers("rtp_streams", column)[0];
    assert_eq!(tables.rows("rtp_streams"), 1);
    assert_eq!((number("rtcp_reports"), number("rtcp_lost_packets")), (1, 3));
    assert_eq!((number("rtcp_round_trips"), number("rtcp_round_trip_mean_ns")), (1, 60_000_000));
    assert_eq!(number("rtcp_jitter_max_ns"), 10_000_000);
}

const SDP: &str = "v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 40000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n";

fn request(method: &str, branch: &str, sequence: u32, body: &str) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "{method} sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{branch}\r\n\
         From: <sip:alice:secret@a.example>;tag=1\r\nTo: <sip:bob@b.example>{}\r\nCall-ID: call-1\r\n\
         CSeq: {sequence} {method}\r\nAuthorization: Digest response=\"deadbeef\"\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        if method == "INVITE" { "" } else { ";tag=2" },
        body.len()
    )
}

fn response(status: &str, method: &str, branch: &str, sequence: u32) -> String {
    format!(
        "SIP/2.0 {status}\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{branch}\r\nFrom: <sip:alice@a.example>;tag=1\r\n\
         To: <sip:bob@b.example>;tag=2\r\nCall-ID: call-1\r\nCSeq: {sequence} {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

/// A call: what the caller and the callee send, when, in milliseconds, and whether the caller does.
fn call() -> Vec<(u64, bool, String)> {
    vec![
        (0, true, request("INVITE", "a", 1, SDP)),
        (10, false, response("407 Proxy Authentication Required", "INVITE", "a", 1)),
        (11, true, request("ACK", "a", 1, "")),
        (20, true, request("INVITE", "b", 2, SDP)),
        (520, true, request("INVITE", "b", 2, SDP)),
        (530, false, response("100 Trying", "INVITE", "b", 2)),
        (700, false, response("180 Ringing", "INVITE", "b", 2)),
        (2700, false, response("200 OK", "INVITE", "b", 2)),
        (2701, true, request("ACK", "c", 2, "")),
        (9700, true, request("BYE", "d", 3, "")),
        (9720, false, response("200 OK", "BYE", "d", 3)),
    ]
}

fn assert_is_the_call(tables: &support::Collect) {
    let number = |column| tables.integers("sip_calls", column)[0];
    assert_eq!(tables.texts("sip_calls", "state"), ["released"]);
    assert_eq!(tables.texts("sip_calls", "from_host"), ["a.example"]);
    assert_eq!((number("status"), number("invites"), number("challenges")), (200, 2, 1));
    assert_eq!((number("ringing_time_ns"), number("ring_duration_ns")), (700_000_000, 2_000_000_000));
    assert_eq!((number("setup_time_ns"), number("duration_ns")), (2_700_000_000, 7_000_000_000));
    assert_eq!(tables.texts("sip_calls", "released_by"), ["caller"]);
    assert_eq!(tables.texts("sip_transactions", "method"), ["INVITE", "INVITE", "BYE"]);
    assert_eq!(tables.integers("sip_transactions", "status"), [407, 200, 200]);
    let times = tables.integers("sip_transactions", "response_time_ns");
    assert_eq!(times, [10_000_000, 2_680_000_000, 20_000_000]);
}

#[test]
fn a_call_is_followed_over_udp_and_tied_to_its_stream() {
    let mut frames: Vec<_> = call()
        .into_iter()
        .map(|(at, caller, message)| {
            let ports = if caller { (5060, 5061) } else { (5061, 5060) };
            let (from, to) = if caller { (1, 2) } else { (2, 1) };
            (at * MS, ipv4(from, to, 17, &udp(ports, message.as_bytes())))
        })
        .collect();
    for number in 0..3_u16 {
        let packet = rtp(96, number, u32::from(number) * 960);
        frames.push(((2710 + u64::from(number) * 20) * MS, ipv4(2, 1, 17, &udp((5004, 40_000), &packet))));
    }
    frames.sort_by_key(|frame| frame.0);
    let tables = analyze(&pcap(&frames));
    assert_is_the_call(&tables);
    assert_eq!(tables.integers("sip_transactions", "request_repeats"), [0, 1, 0]);
    assert_eq!(tables.integers("sip_calls", "invite_repeats"), [1]);
    assert_eq!(tables.texts("rtp_streams", "detected_by"), ["sip"]);
    assert_eq!(tables.texts("rtp_streams", "call_id"), tables.texts("sip_calls", "call_id"));
    assert_eq!(tables.texts("rtp_streams", "codec"), ["opus"]);
    assert_eq!(tables.integers("rtp_streams", "clock_rate_hz"), [48_000]);
    assert_eq!(tables.integers("rtp_streams", "jitter_ns"), [0]);
}

#[test]
fn messages_over_tcp_are_whole_whatever_the_segments() {
    let mut frames = vec![
        (0, ipv4(1, 2, 6, &tcp((40_000, 5060), 99, 0, SYN, b""))),
        (0, ipv4(2, 1, 6, &tcp((5060, 40_000), 199, 100, SYN | ACK, b""))),
    ];
    let mut next = [100_u32, 200];
    for (at, caller, message) in call().into_iter().filter(|(at, ..)| *at != 520) {
        let (from, to, ports) = if caller { (1, 2, (40_000, 5060)) } else { (2, 1, (5060, 40_000)) };
        for part in message.as_bytes().chunks(100) {
            let me = usize::from(!caller);
            frames.push((at * MS, ipv4(from, to, 6, &tcp(ports, next[me], next[1 - me], ACK, part))));
            next[me] += part.len() as u32;
        }
    }
    assert_is_the_call(&analyze(&pcap(&frames)));
}

#[test]
fn rtsp_announces_ports_and_payload_types() {
    let sdp = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";
    let described = format!(
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    );
    let talk = [
        (true, "DESCRIBE rtsp://user:secret@h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n".to_owned()),
        (false, described),
        (
            true,
            "SETUP rtsp://h/a/1 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP;client_port=40000-40001\r\n\r\n".to_owned(),
        ),
        (false, "$\0\0\x04data".to_owned()),
        (
            false,
            "RTSP/1.0 200 OK\r\nCSeq: 2\r\nTransport: RTP/AVP;client_port=40000-40001;server_port=5004-5005\r\n\r\n"
                .to_owned(),
        ),
    ];
    let mut frames = vec![
        (0, ipv4(1, 2, 6, &tcp((41_000, 554), 99, 0, SYN, b""))),
        (0, ipv4(2, 1, 6, &tcp((554, 41_000), 199, 100, SYN | ACK, b""))),
    ];
    let mut next = [100_u32, 200];
    for (client, text) in talk {
        let (from, to, ports) = if client { (1, 2, (41_000, 554)) } else { (2, 1, (554, 41_000)) };
        for part in text.as_bytes().chunks(30) {
            let me = usize::from(!client);
            frames.push((0, ipv4(from, to, 6, &tcp(ports, next[me], next[1 - me], ACK, part))));
            next[me] += part.len() as u32;
        }
    }
    for number in 0..2_u16 {
        let packet = rtp(96, number, u32::from(number) * 3600);
        frames.push((u64::from(number) * 40 * MS, ipv4(2, 1, 17, &udp((5004, 40_000), &packet))));
    }
    let tables = analyze(&pcap(&frames));
    assert_eq!(tables.texts("rtp_streams", "detected_by"), ["rtsp"]);
    assert_eq!(tables.texts("rtp_streams", "codec"), ["H264"]);
    assert_eq!(tables.integers("rtp_streams", "clock_rate_hz"), [90_000]);
    assert_eq!(tables.integers("rtp_streams", "jitter_ns"), [0]);
}

#[test]
fn no_user_and_no_credential_reaches_a_table() {
    let frames: Vec<_> = call()
        .into_iter()
        .map(|(at, _, message)| (at * MS, ipv4(1, 2, 17, &udp((5060, 5061), message.as_bytes()))))
        .collect();
    let tables = format!("{:?}", analyze(&pcap(&frames)).0);
    assert!(tables.contains("call-1"));
    for secret in ["alice", "bob", "secret", "deadbeef"] {
        assert!(!tables.contains(secret), "{secret}");
    }
}
