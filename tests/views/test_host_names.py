"""What the capture itself calls its addresses."""

from pathlib import Path

from pcap_analyzer.analysis import analyze

CAPTURES = Path(__file__).parents[1] / "captures"


def test_answers_of_the_dns_and_requests_of_http_name_addresses() -> None:
    with analyze(CAPTURES / "healthy_dns_web.pcap") as analysis:
        rows = analysis.rows("SELECT name, source, times FROM host_names ORDER BY name, source")
    assert {(row["name"], row["source"]) for row in rows} == {
        ("api.example.test", "dns"),
        ("app.example.test", "http"),
        ("www.example.test", "dns"),
    }
    assert all(row["times"] > 0 for row in rows)


def test_handshakes_of_tls_name_servers() -> None:
    with analyze(CAPTURES / "tls_slow.pcapng") as analysis:
        rows = analysis.rows("SELECT address, name, source FROM host_names")
        servers = {row["server_address"] for row in analysis.rows("SELECT server_address FROM flows")}
    assert rows
    assert {row["address"] for row in rows} <= servers
