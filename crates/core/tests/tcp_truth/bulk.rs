//! What holds a long transfer back, from transfers that a small model of a sender makes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::support::conversation::Who::{Client, Server};
use crate::support::conversation::{CLIENT_LEG, MS, MSS, SERVER_LEG, Talk, Told, from};

/// A download over a path whose last link takes `service_ns` for each segment.
#[derive(Clone, Copy)]
struct Download {
    segments: u32,
    /// Segments in flight at first.
    flight: u32,
    /// The most that may be in flight.
    most: u32,
    /// For each segment that is acknowledged so many more are sent.
    growth: u32,
    service_ns: i64,
    /// After so many segments the client loses one, which comes again within a loop.
    lost: Option<u32>,
}

impl Download {
    /// The client acknowledges every second segment, as it gets it; the server answers each acknowledgement with what it may
    /// send, and all that passes the capture point is written down.
    fn run(self) -> Told {
        let mut talk = Talk::default().with_scale(7).opened();
        talk.put(from(Client).data(100));
        let start_ns = talk.now_ns + SERVER_LEG;
        let (mut sent, mut acked, mut allowed) = (0, 0, self.flight);
        let mut link_free_ns = 0;
        let mut missing = None;
        // When something passes, whether it is an acknowledgement, and of how many segments.
        let mut events: BinaryHeap<Reverse<(i64, bool, u32)>> = BinaryHeap::from([Reverse((start_ns, false, 0))]);
        while let Some(Reverse((now_ns, is_ack, upto))) = events.pop() {
            talk.at(now_ns);
            if is_ack {
                match missing.filter(|&gone| upto > gone) {
                    Some(gone) => talk.put(from(Client).ack(gone * MSS).sack(&[((gone + 1) * MSS, upto * MSS)])),
                    None => talk.put(from(Client).ack(upto * MSS)),
                };
                events.push(Reverse((now_ns + SERVER_LEG, false, upto)));
                continue;
            }
            if let Some(gone) = missing.filter(|&gone| upto > gone + 2) {
                missing = None;
                talk.put(from(Server).seq(gone * MSS).data(MSS));
                link_free_ns = link_free_ns.max(now_ns) + self.service_ns;
                events.push(Reverse((link_free_ns + CLIENT_LEG, true, sent)));
            }
            let news = upto.saturating_sub(acked);
            acked = acked.max(upto);
            allowed = (allowed + news * self.growth).min(self.most);
            while sent < (acked + allowed).min(self.segments) {
                talk.put(from(Server).data(MSS));
                sent += 1;
                if self.lost == Some(sent) {
                    missing = Some(sent - 1);
                }
                link_free_ns = link_free_ns.max(now_ns) + self.service_ns;
                if sent % 2 == 0 || sent == self.segments {
                    events.push(Reverse((link_free_ns + CLIENT_LEG, true, sent)));
                }
            }
        }
        talk.told()
    }
}

const QUICK: Download = Download { segments: 400, flight: 10, most: 10, growth: 0, service_ns: 400_000, lost: None };

/// The category with the largest part, and its side.
fn dominant(told: &Told) -> (String, String) {
    let ledger = told.ledger();
    ledger.into_iter().max_by_key(|(_, duration_ns)| *duration_ns).map(|(label, _)| label).expect("some time")
}

fn label(category: &str, side: &str) -> (String, String) {
    (category.to_owned(), side.to_owned())
}

#[test]
fn a_flight_that_doubles_is_in_slow_start() {
    let told = Download { segments: 300, most: 10_000, growth: 1, ..QUICK }.run();
    assert_eq!(dominant(&told), label("slow_start", "none"));
}

#[test]
fn a_flight_that_never_grows_is_held_by_the_senders_buffer() {
    assert_eq!(dominant(&QUICK.run()), label("sender_buffer", "server"));
}

#[test]
fn a_flight_that_stays_small_after_a_loss_is_the_congestion_window() {
    let told = Download { lost: Some(25), ..QUICK }.run();
    assert_eq!(told.flow("server_fast_retransmissions"), 1);
    assert_eq!(dominant(&told), label("congestion_window", "network"));
}

#[test]
fn a_link_that_is_always_busy_without_a_queue_is_the_bandwidth() {
    // 20 segments of 2 ms fill the loop of 40 ms and no more.
    let told = Download { segments: 800, flight: 20, most: 20, service_ns: 2 * MS, ..QUICK }.run();
    assert_eq!(dominant(&told), label("bandwidth", "network"));
}

#[test]
fn a_link_before_which_segments_wait_has_a_queue() {
    // 120 segments of 2 ms: 200 ms more than the loop.
    let told = Download { segments: 800, flight: 20, most: 120, growth: 1, service_ns: 2 * MS, ..QUICK }.run();
    assert_eq!(dominant(&told), label("queue", "network"));
    assert!(told.flow("client_rtt_max_ns") > 200 * MS);
}
