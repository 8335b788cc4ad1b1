"""The words of a diagnosis: sides, severities, and the closed list of causes. Entries may be added, never renamed."""

from enum import Enum
from typing import Final

from .i18n import Said, mark, say


class Side(Enum):
    """On whose side something is. Each has a colour and a pattern of its own wherever it is drawn."""

    CLIENT = "client"
    NETWORK = "network"
    SERVER = "server"
    CAPTURE = "capture"
    NONE = "none"
    UNKNOWN = "unknown"


class Severity(Enum):
    """How bad something is, apart from how sure it is. Above `INFO` it asks for action."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


# What people call them, at the head of a line and within a sentence.
SIDES: Final = {
    Side.CLIENT: mark("Client"),
    Side.NETWORK: mark("Network"),
    Side.SERVER: mark("Server"),
    Side.CAPTURE: mark("Capture"),
    Side.NONE: mark("None"),
    Side.UNKNOWN: mark("Unknown"),
}
_SIDE_WORDS: Final = {
    "client": mark("client"),
    "network": mark("network"),
    "server": mark("server"),
    "capture": mark("capture"),
    "none": mark("none"),
    "unknown": mark("unknown"),
}
_SEVERITY_WORDS: Final = {
    "critical": mark("critical"),
    "major": mark("major"),
    "minor": mark("minor"),
    "info": mark("info"),
}

HEALTHY: Final = "healthy"

# Each cause in one sentence.
CAUSES: Final = {
    "network_loss_downstream": "Packets are lost on the path from the server to the client.",
    "network_loss_upstream": "Packets are lost on the path from the client to the server.",
    "network_loss_both": "Packets are lost in both directions.",
    "high_latency": "The path is long, and nothing on it is lost.",
    "jitter": "The delay of the path varies.",
    "delay_spike": "The path stalls for a short while without losing anything.",
    "reordering": "Packets overtake each other on the path, and none is lost.",
    "duplicate_packets": "Packets are duplicated on the path.",
    "packet_corruption": "Data is damaged on the path, and the receiver drops it.",
    "link_outage": "The path is dead in both directions for a while.",
    "path_blackhole_midstream": "From some moment on nothing passes any more.",
    "mtu_black_hole": "Large packets vanish without a word.",
    "mtu_pmtud_working": "Large packets are rejected by ICMP, and the sender adapts.",
    "bandwidth_bottleneck_bufferbloat": "A bottleneck has so large a queue that the delay rises under load.",
    "bandwidth_limited": "A transfer uses all of a link that has a sensible queue.",
    "traffic_policing": "A policer drops what exceeds a rate.",
    "ecn_congestion": "A bottleneck marks packets instead of dropping them.",
    "microburst_loss": "Short bursts overflow a small queue although the mean rate is low.",
    "fragment_loss": "Fragments of IP packets are lost.",
    "routing_loop": "Packets go round in a loop until their time to live is over.",
    "syn_loss": "SYNs are lost on the path.",
    "synack_loss": "SYN-ACKs are lost on the path.",
    "connection_refused": "The server answers SYNs with RST.",
    "connection_timeout": "SYNs are never answered.",
    "admin_prohibited": "A device on the path rejects SYNs.",
    "accept_queue_overflow": "The server's queue of new connections is full.",
    "receiver_window_limited": "The receive window is smaller than the path needs.",
    "zero_window_receiver": "The receiving application reads too slowly, and the window closes.",
    "sender_buffer_limited": "The sender keeps too little data in flight.",
    "server_think_time": "The server's application answers late.",
    "server_slow_stream": "The server's application produces its answer in slow pieces.",
    "client_think_time": "The client's application waits between requests.",
    "client_slow_upload": "The client's application produces its upload in slow pieces.",
    "chatty_protocol": "Many small requests, one after the other, pay the round trip each time.",
    "delayed_ack_nagle": "Nagle's algorithm at the sender meets delayed acknowledgements at the receiver.",
    "reset_midstream_server": "The server resets connections during a transfer.",
    "reset_midstream_client": "The client resets connections during a transfer.",
    "reset_midstream_middlebox": "A device on the path forges resets.",
    "idle_timeout": "Connections are dropped because they were idle.",
    "http_error": "The server answers with HTTP errors.",
    "tls_handshake_failure": "TLS handshakes fail.",
    "tls_slow_handshake": "The server answers TLS handshakes late.",
    "dns_slow": "The resolver answers late.",
    "dns_no_answer": "The resolver does not answer.",
    "dns_nxdomain": "Names that are asked for do not exist.",
    "dns_servfail": "The resolver fails.",
    "dns_truncated": "Answers are truncated, and queries repeated over TCP.",
    "port_scan": "Somebody scans many ports.",
    "syn_flood": "Somebody floods a server with SYNs.",
    "arp_conflict": "Two hosts answer for one IPv4 address.",
    "connection_churn": "Very many short connections are made.",
    "service_objective_missed": "A service misses the objective that was set for it.",
    "capture_loss": "The capture itself lacks packets; the traffic is fine.",
    HEALTHY: "Nothing is wrong.",
}

# What findings note besides: patterns that are never a verdict.
NOTES: Final = {
    "brute_force": "Somebody tries to log in again and again.",
    "distributed_flood": "Very many sources flood one target.",
    "dns_tunnelling": "Data is carried in names of the DNS.",
    "data_exfiltration": "Unusually much data leaves a host.",
    "beaconing": "A host reports to another at a steady pace.",
    "lateral_movement": "One host of a network reaches for many others' remote administration.",
    "traffic_gap": "Nothing was captured for a while.",
    "traffic_burst": "Traffic rises far above its mean for a short time.",
    "temporal_pattern": "Traffic repeats itself at a steady interval, or has a busy hour.",
    "asymmetric_traffic": "Packets of only one direction were captured.",
    "sack_missing": "Selective acknowledgements are not used.",
    "voice_quality": "What the quality of calls comes to.",
    "long_poll": "Requests that wait for an event by design.",
    "dominant_talker": "One host accounts for most of the traffic.",
    "throughput": "What the largest transfers achieved, and what held them back.",
    "protocol_distribution": "An unusual share of the traffic is neither TCP nor UDP.",
    "service_classification": "Services do not run on the ports that are theirs.",
    "slow_action": "What a client waited for, step by step.",
}


def side_word(side: str) -> Said:
    """What people call the value of a `Side` within a sentence."""
    return say(_SIDE_WORDS[side])


def severity_word(severity: str) -> Said:
    """What people call the value of a `Severity` within a sentence."""
    return say(_SEVERITY_WORDS[severity])
