//! FACTS → ARROW. The catalogue of all tables.

mod captures;
mod column;
mod issues;
mod packets;

pub use captures::{CaptureRow, InterfaceRow};
pub(crate) use column::table;
pub use column::{Cell, ColumnBuilder, ColumnSpec, Kind, Row, Sink, TableSpec, TableWriter};
pub use issues::IssueRow;
pub use packets::{PacketRow, TcpSegmentRow};

use crate::flows::{EndpointRow, FlowRow};
use crate::protocols::dhcp::DhcpTransactionRow;
use crate::protocols::dns::DnsTransactionRow;
use crate::protocols::ntp::NtpTransactionRow;
use crate::protocols::snmp::SnmpTransactionRow;
use crate::protocols::tcp::{TcpEventRow, TcpFlowRow, TcpLedgerBucketRow, TcpLedgerRow};
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
    TcpEventRow::TABLE,
    DnsTransactionRow::TABLE,
    DhcpTransactionRow::TABLE,
    NtpTransactionRow::TABLE,
    SnmpTransactionRow::TABLE,
    BucketRow::TABLE,
    TcpSegmentRow::TABLE,
    PacketRow::TABLE,
];
