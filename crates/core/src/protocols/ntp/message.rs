//! A message of NTP (RFC 5905 §7.3): bytes → struct, no memory.

/// Seconds from 1900, where NTP counts from, to 1970.
const EPOCH_S: i64 = 2_208_988_800;

/// What its sender is to the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One of two equals, who speaks first.
    SymmetricActive,
    /// One of two equals, who answers.
    SymmetricPassive,
    /// A client.
    Client,
    /// A server.
    Server,
}

/// A time in seconds and their 2^-32nds since the beginning of an era, of which the first began in 1900; 0 is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Since 1970 UTC in nanoseconds, in the era that brings it nearest to `near_ns`; `None` when unknown.
    pub fn unix_ns(self, near_ns: i64) -> Option<i64> {
        const ERA_S: i64 = 1 << 32;
        if self.0 == 0 {
            return None;
        }
        let in_era_s = (self.0 >> 32) as i64 - EPOCH_S;
        let now_s = near_ns.div_euclid(1_000_000_000);
        let eras = (now_s - in_era_s + ERA_S / 2).div_euclid(ERA_S);
        let nanoseconds = ((self.0 & 0xffff_ffff) * 1_000_000_000) >> 32;
        (in_era_s + eras * ERA_S).checked_mul(1_000_000_000)?.checked_add(nanoseconds as i64)
    }

    /// From an earlier time to this one, in nanoseconds.
    pub fn since_ns(self, earlier: Self) -> i64 {
        let ticks = self.0.wrapping_sub(earlier.0) as i64;
        ((i128::from(ticks) * 1_000_000_000) >> 32) as i64
    }
}

/// A message.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// 3: its sender's clock is not synchronised; 1 and 2: a leap second will be inserted or deleted.
    pub leap: u8,
    /// Version of the protocol.
    pub version: u8,
    /// Mode.
    pub mode: Mode,
    /// How far its sender is from a reference clock; 0 with a kiss code.
    pub stratum: u8,
    /// Round trip from its sender to the reference clock, in seconds and their 2^-16ths.
    pub root_delay: u32,
    /// How far its sender may be off the reference clock, in the same unit.
    pub root_dispersion: u32,
    /// The reference clock or server, or a kiss code.
    pub reference: [u8; 4],
    /// The transmit time of the request, in a response.
    pub origin: Timestamp,
    /// When the request arrived, in a response.
    pub receive: Timestamp,
    /// When this was sent.
    pub transmit: Timestamp,
}

impl Message {
    /// The message in `bytes`; `None` when it is of another mode, of no known version, or too short.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let header: &[u8; 48] = bytes.first_chunk()?;
        let mode = match header[0] & 7 {
            1 => Mode::SymmetricActive,
            2 => Mode::SymmetricPassive,
            3 => Mode::Client,
            4 => Mode::Server,
            _ => return None,
        };
        let word = |at: usize| header.get(at..)?.first_chunk::<4>().copied();
        let short = |at: usize| word(at).map(u32::from_be_bytes);
        let time = |at: usize| Some(Timestamp(u64::from(short(at)?) << 32 | u64::from(short(at + 4)?)));
        let version = header[0] >> 3 & 7;
        if !(1..=4).contains(&version) {
            return None;
        }
        Some(Self {
            leap: header[0] >> 6,
            version,
            mode,
            stratum: header[1],
            root_delay: short(4)?,
            root_dispersion: short(8)?,
            reference: word(12)?,
            origin: time(24)?,
            receive: time(32)?,
            transmit: time(40)?,
        })
    }

    /// Four letters by which a server without a time says why (RFC 5905 §7.4).
    pub fn kiss_code(&self) -> Option<String> {
        (self.stratum == 0).then(|| self.letters()).flatten()
    }

    /// The reference: the letters of a clock, or else what a server's address gives.
    pub fn reference_text(&self) -> Option<String> {
        match self.stratum {
            0 => None,
            1 => self.letters(),
            _ => Some(std::net::Ipv4Addr::from(self.reference).to_string()),
        }
    }

    fn letters(&self) -> Option<String> {
        let end = self.reference.iter().position(|&byte| byte == 0).unwrap_or(4);
        let letters = self.reference.get(..end)?;
        let text = std::str::from_utf8(letters).ok()?.trim();
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let second = 1 << 32;
        let of = |seconds: u64| Timestamp(seconds << 32);
        let now_ns = 1_700_000_000_000_000_000;
        let now = of(1_700_000_000 + EPOCH_S as u64);
        assert_eq!(now.unix_ns(now_ns), Some(now_ns));
        assert_eq!(Timestamp(now.0 + second / 2).unix_ns(0), Some(now_ns + 500_000_000));
        // The next era begins in 2036.
        assert_eq!(of(1).unix_ns(2_100_000_000_000_000_000), Some(((1 << 32) - EPOCH_S + 1) * 1_000_000_000));
        assert_eq!(Timestamp(0).unix_ns(now_ns), None);
        assert_eq!(Timestamp(5 * second).since_ns(Timestamp(7 * second + second / 4)), -2_250_000_000);
    }

    #[test]
    fn a_message_and_what_is_none() {
        let mut bytes = [0; 48];
        (bytes[0], bytes[1]) = (0xe4, 0);
        bytes[12..16].copy_from_slice(b"RATE");
        let message = Message::parse(&bytes).expect("a message");
        assert_eq!((message.leap, message.version, message.mode), (3, 4, Mode::Server));
        assert_eq!((message.kiss_code(), message.reference_text()), (Some("RATE".into()), None));
        bytes[1] = 1;
        bytes[12..16].copy_from_slice(b"GPS\0");
        assert_eq!(Message::parse(&bytes).and_then(|message| message.reference_text()), Some("GPS".into()));
        assert!(Message::parse(&bytes[..47]).is_none());
        bytes[0] = 0x26; // control
        assert!(Message::parse(&bytes).is_none());
    }
}
