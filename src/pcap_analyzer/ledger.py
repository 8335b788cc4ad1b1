"""The words of the table `tcp_ledger`: what a connection's time went into, and which of it somebody waited for."""

from enum import Enum
from typing import Final


class Activity(Enum):
    """What a stretch of a connection's life was filled with: the categories in few groups, in the order of a bar.

    Each has a colour and a sign of its own wherever it is drawn.
    """

    SETUP = "setup"
    PATH = "path"
    MOVING = "moving"
    LOSS = "loss"
    SLOWED = "slowed"
    SERVER = "server"
    CLIENT = "client"
    WINDOW = "window"
    REST = "rest"


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


# What people call each group.
ACTIVITIES: Final = {
    Activity.SETUP: "Connection setup",
    Activity.PATH: "Path round trips",
    Activity.MOVING: "Data moving",
    Activity.LOSS: "Loss recovery",
    Activity.SLOWED: "Slowed after loss or by a queue",
    Activity.SERVER: "Server thinking",
    Activity.CLIENT: "Client thinking",
    Activity.WINDOW: "Receive window",
    Activity.REST: "Closing, idle, capture gap",
}

_ACTIVITY_OF: Final = {
    "handshake": Activity.SETUP,
    "tls": Activity.SETUP,
    "network_rtt": Activity.PATH,
    "slow_start": Activity.MOVING,
    "bandwidth": Activity.MOVING,
    "handshake_loss": Activity.LOSS,
    "loss_fast": Activity.LOSS,
    "loss_tlp": Activity.LOSS,
    "loss_rto": Activity.LOSS,
    "pmtu": Activity.LOSS,
    "congestion_window": Activity.SLOWED,
    "queue": Activity.SLOWED,
    "nagle_delayed_ack": Activity.SLOWED,
    "receiver_window": Activity.WINDOW,
    "zero_window": Activity.WINDOW,
}


def activity(category: str, side: str) -> Activity:
    """The group of a category. Of think time, pauses and full send buffers it is that of the side they are on."""
    if category in ("think", "application", "sender_buffer"):
        return Activity.CLIENT if side == "client" else Activity.SERVER
    return _ACTIVITY_OF.get(category, Activity.REST)
