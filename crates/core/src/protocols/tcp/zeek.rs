//! The history of a connection in Zeek's letters (`tcp.md` B.3), capital ones for the client.
//!
//! s SYN, h SYN-ACK, a bare acknowledgement, d payload, f FIN, r RST, g bytes that the capture missed, t payload sent again, w
//! window of zero, i FIN with RST, q SYN with FIN or RST, ^ the first segment came from the server. Checksums are not looked
//! at, so that there is no c, and x says nothing of a connection.

use arrayvec::ArrayString;

use super::packet::Packet;
use crate::decode::flags::{FIN, RST, SYN};
use crate::flows::Half;

/// Letters that are kept: what comes later is left out.
const MOST: usize = 24;
const SPECIAL: u16 = SYN | FIN | RST;

/// What comes once for each direction.
#[derive(Debug, Clone, Copy)]
enum Once {
    Ack = 1,
    Data = 2,
    FinAndReset = 4,
    SynAndMore = 8,
    Syn = 16,
    Fin = 32,
    Reset = 64,
}

/// What comes the first, tenth, hundredth time and so on.
pub(super) const GAP: char = 'g';
pub(super) const AGAIN: char = 't';
pub(super) const ZERO_WINDOW: char = 'w';

#[derive(Debug, Clone, Default)]
pub(super) struct Letters {
    text: ArrayString<MOST>,
    /// Of each end.
    once: [u8; 2],
    numbered: [[u32; 3]; 2],
}

impl Letters {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes a segment without SYN, FIN or RST. Nearly all of them are data or acknowledgements that are noted.
    #[inline]
    pub(super) fn plain(&mut self, packet: &Packet<'_>, client: Half) {
        let (what, letter) = if packet.payload_bytes > 0 { (Once::Data, 'd') } else { (Once::Ack, 'a') };
        if self.once[packet.sender as usize] & what as u8 == 0 && (packet.payload_bytes > 0 || packet.has_ack()) {
            self.once(what, letter, packet.sender, client);
        }
    }

    /// Notes what is counted, for the `count`th time.
    pub(super) fn count(&mut self, letter: char, count: u32, sender: Half, client: Half) {
        if count.checked_ilog10().is_some_and(|zeros| 10u32.pow(zeros) == count) {
            self.push(letter, sender, client);
        }
    }

    /// Takes one with.
    pub(super) fn special(&mut self, packet: &Packet<'_>, client: Half) {
        let sender = packet.sender;
        match packet.flags & SPECIAL {
            SYN => {
                let letter = if packet.has_ack() { 'h' } else { 's' };
                self.numbered(Once::Syn, letter, packet.seq, sender, client);
            }
            FIN => {
                let end = packet.seq + u64::from(packet.payload_bytes);
                self.numbered(Once::Fin, 'f', end, sender, client);
            }
            RST => self.numbered(Once::Reset, 'r', packet.seq, sender, client),
            flags if flags & (FIN | RST) == FIN | RST => self.once(Once::FinAndReset, 'i', sender, client),
            _ => self.once(Once::SynAndMore, 'q', sender, client),
        }
    }

    fn once(&mut self, what: Once, letter: char, sender: Half, client: Half) {
        let noted = &mut self.once[sender as usize];
        if *noted & what as u8 == 0 {
            *noted |= what as u8;
            self.push(letter, sender, client);
        }
    }

    /// What comes again where its sequence number is another one.
    fn numbered(&mut self, what: Once, letter: char, seq: u64, sender: Half, client: Half) {
        let [syn, fin, reset] = &mut self.numbered[sender as usize];
        let number = match what {
            Once::Syn => syn,
            Once::Fin => fin,
            _ => reset,
        };
        let another = std::mem::replace(number, seq as u32) != seq as u32;
        let noted = &mut self.once[sender as usize];
        if another || *noted & what as u8 == 0 {
            *noted |= what as u8;
            self.push(letter, sender, client);
        }
    }

    fn push(&mut self, letter: char, sender: Half, client: Half) {
        if self.text.is_empty() && sender != client {
            self.text.push('^');
        }
        let _ = self.text.try_push(if sender == client { letter.to_ascii_uppercase() } else { letter });
    }
}
