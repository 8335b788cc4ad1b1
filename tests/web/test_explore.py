"""Looking into a report: the filter of connections, drawings, SQL, and links that share it."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Service, wait_for


@pytest.fixture(scope="module")
def task_id(service: Service, captures: Path) -> str:
    task_id: str = service.upload(captures / "healthy_dns_web.pcap").json()["task_id"]
    assert service.wait(task_id)["status"] == "completed"
    return task_id


def ask(service: Service, task_id: str, query: str, **more: Any) -> httpx.Response:
    return service.client.get(f"/sql/{task_id}", params={"query": query, **more})


def test_connections_are_found_by_what_they_are(service: Service, task_id: str) -> None:
    def found(search: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = service.client.get(f"/flows/{task_id}", params={"search": search}).json()["rows"]
        return rows

    everything = found("")
    assert {row["protocol"] for row in found("protocol:udp")} == {"udp"}
    dns = found("port:53")
    assert 0 < len(dns) < len(everything)
    assert all(":53" in row["client"] + " " + row["server"] for row in dns)
    (first,) = found("protocol:tcp stream:0")
    assert first["stream"] == 0
    assert all(row["duration_ns"] >= 1e9 for row in found("longer:1"))
    assert found("stream:0 port:1") == []
    # What cannot be a number fits nothing; quotes are letters.
    assert found("longer:x") == []
    assert found("' OR true --") == []


def test_a_connection_is_drawn_from_what_was_kept(service: Service, task_id: str) -> None:
    wait_for(lambda: service.client.get(f"/flows/{task_id}/0/segments").status_code == 200)
    drawing = service.client.get(f"/flows/{task_id}/0/drawing").json()["html"]
    assert 'class="card chapter"' in drawing
    assert "data-sequence" in drawing
    assert "tcp.stream eq 0" in drawing
    assert service.client.get(f"/flows/{task_id}/999999/drawing").status_code == 404


def test_sql_gives_rows_and_says_when_there_are_more(service: Service, task_id: str) -> None:
    answer = ask(service, task_id, "SELECT flow, client, NULL AS n FROM flows ORDER BY flow", limit=2).json()
    assert [column["name"] for column in answer["columns"]] == ["flow", "client", "n"]
    assert [row[0] for row in answer["rows"]] == ["0", "1"]
    assert answer["rows"][0][2] is None
    assert answer["more"]
    assert not ask(service, task_id, "SELECT count(*) FROM client_actions").json()["more"]
    # Times are whole: a page that computes in doubles still shows every digit.
    (row,) = ask(service, task_id, "SELECT 9007199254740993").json()["rows"]
    assert row == ["9007199254740993"]


def test_the_tables_are_told_in_the_language_asked_for(service: Service) -> None:
    english = service.client.get("/tables").json()
    french = service.client.get("/tables", params={"language": "fr"}).json()
    assert {"flows", "turns", "client_actions"} <= {each["name"] for each in english}
    assert [each["name"] for each in french] == [each["name"] for each in english]
    assert all(theirs["sentence"] != ours["sentence"] for theirs, ours in zip(french, english, strict=True))
    (flow,) = (column for each in french if each["name"] == "tcp_ledger" for column in each["columns"][:1])
    assert flow["sentence"] == "Numéro du flux TCP, comme dans tcp_flows."


def test_rows_of_sql_are_saved_as_csv(service: Service, task_id: str) -> None:
    answer = ask(service, task_id, "SELECT 'a,b' AS x, 9007199254740993 AS y, NULL AS z -- end", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == 'x,y,z\n"a,b",9007199254740993,\n'
    assert len(ask(service, task_id, "SELECT * FROM range(50)", format="csv", limit=10).text.splitlines()) == 11
    assert ask(service, task_id, "SELECT * FROM flow", format="csv").json()["title"] == "wrong sql"
    much = ask(service, task_id, "SELECT repeat('x', 10000) FROM range(5000)", format="csv", limit=5000)
    assert much.json()["title"] == "sql too large"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT content FROM read_blob('pcap_analyzer.db')",
        "COPY flows TO '/tmp/x.csv'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "ATTACH '/tmp/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CREATE TABLE t (i INT)",
        "DROP VIEW flows",
        "SELECT getenv('HOME')",
        "SELECT current_setting('temp_directory')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT 1; SELECT 2",
        "SELECT * FROM glob('/*')",
        "EXPORT DATABASE '/tmp/x'",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELEC 1",
        "SELECT nosuch FROM flows",
        "",
    ],
)
def test_sql_reads_the_tables_and_nothing_else(service: Service, task_id: str, query: str) -> None:
    answer = ask(service, task_id, query)
    assert answer.status_code in (400, 422)
    problem = answer.json()
    assert "\n" not in problem["detail"]
    assert problem["detail"].startswith("SQL: ") or answer.status_code == 422


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux")
def test_readers_write_nothing_and_start_nothing(service: Service, task_id: str) -> None:
    assert ask(service, task_id, "SELECT 1").status_code == 200
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in service.workers()}
    readers = [pid for pid, command in commands.items() if "readers.reader" in command]
    assert readers
    for pid in readers:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        facts = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
        assert "Max file size             0 " in Path(f"/proc/{pid}/limits").read_text()


def test_sql_that_would_never_end_or_fill_the_memory_is_ended(start: Callable[..., Service], capture: Path) -> None:
    service = start(sql_timeout_s=10, readers=1)
    task_id = service.upload(capture).json()["task_id"]
    service.wait(task_id)
    endless = "SELECT max(hash(range)) FROM range(100000000000000)"
    assert ask(service, task_id, "SELECT 1").status_code == 200
    answer = ask(service, task_id, endless)
    assert (answer.status_code, answer.json()["title"]) == (400, "sql too slow")
    # With a new process the next question is answered.
    assert ask(service, task_id, "SELECT 1").json()["rows"] == [["1"]]
    answer = ask(service, task_id, "SELECT list(range) FROM range(1000000000)")
    assert answer.json()["title"] in ("sql too large", "sql too slow")
    answer = ask(service, task_id, "SELECT repeat('x', 3000) FROM range(5000)", limit=5000).json()
    assert answer["more"]
    assert sum(len(cell) for row in answer["rows"] for cell in row) < 3_000_000
    assert ask(service, task_id, "SELECT 1").json()["rows"] == [["1"]]


def test_who_goes_away_ends_the_question(start: Callable[..., Service], capture: Path) -> None:
    # Longer than the client has patience: only a reader that was ended is free for the next question.
    service = start(sql_timeout_s=3600, readers=1)
    task_id = service.upload(capture).json()["task_id"]
    service.wait(task_id)
    endless = "SELECT max(hash(range)) FROM range(100000000000000)"
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{service.url}/sql/{task_id}", params={"query": endless}, timeout=3)
    assert ask(service, task_id, "SELECT 1").json()["rows"] == [["1"]]


def test_more_questions_than_may_wait_are_told_to_come_back(start: Callable[..., Service], capture: Path) -> None:
    service = start(sql_timeout_s=5, readers=1)
    task_id = service.upload(capture).json()["task_id"]
    service.wait(task_id)
    endless = "SELECT max(hash(range)) FROM range(100000000000000)"
    answers: list[httpx.Response] = []

    def one() -> None:
        answers.append(httpx.get(f"{service.url}/sql/{task_id}", params={"query": endless}, timeout=120))

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    busy = wait_for(lambda: [answer for answer in answers if answer.status_code == 503])
    assert "retry-after" in busy[0].headers
    service.stop()
    for thread in threads:
        thread.join()
