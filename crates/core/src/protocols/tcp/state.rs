//! How a connection stands at its end, in Zeek's words (`tcp.md` B.3).

use super::label::Role;
use super::life::Life;

/// `conn_state` of Zeek.
pub(super) fn conn_state(life: &Life) -> &'static str {
    let (client, server) = (&life.counts[life.client as usize], &life.counts[life.client.other() as usize]);
    let established = life.handshake.established_ns.is_some();
    let syn = client.syn_packets > 0;
    let syn_ack = server.syn_packets > 0;
    match life.reset.map(|(sender, _)| Role::of(sender, life.client)) {
        Some(Role::Server) if syn && !syn_ack => "REJ",
        Some(Role::Server) if syn => "RSTR",
        Some(Role::Server) if syn_ack => "RSTRH",
        Some(Role::Client) if syn && !syn_ack && server.packets == 0 => "RSTOS0",
        Some(Role::Client) if syn && syn_ack => "RSTO",
        Some(_) => "OTH",
        None => match (client.fin_packets > 0, server.fin_packets > 0) {
            (true, true) => "SF",
            (true, false) if !syn_ack && server.packets == 0 => "SH",
            (false, true) if client.packets == 0 => "SHR",
            (true, false) => "S2",
            (false, true) => "S3",
            (false, false) if syn && !syn_ack => "S0",
            (false, false) if established => "S1",
            (false, false) => "OTH",
        },
    }
}

/// How it ended.
pub(super) fn end_reason(life: &Life, evicted: bool) -> &'static str {
    match (life.reset, life.fin_ns) {
        (Some(_), _) => "reset",
        (None, [Some(_), Some(_)]) => "fin",
        (None, [None, None]) if evicted => "evicted",
        (None, [None, None]) => "open",
        _ => "half_closed",
    }
}
