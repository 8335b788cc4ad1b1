//! The protocols that are told apart, by the names Wireshark's protocol hierarchy uses for them.

macro_rules! protocols {
    ($($variant:ident $name:literal,)+) => {
        /// A protocol layer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Protocol { $(#[doc = concat!("`", $name, "`")] $variant,)+ }

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
    Ethernet "eth", Null "null", Raw "raw", TokenRing "tr", Fddi "fddi", LinuxSll "sll", Ppp "ppp",
    CiscoHdlc "chdlc", FrameRelay "fr", Wlan "wlan", WlanRadio "wlan_radio", Radiotap "radiotap", Prism "prism",
    WlanCap "wlancap", Ppi "ppi", NetmonWlan "netmon_802_11", Nflog "nflog", Pflog "pflog", Pktap "pktap", Enc "enc", Atm "atm", Clip "clip",
    Ieee1394 "ap1394", Arcnet "arcnet", Docsis "docsis", Erf "erf", IpNet "ipnet", IpOverFc "ipfc", Juniper "juniper",
    UnknownLink "unknown_link",
    // link layers known by name only
    Bluetooth "bluetooth", Usb "usb", Can "can", Wpan "wpan", WpanTap "wpan-tap", Mtp2 "mtp2", Mtp3 "mtp3", Sccp "sccp",
    Lapd "lapd", Lapb "lapb", Irda "irlap", I2c "i2c", Sita "sita", DvbCi "dvb-ci", Stanag5066 "s5066dts",
    ExportedPdu "exported_pdu", Netlink "netlink", MstpBacnet "mstp", LocalTalk "llap", Slip "slip",
    FibreChannel "fc", Infiniband "infiniband", IpOverInfiniband "ipoib", Lin "lin", FlexRay "flexray", ZWave "zwave", Vsock "vsock", Dbus "dbus",
    Mpeg2Ts "mp2t", Rtac "rtacser", X25 "x.25", Nfc "nfc",
    // between link and network
    Llc "llc", Vlan "vlan", Ieee8021ad "ieee8021ad", Ieee8021ah "ieee8021ah", VnTag "vntag", Trill "trill", Hsr "hsr", ETag "etag", RTag "ieee8021cb", FabricPath "cfp",
    Mpls "mpls", PwEthernetControlWord "pwethcw", PwEthernet "pwethnocw", PwAch "pwach", PppoeSession "pppoes",
    PppoeDiscovery "pppoed", PppMultilink "mp", PppBridging "bcp_bpdu", CiscoMetadata "cmd", Nsh "nsh", MacSec "macsec",
    // network layers and their neighbours
    Ipv4 "ip", Ipv6 "ipv6", Arp "arp", Rarp "rarp", Ah "ah", HopByHop "ipv6.hopopts", Routing "ipv6.routing",
    Fragment "ipv6.fraghdr", DestinationOptions "ipv6.dstopts", Esp "esp", Mobility "mipv6", Hip "hip", Shim6 "shim6",
    // tunnels
    Gre "gre", Erspan "erspan", Wccp "wccp", Vxlan "vxlan", Geneve "geneve", Gtp "gtp", L2tp "l2tp",
    Teredo "teredo", Lisp "lisp", LispData "lisp-data", EtherIp "etherip", Tzsp "tzsp", Ayiya "ayiya", Sflow "sflow", Capwap "capwap.data",
    // transport layers
    Tcp "tcp", Udp "udp", UdpLite "udplite", Sctp "sctp", Dccp "dccp", Icmp "icmp", Icmpv6 "icmpv6", Igmp "igmp",
    // known by name only
    Lldp "lldp", Eapol "eapol", Stp "stp", Cdp "cdp", Vtp "vtp", Dtp "dtp", Udld "udld", Ipx "ipx", NetBios "netbios",
    Osi "osi", IsIs "isis", Clnp "clnp", EsIs "esis", Bacnet "bacnet", Sna "sna", Rpl "rpl", HpExtended "hpext", Pagp "pagp", Nhrp "nhrp", Lltd "lltd", Tipc "tipc", HsrSupervision "hsr_prp_supervision", Tecmp "tecmp", Pgm "pgm", Igrp "igrp", WlanContext "wlccp", Vines "vines",
    NortelDiscovery "ndp", Xns "3comxns", Slarp "slarp", Ospf "ospf", Eigrp "eigrp", Pim "pim", Vrrp "vrrp", Rsvp "rsvp",
    IpComp "ipcomp", Egp "egp", Lacp "slow", EthernetFlowControl "macc", Loopback "loop", Profinet "pn_rt",
    EtherCat "ecat", Aoe "aoe", Fcoe "fcoe", Fip "fip", Ptp "ptp", Homeplug "homeplug", HomeplugAv "homeplug-av",
    AppleTalk "ddp", Aarp "aarp", Goose "goose", SampledValues "sv", Cfm "cfm", Avtp "ieee1722", Ieee1905 "ieee1905",
    Realtek "realtek", MsNlb "msnlb", IntelAns "ans", BatmanAdv "batadv", DecDnaRouting "dec_dna", Lat "lat",
    SixLowPan "6lowpan", WlanManagement "wlan.mgt", PppLcp "lcp", PppIpcp "ipcp", PppIpv6cp "ipv6cp", PppPap "pap",
    PppChap "chap", PppCcp "ccp", PppCompressed "comp_data", PppVanJacobson "vjc", PppBcp "bcp_ncp", PppMplscp "mplscp",
    PppCdpcp "cdpcp", PppLqr "lqr", PppBacp "bacp", PppEap "eap", Data "data",
}

impl Protocol {
    /// Whether Wireshark's protocol hierarchy gives it a level of its own. To IPv6 extension headers it gives none, nor to the
    /// header of the netfilter log. It also leaves out all that is quoted.
    pub fn has_level(self) -> bool {
        let has_none =
            matches!(self, Self::HopByHop | Self::Routing | Self::Fragment | Self::DestinationOptions | Self::Nflog);
        !has_none
    }
}

#[cfg(test)]
mod tests {
    use super::Protocol;

    #[test]
    fn names_are_distinct_and_all_is_in_order() {
        let mut names: Vec<&str> = Protocol::ALL.iter().map(|protocol| protocol.name()).collect();
        assert!(Protocol::ALL.iter().enumerate().all(|(at, &protocol)| protocol as usize == at));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Protocol::COUNT);
    }
}
