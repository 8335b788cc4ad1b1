//! The protocols that are told apart, by the names Wireshark's protocol hierarchy uses for them.

macro_rules! protocols {
    ($($variant:ident $name:literal,)+) => {
        /// A protocol layer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Protocol { $(#[doc = $name] $variant,)+ }

        impl Protocol {
            /// How many there are.
            pub const COUNT: usize = [$(Self::$variant,)+].len();
            /// All, in order of declaration, so that `ALL[p as usize] == p`.
            pub const ALL: [Protocol; Self::COUNT] = [$(Self::$variant,)+];

            /// The name, as in a display filter.
            pub fn name(self) -> &'static str { match self { $(Self::$variant => $name,)+ } }
        }
    };
}

protocols! {
    // link layers
    Ethernet "eth", Null "null", Loop "loop", Raw "raw", TokenRing "tr", Fddi "fddi", LinuxSll "sll", LinuxSll2 "sll2",
    Ppp "ppp", Hdlc "hdlc", CiscoHdlc "chdlc", Wlan "wlan", Radiotap "radiotap", Prism "prism", Ppi "ppi", Nflog "nflog",
    Pktap "pktap", AtmRfc1483 "clip", UnknownLink "unknown_link",
    // between link and network
    Llc "llc", Vlan "vlan", Ieee8021ad "ieee8021ad", Mpls "mpls", PwEthernetControlWord "pwethcw", PppoeSession "pppoes",
    PppoeDiscovery "pppoed", CiscoMetadata "cmd", Nsh "nsh", MacSec "macsec",
    // network layers and their neighbours
    Ipv4 "ip", Ipv6 "ipv6", Arp "arp", Rarp "rarp", Ah "ah", HopByHop "ipv6.hopopts", Routing "ipv6.routing",
    Fragment "ipv6.fraghdr", DestinationOptions "ipv6.dstopts", Esp "esp",
    // tunnels
    Gre "gre", Erspan "erspan", Vxlan "vxlan", Geneve "geneve", Gtp "gtp", L2tp "l2tp", Teredo "teredo", Lisp "lisp",
    LispData "lisp-data",
    // transport layers
    Tcp "tcp", Udp "udp", UdpLite "udplite", Sctp "sctp", Dccp "dccp", Icmp "icmp", Icmpv6 "icmpv6", Igmp "igmp",
    // known by name only
    Lldp "lldp", Eapol "eapol", Stp "stp", Cdp "cdp", Ipx "ipx", NetBeui "netbios", IsIs "isis", Ospf "ospf", Eigrp "eigrp",
    Pim "pim", Vrrp "vrrp", Rsvp "rsvp", Lacp "slow", EthernetFlowControl "macc", Loopback "loopback", Profinet "pn_rt",
    EtherCat "ecat", Aoe "aoe", Fcoe "fcoe", Ptp "ptp", Homeplug "homeplug", AppleTalk "ddp", WlanManagement "wlan.mgt",
    WlanEncrypted "wlan.encrypted", PppLcp "lcp", PppIpcp "ipcp", PppIpv6cp "ipv6cp", PppPap "pap", PppChap "chap",
    Data "data", Malformed "_ws.malformed",
}
