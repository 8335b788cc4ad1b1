"""The words of the table `tcp_ledger`: what a connection's time went into, and which of it somebody waited for."""

from typing import Final

# What people call each category; on whose side it was is said apart.
LABELS: Final = {
    "handshake": "TCP handshake",
    "handshake_loss": "Handshake sent again",
    "tls": "TLS handshake",
    "think": "Think time",
    "application": "Application pauses",
    "network_rtt": "Path round trips",
    "receiver_window": "Receive window",
    "zero_window": "Zero window",
    "congestion_window": "Congestion window",
    "sender_buffer": "Send buffer",
    "bandwidth": "Bandwidth",
    "queue": "Queue on the path",
    "slow_start": "Slow start",
    "loss_fast": "Loss recovery, fast",
    "loss_tlp": "Loss recovery, tail probe",
    "loss_rto": "Loss recovery, timeout",
    "nagle_delayed_ack": "Delayed ACK and Nagle",
    "pmtu": "Path MTU",
    "idle": "Idle",
    "teardown": "Closing",
    "capture_gap": "Gap in the capture",
}

# The time that a connection cost, over rows of `tcp_ledger`. Round trips are left out: the path is as long as it is.
COST_SQL: Final = (
    "coalesce(sum(duration_ns) FILTER (category NOT IN ('idle', 'teardown', 'network_rtt')"
    " AND NOT (category = 'think' AND side = 'client')), 0)"
)


def is_rest(category: str, side: str) -> bool:
    """Whether nobody waited meanwhile: the client has what it asked for, or has not asked yet."""
    return category in ("idle", "teardown") or (category, side) == ("think", "client")
