"""What several tests need: captures, recorded or made; the program, run here or on a terminal; tables of a few rows."""

import os
import pty
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcap_analyzer import _core
from pcap_analyzer.cli import main
from pcap_analyzer.database import connect_to_nothing, quote_name
from pcap_analyzer.tables import Tables

HERE = Path(__file__).parent

# Neither the language nor the settings of whoever runs the tests may change what they see.
os.environ |= {"PCAP_ANALYZER_LANG": "en", "PCAP_ANALYZER_CONFIG": ""}


@dataclass(frozen=True)
class Result:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Golden files are 100 columns wide, whatever the terminal in which the tests run."""
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def captures() -> Path:
    """The folder of recorded captures."""
    return HERE / "captures"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Runs the program in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Result(end.value.code, said.out, said.err)

    return run


@pytest.fixture
def on_terminal(tmp_path: Path) -> Callable[..., str]:
    """Runs the program on a terminal of its own and gives all that it wrote there."""

    def run(*arguments: str | Path, stdin: int | None = None, columns: int = 100) -> str:
        parent, child = pty.openpty()
        environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm-256color"}
        command = [sys.executable, "-m", "pcap_analyzer", *map(str, arguments)]
        process = subprocess.Popen(
            command, stdin=stdin or child, stdout=child, stderr=child, env=environment, cwd=tmp_path
        )
        os.close(child)
        written = b"".join(_read_all(parent))
        os.close(parent)
        assert process.wait() == 0, written.decode()
        return written.decode()

    return run


def _read_all(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # how Linux says that nobody has the other end open any more
            return
        if not chunk:
            return
        yield chunk


@pytest.fixture
def ended_by() -> Callable[..., Result]:
    """Runs the program with a standard input that stays silent, and sends it a signal after a while."""

    def run(number: signal.Signals, *arguments: str | Path, before: Callable[[], object] = lambda: True) -> Result:
        process = subprocess.Popen(
            [sys.executable, "-m", "pcap_analyzer", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Whoever runs the tests may ignore SIGINT, and that is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        time.sleep(1)
        assert before()
        process.send_signal(number)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
        out, err = process.communicate()
        return Result(process.returncode, out, err)

    return run


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares with a golden file; with UPDATE_GOLDEN=1 in the environment it writes that file."""

    def compare(name: str, text: str) -> None:
        path = HERE / "golden" / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; `make golden` rewrites it"

    return compare


@pytest.fixture
def tables() -> Iterator[Callable[..., Tables]]:
    """Tables of a few rows that name only the columns they need; the catalogue fills in the rest."""
    connections = []

    def build(**rows: list[dict[str, Any]]) -> Tables:
        connection = connect_to_nothing()
        connections.append(connection)
        columns = {table["name"]: table["columns"] for table in _core.catalogue()}
        for name, entries in rows.items():
            if not entries:
                continue
            fillers = {column["name"]: _filler(column) for column in columns[name]}
            full = [fillers | entry for entry in entries]
            names = ", ".join(map(quote_name, full[0]))
            marks = ", ".join([f"({', '.join('?' * len(full[0]))})"] * len(full))
            values = [value for row in full for value in row.values()]
            connection.execute(f"INSERT INTO {name} ({names}) VALUES {marks}", values)
        return Tables(connection)

    yield build
    for connection in connections:
        connection.close()


def _filler(column: "_core.ColumnSpec") -> object:
    return {"BIGINT": 0, "DOUBLE": 0.0, "BOOLEAN": False}.get(column["type"], "")


@pytest.fixture
def write_pcap(tmp_path: Path) -> Callable[..., Path]:
    """Writes a pcap with nanoseconds: packets are (time_ns, bytes) or (time_ns, bytes, bytes on the wire)."""

    def write(*packets: tuple[Any, ...], name: str = "made.pcap", snap_length: int = 262144) -> Path:
        path = tmp_path / name
        parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, snap_length, 1)]
        for time_ns, frame, *wire in packets:
            seconds, nanoseconds = divmod(time_ns, 10**9)
            parts.append(
                struct.pack("<IIII", seconds, nanoseconds, len(frame), wire[0] if wire else len(frame)) + frame
            )
        path.write_bytes(b"".join(parts))
        return path

    return write


@pytest.fixture(scope="session")
def udp_frame() -> Callable[..., bytes]:
    """Makes an Ethernet frame with UDP over IPv4."""

    def make(payload: bytes = b"hello", source: str = "192.0.2.1", destination: str = "192.0.2.2") -> bytes:
        addresses = bytes(int(part) for part in f"{source}.{destination}".split("."))
        udp = struct.pack(">HHHH", 40000, 9, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + addresses
        return bytes(12) + b"\x08\x00" + ip + udp

    return make
