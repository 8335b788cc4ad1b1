"""TLS handshakes that fail.

What it finds:
    Handshakes that a fatal alert ended, and such that were broken off after the ClientHello.

Why it matters:
    No connection, no data. The alert says why, and who sent it is who refused.

What to check next:
    - unknown_ca, bad_certificate, certificate_expired, certificate_unknown: the server's chain against the client's trust.
    - handshake_failure, protocol_version: versions and ciphers that both sides support.
    - unrecognized_name: the name that the client asks for (SNI).

References:
    RFC 8446, 6 (alerts); RFC 5246, 7.2
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Severity, Side, side_word
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from ._api import MOST, Effect, Finding, say

CAUSES = ("tls_handshake_failure",)
ONLY_IF = ("tls_handshakes", "handshake_ns IS NULL")

# An alert before the end; or an end without alert, by whoever reset the connection, when the server had not yet answered.
_FAILED = """
    WITH broken AS (
        SELECT t.stream, t.server, t.flow, t.transport, t.alert_frame AS frame, t.alert, t.alert_sender AS side
        FROM tls_handshakes AS t
        WHERE t.handshake_ns IS NULL AND t.alert IS NOT NULL AND coalesce(t.alert_level, 'fatal') = 'fatal' AND NOT t.gaps
          AND t.client_data_frame IS NULL AND t.alert_sender IS NOT NULL
        UNION ALL
        SELECT t.stream, t.server, t.flow, t.transport, c.reset_frame, 'none', c.reset_by
        FROM tls_handshakes AS t JOIN connections AS c ON c.stream = t.stream AND t.transport = 'tcp'
        WHERE t.handshake_ns IS NULL AND t.alert IS NULL AND t.client_hello_frame IS NOT NULL
          AND t.server_hello_frame IS NULL AND NOT t.gaps AND c.reset_by = 'server'
    )
    SELECT side, server, count(*) AS failed, string_agg(DISTINCT alert, ', ' ORDER BY alert) AS alerts,
           min(frame, 100) AS frames,
           string_agg(CAST(stream AS VARCHAR), ',' ORDER BY stream) FILTER (transport = 'tcp') AS streams,
           min(DISTINCT flow, 100) FILTER (transport <> 'tcp') AS flows,
           (SELECT count(*) FROM tls_handshakes AS t WHERE t.server = broken.server) AS handshakes
    FROM broken GROUP BY side, server ORDER BY failed DESC, server, side LIMIT $most
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for each server and each side that refuses."""
    for row in tables.rows(_FAILED, most=MOST):
        yield Finding(
            cause="tls_handshake_failure",
            side=Side(row["side"]),
            effect=Effect.FAILED,
            severity=Severity.CRITICAL if row["failed"] == row["handshakes"] else Severity.MAJOR,
            confidence=0.95 if row["alerts"] != "none" else 0.7,
            title=say(
                "TLS handshakes with {server} fail: the {side} refused {failed} of {handshakes} ({alerts})",
                server=row["server"],
                side=side_word(row["side"]),
                failed=count(row["failed"]),
                handshakes=plural(row["handshakes"], "handshake"),
                alerts=_alerts(row["alerts"]),
            ),
            explanation=say("The handshake ended before it was complete, and the {side} ended it.", side=row["side"]),
            evidence={
                "server": row["server"],
                "failed_handshakes": row["failed"],
                "handshakes": row["handshakes"],
                "alerts": row["alerts"],
                "refused_by": row["side"],
            },
            streams=row["streams"] or "",
            flows=row["flows"] or (),
            frames=row["frames"],
            frames_total=row["failed"],
            display_filter="tls.alert_message || tls.handshake.type == 1",
        )


def _alerts(alerts: str) -> str:
    return say("without an alert") if alerts == "none" else say("alert {alerts}", alerts=alerts)
