"""The progress bar."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_long_capture_shows_progress_and_removes_it(on_terminal: Callable[..., str], captures: Path) -> None:
    content = (captures / "healthy_dns_web.pcap").read_bytes()
    reader, writer = os.pipe()

    def trickle() -> None:
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            for start in range(0, len(content), len(content) // 12):
                pipe.write(content[start : start + len(content) // 12])
                time.sleep(0.12)

    thread = threading.Thread(target=trickle, daemon=True)
    thread.start()
    written = on_terminal("analyze", "-", "--no-report", stdin=reader)
    thread.join()
    os.close(reader)
    assert "packets/s" in written
    # The line of the bar is erased again before the summary.
    assert "\x1b[2K" in written.split("Capture quality", 1)[0]


def test_a_short_capture_shows_none(on_terminal: Callable[..., str], captures: Path) -> None:
    assert "packets/s" not in on_terminal("analyze", captures / "healthy_dns_web.pcap", "--no-report")


def test_none_without_a_terminal(run: Callable[..., Any], captures: Path) -> None:
    assert run("analyze", captures / "healthy_dns_web.pcap", "--no-report").err == ""
