//! Link types: how the first bytes of a frame are to be read.

/// A link type by its registered number (tcpdump.org/linktypes.html). Values from 65,536 on are ours, for formats with
/// link types that have no registered number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LinkType(pub u32);

macro_rules! link_types {
    ($($name:ident = $value:literal $text:literal;)+) => {
        impl LinkType {
            $(#[doc = concat!("`", $text, "`")] pub const $name: LinkType = LinkType($value);)+

            /// The registered name in lower case, or `link_type_N`.
            pub fn name(self) -> String {
                match self.0 { $($value => $text.to_owned(),)+ other => format!("link_type_{other}") }
            }
        }
    };
}

link_types! {
    NULL = 0 "null";
    ETHERNET = 1 "ethernet";
    TOKEN_RING = 6 "token_ring";
    ARCNET = 7 "arcnet";
    PPP = 9 "ppp";
    FDDI = 10 "fddi";
    RAW_12 = 12 "raw";
    RAW_14 = 14 "raw";
    PPP_HDLC = 50 "ppp_hdlc";
    PPP_ETHER = 51 "pppoe";
    ATM_RFC1483 = 100 "atm_rfc1483";
    RAW = 101 "raw";
    CISCO_HDLC = 104 "c_hdlc";
    IEEE802_11 = 105 "ieee802_11";
    FRAME_RELAY = 107 "frame_relay";
    LOOP = 108 "loop";
    LINUX_SLL = 113 "linux_sll";
    IEEE802_11_PRISM = 119 "ieee802_11_prism";
    IP_OVER_FC = 122 "ip_over_fc";
    SUN_ATM = 123 "sun_atm";
    IEEE802_11_RADIOTAP = 127 "ieee802_11_radiotap";
    BLUETOOTH_HCI_H4 = 187 "bluetooth_hci_h4";
    PPP_WITH_DIRECTION = 204 "ppp_with_dir";
    IPV4 = 228 "ipv4";
    IPV6 = 229 "ipv6";
    NFLOG = 239 "nflog";
    PPI = 192 "ppi";
    IPOIB = 242 "ipoib";
    PKTAP = 258 "pktap";
    SDLC = 268 "sdlc";
    LINUX_SLL2 = 276 "linux_sll2";
    ATM_CLIP = 106 "atm_clip";
    ENC = 109 "enc";
    PFLOG = 117 "pflog";
    ARCNET_LINUX = 129 "arcnet_linux";
    APPLE_IP_OVER_IEEE1394 = 138 "apple_ip_over_ieee1394";
    DOCSIS = 143 "docsis";
    IEEE802_11_AVS = 163 "ieee802_11_avs";
    PPP_PPPD = 166 "ppp_pppd";
    JUNIPER_ETHER = 178 "juniper_ether";
    ERF = 197 "erf";
    CISCO_HDLC_WITH_DIRECTION = 205 "c_hdlc_with_dir";
    FRAME_RELAY_WITH_DIRECTION = 206 "frelay_with_dir";
    MPLS = 219 "mpls";
    IPNET = 226 "ipnet";
    NETANALYZER = 240 "netanalyzer";
    NETANALYZER_TRANSPARENT = 241 "netanalyzer_transparent";
    INFINIBAND = 247 "infiniband";
    NETLINK = 253 "netlink";
    ETHERNET_MPACKET = 274 "ethernet_mpacket";
    LAPB = 65_536 "lapb";
    NETMON_IEEE802_11 = 65_537 "netmon_ieee802_11";
    NETMON_ATM = 65_538 "netmon_atm";
    NETMON_EVENT = 65_539 "netmon_event";
    NETMON_NETWORK_INFO = 65_540 "netmon_network_info";
    NETMON_FILTER = 65_541 "netmon_filter";
    BTSNOOP_HCI = 65_542 "btsnoop_hci";
    BTSNOOP_MONITOR = 65_543 "btsnoop_monitor";
}

impl LinkType {
    /// Bytes at the beginning of each frame that the capturing system put there: direction, channel, time. Wireshark counts
    /// them neither as captured nor as on the wire.
    pub fn pseudo_header_bytes(self) -> u32 {
        match self.0 {
            204 => 1,                       // PPP with direction
            245 => 2,                       // NFC LLCP
            123 | 139 | 201 | 254 => 4,     // SunATM, MTP2, Bluetooth HCI, Bluetooth Linux monitor
            196 | 209 => 5,                 // SITA, I2C
            144 | 177 | 197 | 65_538 => 16, // IrDA, LAPD, ERF, NetMon's ATM
            _ => 0,
        }
    }
}
