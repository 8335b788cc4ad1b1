//! Payload types: names, clock rates, and what the E-model says of them.

/// How a codec takes losses: equipment impairment factor and robustness (ITU-T G.113, appendix I).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Impairment {
    pub(super) factor: f64,
    pub(super) robustness: f64,
}

/// What a payload type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Codec {
    /// Its name, as in SDP; `None` when it is not one of those known here.
    pub(super) name: Option<&'static str>,
    /// Ticks of its timestamp in a second.
    pub(super) clock_hz: u32,
}

/// Names that are kept apart, in the spelling of the registry.
const NAMES: [&str; 38] = [
    "PCMU",
    "GSM",
    "G723",
    "DVI4",
    "LPC",
    "PCMA",
    "G722",
    "L16",
    "QCELP",
    "CN",
    "MPA",
    "G728",
    "G729",
    "CelB",
    "JPEG",
    "nv",
    "H261",
    "MPV",
    "MP2T",
    "H263",
    "opus",
    "AMR",
    "AMR-WB",
    "telephone-event",
    "iLBC",
    "speex",
    "SILK",
    "EVS",
    "H264",
    "H265",
    "VP8",
    "VP9",
    "AV1",
    "H263-1998",
    "G726-32",
    "GSM-EFR",
    "red",
    "MP4V-ES",
];

impl Codec {
    /// The codec with this name in SDP.
    pub(crate) fn named(name: &str, clock_hz: u32) -> Self {
        Self { name: NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied(), clock_hz }
    }

    /// The codec of an assigned payload type (RFC 3551 §6).
    pub(super) fn assigned(payload_type: u8) -> Option<Self> {
        let (name, clock_hz) = match payload_type {
            0 => ("PCMU", 8000),
            3 => ("GSM", 8000),
            4 => ("G723", 8000),
            5 => ("DVI4", 8000),
            6 => ("DVI4", 16_000),
            7 => ("LPC", 8000),
            8 => ("PCMA", 8000),
            9 => ("G722", 8000),
            10 | 11 => ("L16", 44_100),
            12 => ("QCELP", 8000),
            13 | 19 => ("CN", 8000),
            14 => ("MPA", 90_000),
            15 => ("G728", 8000),
            16 => ("DVI4", 11_025),
            17 => ("DVI4", 22_050),
            18 => ("G729", 8000),
            25 => ("CelB", 90_000),
            26 => ("JPEG", 90_000),
            28 => ("nv", 90_000),
            31 => ("H261", 90_000),
            32 => ("MPV", 90_000),
            33 => ("MP2T", 90_000),
            34 => ("H263", 90_000),
            _ => return None,
        };
        Some(Self { name: Some(name), clock_hz })
    }

    /// Whether it fills pauses with noise (RFC 3389).
    pub(super) fn is_comfort_noise(self) -> bool {
        self.name == Some("CN")
    }

    /// Whether it carries key presses, whose timestamp stands still (RFC 4733 §2.2.1).
    pub(super) fn is_telephone_event(self) -> bool {
        self.name == Some("telephone-event")
    }

    /// How it takes losses, where that is known. G.711 is taken to conceal them, as nearly all receivers do.
    pub(super) fn impairment(self) -> Option<Impairment> {
        let (factor, robustness) = match self.name? {
            "PCMU" | "PCMA" | "G722" => (0.0, 25.1),
            "G729" => (11.0, 19.0),
            "G723" => (15.0, 16.1),
            "AMR" => (5.0, 10.0),
            "opus" => (0.0, 20.0),
            _ => return None,
        };
        Some(Impairment { factor, robustness })
    }
}
