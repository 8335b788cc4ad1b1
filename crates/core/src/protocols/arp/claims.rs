//! Who said last that an address is its own, and whether two say so.

use std::net::IpAddr;

use super::message::Hardware;
use crate::protocols::follow::At;
use crate::protocols::pending::Pending;

/// Claims further apart than this are of different times: an address may have been given to another host.
const WINDOW_NS: i64 = 60_000_000_000;

#[derive(Debug, Clone, Copy)]
struct Claim {
    hardware: Hardware,
    at: At,
}

/// The last claims of an address: the present one, and that of another host before it.
#[derive(Debug, Clone, Copy)]
struct Claimed {
    latest: Claim,
    before: Option<Claim>,
}

/// Another host that claimed the same address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rival {
    /// Its link-layer address.
    pub(super) hardware: Hardware,
    /// Where it claimed the address last.
    pub(super) at: At,
    /// Whether both have it. Otherwise the address went over: the new owner announced it and the old one is silent since,
    /// or a group of hosts shares it.
    pub(super) conflict: bool,
}

/// Claims by address.
pub(super) struct Claims {
    by_address: Pending<IpAddr, Claimed>,
}

impl Claims {
    pub(super) fn new(memory_bytes: usize) -> Self {
        Self { by_address: Pending::new(memory_bytes, 0) }
    }

    /// Takes a claim; returns who else claimed the address up to 60 s before.
    pub(super) fn claim(&mut self, address: IpAddr, hardware: Hardware, announced: bool, at: At) -> Option<Rival> {
        let latest = Claim { hardware, at };
        let Some(claimed) = self.by_address.get_mut(&address) else {
            self.by_address.insert(address, Claimed { latest, before: None });
            return None;
        };
        if claimed.latest.hardware == hardware {
            claimed.latest.at = at;
            return None;
        }
        let recent = |claim: &Claim| at.time_ns.saturating_sub(claim.at.time_ns) <= WINDOW_NS;
        let rival = Some(claimed.latest).filter(recent);
        let returns = claimed.before.as_ref().is_some_and(|before| before.hardware == hardware && recent(before));
        *claimed = Claimed { latest, before: rival };
        let rival = rival?;
        let of_group = hardware.is_of_group() || rival.hardware.is_of_group();
        Some(Rival { hardware: rival.hardware, at: rival.at, conflict: !of_group && (!announced || returns) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::Message;
    use super::*;

    const SECOND_NS: i64 = 1_000_000_000;

    /// Claims of one address, each by the last byte of a link-layer address, whether announced, and in which second; says of
    /// each whether it is a conflict, if there is a rival at all.
    fn conflicts(claims: &[(u8, bool, i64)]) -> Vec<Option<bool>> {
        let mut all = Claims::new(0);
        let mut told = Vec::new();
        for (number, &(last, announced, second)) in claims.iter().enumerate() {
            let arp =
                [&[0, 1, 8, 0, 6, 4, 0, 2, 0, 0, 0x5e, 0, last >> 7, last][..], &[1; 4], &[0; 6], &[2; 4]].concat();
            let (address, hardware) = Message::of_arp(&arp).and_then(|message| message.claim()).expect("a claim");
            let at = At { frame: number as u64, time_ns: second * SECOND_NS };
            told.push(all.claim(address, hardware, announced, at).map(|rival| rival.conflict));
        }
        told
    }

    #[test]
    fn two_that_answer_are_a_conflict() {
        assert_eq!(conflicts(&[(1, false, 0), (2, false, 60), (1, false, 61)]), [None, Some(true), Some(true)]);
        assert_eq!(conflicts(&[(1, false, 0), (2, false, 61)]), [None, None]);
    }

    #[test]
    fn an_announced_change_is_none_until_the_old_owner_speaks() {
        assert_eq!(conflicts(&[(1, false, 0), (2, true, 1), (2, false, 2)]), [None, Some(false), None]);
        assert_eq!(conflicts(&[(1, false, 0), (2, true, 1), (1, false, 2)]), [None, Some(false), Some(true)]);
        assert_eq!(conflicts(&[(1, true, 0), (2, true, 1), (1, true, 2)]), [None, Some(false), Some(true)]);
    }

    #[test]
    fn a_group_may_share_an_address() {
        assert_eq!(conflicts(&[(1, false, 0), (0x81, false, 1), (1, false, 2)]), [None, Some(false), Some(false)]);
    }
}
