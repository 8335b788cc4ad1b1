//! Numbers of DNS and their names, as IANA registers them.

use std::borrow::Cow;

/// The name of a type of records; TYPEn where it has none (RFC 3597 §5).
pub(super) fn kind_name(kind: u16, netbios: bool) -> Cow<'static, str> {
    Cow::Borrowed(match kind {
        32 if netbios => "NB",
        33 if netbios => "NBSTAT",
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        17 => "RP",
        18 => "AFSDB",
        24 => "SIG",
        25 => "KEY",
        28 => "AAAA",
        29 => "LOC",
        33 => "SRV",
        35 => "NAPTR",
        37 => "CERT",
        39 => "DNAME",
        41 => "OPT",
        43 => "DS",
        44 => "SSHFP",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        50 => "NSEC3",
        51 => "NSEC3PARAM",
        52 => "TLSA",
        53 => "SMIMEA",
        59 => "CDS",
        60 => "CDNSKEY",
        61 => "OPENPGPKEY",
        64 => "SVCB",
        65 => "HTTPS",
        99 => "SPF",
        249 => "TKEY",
        250 => "TSIG",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        256 => "URI",
        257 => "CAA",
        _ => return Cow::Owned(format!("TYPE{kind}")),
    })
}

/// The name of a class; CLASSn where it has none (RFC 3597 §5).
pub(super) fn class_name(class: u16) -> Cow<'static, str> {
    Cow::Borrowed(match class {
        1 => "IN",
        3 => "CH",
        4 => "HS",
        254 => "NONE",
        255 => "ANY",
        _ => return Cow::Owned(format!("CLASS{class}")),
    })
}

/// The name of an operation.
pub(super) fn opcode_name(opcode: u8, netbios: bool) -> Cow<'static, str> {
    Cow::Borrowed(match opcode {
        0 => "QUERY",
        // RFC 1002 §4.2.1.1; RFC 1002 §4.2.4 gives 9 as refresh, too.
        5 if netbios => "REGISTRATION",
        6 if netbios => "RELEASE",
        7 if netbios => "WACK",
        8 | 9 if netbios => "REFRESH",
        1 => "IQUERY",
        2 => "STATUS",
        4 => "NOTIFY",
        5 => "UPDATE",
        6 => "DSO",
        _ => return Cow::Owned(format!("OPCODE{opcode}")),
    })
}

/// The name of a response code.
pub(super) fn code_name(code: u16, netbios: bool) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        0 => "NOERROR",
        // RFC 1002 §4.2.6, §4.2.11.
        1 if netbios => "FMT_ERR",
        2 if netbios => "SRV_ERR",
        3 if netbios => "NAM_ERR",
        4 if netbios => "IMP_ERR",
        5 if netbios => "RFS_ERR",
        6 if netbios => "ACT_ERR",
        7 if netbios => "CFT_ERR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        11 => "DSOTYPENI",
        16 => "BADVERS",
        17 => "BADKEY",
        18 => "BADTIME",
        19 => "BADMODE",
        20 => "BADNAME",
        21 => "BADALG",
        22 => "BADTRUNC",
        23 => "BADCOOKIE",
        _ => return Cow::Owned(format!("RCODE{code}")),
    })
}
