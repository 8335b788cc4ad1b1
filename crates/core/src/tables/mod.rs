//! FACTS → ARROW. The catalogue of all tables.

mod builder;
mod captures;
mod column;
mod ends;
mod issues;
mod packets;
mod writer;

pub use builder::ColumnBuilder;
pub use captures::{CaptureRow, InterfaceRow};
pub(crate) use column::table;
pub use column::{Cell, ColumnSpec, Kind, Row, TableSpec, column_name};
pub use ends::Ends;
pub(crate) use ends::{count, ends, filled, filled_length, joined};
pub use issues::IssueRow;
pub use packets::{PacketRow, TcpSegmentRow};
pub use writer::{Sink, TableWriter};

use crate::flows::{EndpointRow, FlowRow};
use crate::fragments::FragmentedRow;
use crate::protocols::arp::{ArpExchangeRow, NdpExchangeRow};
use crate::protocols::dhcp::DhcpTransactionRow;
use crate::protocols::dns::DnsTransactionRow;
use crate::protocols::http::HttpTransactionRow;
use crate::protocols::icmp::IcmpMessageRow;
use crate::protocols::ntp::NtpTransactionRow;
use crate::protocols::quic::QuicConnectionRow;
use crate::protocols::rtp::RtpStreamRow;
use crate::protocols::services::ServiceTransactionRow;
use crate::protocols::sip::{SipCallRow, SipTransactionRow};
use crate::protocols::snmp::SnmpTransactionRow;
use crate::protocols::tcp::{TcpEventRow, TcpFlowRow, TcpLedgerBucketRow, TcpLedgerRow, TcpRttBucketRow};
use crate::protocols::tls::TlsHandshakeRow;
use crate::protocols::turns::TurnRow;
use crate::traffic::{BucketRow, ProtocolRow};

/// Every table, in the order in which people want them.
pub const CATALOGUE: &[&TableSpec] = &[
    CaptureRow::TABLE,
    InterfaceRow::TABLE,
    IssueRow::TABLE,
    ProtocolRow::TABLE,
    EndpointRow::TABLE,
    FlowRow::TABLE,
    TcpFlowRow::TABLE,
    TcpLedgerRow::TABLE,
    TcpLedgerBucketRow::TABLE,
    TcpRttBucketRow::TABLE,
    TcpEventRow::TABLE,
    HttpTransactionRow::TABLE,
    ServiceTransactionRow::TABLE,
    TurnRow::TABLE,
    DnsTransactionRow::TABLE,
    DhcpTransactionRow::TABLE,
    NtpTransactionRow::TABLE,
    SnmpTransactionRow::TABLE,
    SipCallRow::TABLE,
    SipTransactionRow::TABLE,
    RtpStreamRow::TABLE,
    IcmpMessageRow::TABLE,
    ArpExchangeRow::TABLE,
    NdpExchangeRow::TABLE,
    FragmentedRow::TABLE,
    TlsHandshakeRow::TABLE,
    QuicConnectionRow::TABLE,
    BucketRow::TABLE,
    TcpSegmentRow::TABLE,
    PacketRow::TABLE,
];
