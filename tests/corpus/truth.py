"""What is known of the captures in SHARED/lab from outside: kernels, programs and the relay between them wrote it down.

The rules are those of SHARED/tools/score_diagnosis.py.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Where connections that there were need not be seen: they were cut, refused, or one of a flood.
UNSEEN = frozenset(["port_scan", "syn_flood", "syn_loss", "synack_loss", "connection_churn"])
LEAST_WAIT_MS = 100.0


@dataclass(frozen=True)
class Truth:
    capture: Path
    connections: int  # at least so many must be seen
    retransmissions: int | None  # as the sending kernels counted
    wireshark_retransmissions: int
    waited_ms: float | None  # for the server's program, as its clients waited


@dataclass
class Retransmissions:
    """How far Wireshark and we are from what the kernels counted."""

    kernels: int = 0
    our_error: int = 0
    wireshark_error: int = 0

    def count(self, truth: Truth, ours: int) -> None:
        if truth.retransmissions is not None:
            self.kernels += truth.retransmissions
            self.our_error += abs(ours - truth.retransmissions)
            self.wireshark_error += abs(truth.wireshark_retransmissions - truth.retransmissions)


def read(path: Path) -> Truth:
    told = json.loads(path.read_text())
    kernels = (side or {} for flow in told["flows"] for side in (flow.get("kernel") or {}).values())
    return Truth(
        capture=path.parent / told["capture"]["file"],
        connections=connections(told),
        retransmissions=sum(side.get("total_retrans", 0) for side in kernels) or None,
        wireshark_retransmissions=told["tshark_counts"]["retransmission"],
        waited_ms=waited_ms(told),
    )


def connections(told: dict[str, Any]) -> int:
    if told["capture"].get("post") or told["root_cause"] in UNSEEN:
        return 0
    return sum(flow["proto"] == 6 and bool(flow["client"]) for flow in told["flows"])


def waited_ms(told: dict[str, Any]) -> float | None:
    """Each answer took its clients a round trip, and the rest of its time the server's program."""
    replies = told["measured"].get("app_reply_s") or {}
    if told["root_cause"] != "server_think_time" or not replies.get("n") or told["scenario"].startswith("mixed"):
        return None
    waited: float = replies["n"] * (1000 * replies["mean"] - told["measured"]["base_rtt_ms"])
    return waited if waited > LEAST_WAIT_MS else None


def is_close(ours_ms: float, waited: float) -> bool:
    return abs(ours_ms - waited) <= max(10.0, 0.05 * waited)
