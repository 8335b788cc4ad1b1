//! Where the capture point is (`tcp.md` C.13).

use super::life::Life;

/// Below this share of the path to one end, the capture point is at that end.
const NEAR_SHARE: f64 = 0.1;
/// Initial values of time to live that are in use.
const INITIAL_TTLS: [u8; 3] = [64, 128, 255];

/// The place and how sure it is, 0 to 1. Each piece of evidence votes with its weight.
pub(super) fn find(life: &Life) -> (&'static str, f64) {
    let (client, server) = (life.client as usize, life.client.other() as usize);
    let mut votes = [0.0; 3]; // client, middle, server
    let handshake = life.handshake.client_leg_ns().zip(life.handshake.server_leg_ns());
    vote_share(handshake, 3.0, &mut votes);
    let floors = life.transfers[server].rtt.floor_ns().zip(life.transfers[client].rtt.floor_ns());
    vote_share(
        floors.filter(|_| life.transfers[server].rtt.count() > 0 && life.transfers[client].rtt.count() > 0),
        3.0,
        &mut votes,
    );
    let hops = |half: usize| life.counts[half].ttl.map(|(_, ttl)| hops(ttl));
    match (hops(client), hops(server)) {
        (Some(0), Some(far)) if far > 0 => votes[0] += 2.0,
        (Some(far), Some(0)) if far > 0 => votes[2] += 2.0,
        _ => {}
    }
    let total: f64 = votes.iter().sum();
    let best = (0..3).max_by(|&one, &other| votes[one].total_cmp(&votes[other])).unwrap_or(1);
    if total == 0.0 {
        return ("unknown", 0.0);
    }
    (["client", "middle", "server"][best], votes[best] / (total + 1.0))
}

/// Votes by the share of the round trip that lies on the client's side.
fn vote_share(legs: Option<(i64, i64)>, weight: f64, votes: &mut [f64; 3]) {
    let Some((client_ns, server_ns)) = legs.filter(|(client_ns, server_ns)| client_ns + server_ns > 0) else { return };
    let share = client_ns as f64 / (client_ns + server_ns) as f64;
    let place = if share < NEAR_SHARE {
        0
    } else if share > 1.0 - NEAR_SHARE {
        2
    } else {
        1
    };
    votes[place] += weight;
}

/// Routers passed, taking the next usual initial value.
fn hops(ttl: u8) -> u8 {
    INITIAL_TTLS.iter().find(|&&initial| initial >= ttl).map_or(0, |initial| initial - ttl)
}
