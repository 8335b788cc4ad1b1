"""A reader process: `python -m pcap_analyzer.web.readers.reader`. Answers questions about reports, one after the other.

Both ways go JSON objects, one a line. Whatever SQL a user sends is checked as on the command line, and runs where nothing
can be written, no program started and no connection opened; how long it may take is decided by whoever asks.
"""

import json
import os
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcap_analyzer import sql
from pcap_analyzer.database import connect_to_files, connect_to_nothing, forbid_data_frames
from pcap_analyzer.errors import OutOfMemoryError, QueryError
from pcap_analyzer.i18n import speaking
from pcap_analyzer.render import files, html
from pcap_analyzer.report import connection as one
from pcap_analyzer.report.build import tell
from pcap_analyzer.tables import Tables
from pcap_analyzer.web.jobs import confine

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MEMORY_BYTES = 1 << 30
_CPU_S = 60
# What a page can show: of longer cells their beginning, and no more rows than make so much text.
_LONGEST_CELL = 2_000
_MOST_TEXT = 2_000_000
_LARGEST_CSV = 20_000_000


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question, or a `problem` by name and line."""
    folder = Path(question["folder"])
    try:
        with speaking(question["language"]):
            match question["kind"]:
                case "sql":
                    return _query(folder, question["sql"], question["limit"])
                case "csv":
                    return _csv(folder, question["sql"], question["limit"])
                case "pdf":
                    return _pdf(folder, question["title"])
                case _:
                    return _drawing(folder, question["stream"])
    except QueryError as error:
        return {"problem": "wrong_sql", "detail": str(error)}
    except (MemoryError, OutOfMemoryError):
        return {"problem": "sql_too_large", "detail": "SQL: this takes more memory than a question may have."}


@contextmanager
def _asked(folder: Path) -> "Iterator[DuckDBPyConnection]":
    """The tables of a report, for SQL of a user; its errors are one line each."""
    from pcap_analyzer.engine import duckdb

    with connect_to_files(folder) as connection:
        try:
            yield connection
        except duckdb.OutOfMemoryException as error:
            raise OutOfMemoryError(str(error)) from error
        except duckdb.Error as error:
            raise sql.explain(error) from error


def _csv(folder: Path, text: str, limit: int) -> dict[str, Any]:
    query = sql.check(text)
    parts, room = [], _LARGEST_CSV
    with _asked(folder) as connection:
        for part in files.csv(connection, f"SELECT * FROM ({query.text}\n) LIMIT {limit}"):  # noqa: S608 – it is checked
            room -= len(part)
            if room < 0:
                raise OutOfMemoryError("more text than one answer may have")
            parts.append(part)
    return {"csv": "".join(parts)}


def _query(folder: Path, text: str, limit: int) -> dict[str, Any]:
    started = time.perf_counter()
    query = sql.check(text)
    with _asked(folder) as connection:
        names, types = files.columns(connection, query.text)
        rows = files.texts(connection, query.text, limit + 1)
    shown = list(_shown(rows[:limit]))
    return {
        "columns": [{"name": name, "type": kind} for name, kind in zip(names, types, strict=True)],
        "rows": shown,
        "more": len(rows) > len(shown),
        "took_ms": round(1000 * (time.perf_counter() - started), 1),
    }


def _shown(rows: list[tuple[str | None, ...]]) -> Iterator[list[str | None]]:
    """Rows as far as there is room."""
    room = _MOST_TEXT
    for row in rows:
        cells = [cell if cell is None or len(cell) <= _LONGEST_CELL else f"{cell[:_LONGEST_CELL]}…" for cell in row]
        room -= sum(len(cell or "") + 4 for cell in cells)
        if room < 0:
            return
        yield cells


def _data(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "report.json").read_bytes())
    return data


def _pdf(folder: Path, title: str) -> dict[str, Any]:
    from pcap_analyzer.render import pdf  # where the extra is installed

    data = _data(folder)
    return {"pdf": b64encode(pdf.document(tell(title, data, data["run"]))).decode()}


def _drawing(folder: Path, stream: int) -> dict[str, Any]:
    data = _data(folder)
    with connect_to_files(folder) as connection:
        section = one.build(data, Tables(connection), stream)
    return {"html": html.cards(section) if section else None}


def main() -> None:
    """Keeps standard output for answers, gives up what a reader does not need, and answers until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1, encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    forbid_data_frames()
    connect_to_nothing().close()
    confine.give_up_privileges()
    confine.forbid_writing()
    confine.limit_memory(_MEMORY_BYTES)
    answers.write("{}\n")
    for line in sys.stdin.buffer:
        confine.limit_cpu(_CPU_S)
        answers.write(json.dumps(answer(json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
