"""Measures what the web service costs over the command line.

    scripts/benchmark_cli_vs_web.py CAPTURE [--iterations N] [--web-url URL] [--upload-mb N]… [--output JSON]

CAPTURE is a pcap file. Each run analyses it in a variation of its own (one byte of the header that means nothing), by the
command line with HTML and JSON report, and by the web with both downloaded; figures are medians. Without --web-url a
service is started on a folder beside the capture's copies. Prints figures and PASS or FAIL, and exits with 0 or 1.
--upload-mb uploads a file of that size too, against `cp` to the same disk; it may be given several times. Standard library only.
"""

import argparse
import gzip
import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from measuring import lengthened, tell

BLOCK_BYTES = 1 << 20
PACED_BYTES_PER_S = 200e6
# The field "sigfigs" of a pcap header, which nobody reads.
IGNORED_BYTE = 12
# How long an upload may take at most: what users ask for.
LONGEST_UPLOAD_S = {10: 1.0, 100: 5.0, 500: 20.0}


@dataclass
class Upload:
    """What one upload took, in seconds from its first byte; delays of events and answers by the way."""

    sent_s: float = 0.0
    answered_s: float = 0.0
    ready_s: float = 0.0
    downloaded_s: float = 0.0
    page_s: float = 0.0
    page_bytes: int = 0
    page_gzip_bytes: int = 0
    event_delays_s: list[float] = field(default_factory=list)
    health_s: list[float] = field(default_factory=list)


class Web:
    """A service at a URL."""

    def __init__(self, url: str) -> None:
        self._place = urllib.parse.urlsplit(url).netloc

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._place, timeout=600)

    def get(self, path: str, **headers: str) -> bytes:
        connection = self.connect()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"GET {path}: {answer.status} {body[:300].decode(errors='replace')}")
        return body

    def upload(self, content: memoryview, bytes_per_s: float | None = None) -> Upload:
        """Sends a capture and fetches its reports, watching progress and health meanwhile."""
        taken, task_id = Upload(), str(uuid.uuid4())
        done = threading.Event()
        watchers = [
            threading.Thread(target=self._follow, args=(task_id, taken, done)),
            threading.Thread(target=self._ask_health, args=(taken, done)),
        ]
        connection = self.connect()
        connection.connect()
        for watcher in watchers:
            watcher.start()
        started = time.perf_counter()
        connection.putrequest("POST", "/upload?name=benchmark.pcap")
        for name, value in (("Content-Length", str(len(content))), ("X-Task-Id", task_id)):
            connection.putheader(name, value)
        connection.putheader("Content-Type", "application/octet-stream")
        connection.endheaders()
        for start in range(0, len(content), BLOCK_BYTES):
            if bytes_per_s and (ahead_s := start / bytes_per_s - (time.perf_counter() - started)) > 0:
                time.sleep(ahead_s)
            connection.send(content[start : start + BLOCK_BYTES])
        taken.sent_s = time.perf_counter() - started
        answer = connection.getresponse()
        body = answer.read()
        taken.answered_s = time.perf_counter() - started
        if answer.status != 202:
            raise SystemExit(f"the upload was refused: {answer.status} {body.decode()}")
        watchers[0].join()
        taken.ready_s -= started
        self.get(f"/report/{task_id}?format=json")
        asked = time.perf_counter()
        taken.page_bytes = len(self.get(f"/report/{task_id}"))
        taken.downloaded_s = time.perf_counter() - started
        taken.page_s = time.perf_counter() - asked
        done.set()
        watchers[1].join()
        packed = self.get(f"/report/{task_id}", **{"Accept-Encoding": "gzip"})
        taken.page_gzip_bytes = len(packed) if len(gzip.decompress(packed)) == taken.page_bytes else 0
        return taken

    def _follow(self, task_id: str, taken: Upload, done: threading.Event) -> None:
        """Reads events until the last; their ids are the microsecond at which they happened."""
        while True:
            connection = self.connect()
            connection.request("GET", f"/progress/{task_id}")
            answer = connection.getresponse()
            if answer.status == 200:
                break
            connection.close()
            time.sleep(0.005)
        for line in answer:
            if line.startswith(b"id:"):
                taken.event_delays_s.append(time.time() - int(line[3:]) / 1e6)
            if line.startswith(b"data:") and json.loads(line[5:])["status"] not in ("pending", "processing"):
                taken.ready_s = time.perf_counter()
        connection.close()

    def _ask_health(self, taken: Upload, done: threading.Event) -> None:
        connection = self.connect()
        while not done.wait(0.02):
            started = time.perf_counter()
            connection.request("GET", "/health")
            connection.getresponse().read()
            taken.health_s.append(time.perf_counter() - started)
        connection.close()


@contextmanager
def service(folder: Path, url: str | None) -> Iterator[Web]:
    """The service at `url`, or one that runs as long as this."""
    if url:
        yield Web(url)
        return
    environment = os.environ | {"DATA_DIR": str(folder / "data"), "MAX_UPLOAD_SIZE_MB": "1100"}
    command = [sys.executable, "-m", "pcap_analyzer", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    web = Web(process.stdout.readline().split()[-1])
    while b"pcap_workers_ready 2.0" not in web.get("/metrics"):
        time.sleep(0.1)
    try:
        yield web
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def command_line(capture: Path, folder: Path) -> float:
    """Seconds for a run with both reports."""
    command = [sys.executable, "-m", "pcap_analyzer", "analyze", str(capture), "--out", str(folder / "reports")]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def vary(content: bytearray, number: int) -> memoryview:
    content[IGNORED_BYTE] = number % 256
    return memoryview(content)


def p95(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0.0


def compare(web: Web, capture: Path, iterations: int, folder: Path) -> dict[str, float]:
    """Both ways in turn, so that neither has the quieter machine."""
    content = bytearray(capture.read_bytes())
    cli, fast, paced = [], [], []
    copy = folder / "benchmark.pcap"
    for number in range(iterations):
        copy.write_bytes(vary(content, 2 * number + 1))
        cli.append(command_line(copy, folder))
        fast.append(web.upload(vary(content, 2 * number + 1)))
        paced.append(web.upload(vary(content, 2 * number + 2), PACED_BYTES_PER_S))
    uploads = [*fast, *paced]
    return {
        "capture_mb": round(len(content) / 1e6, 1),
        "cli_s": statistics.median(cli),
        "web_s": statistics.median(one.downloaded_s for one in fast),
        "verdict_after_last_byte_s": statistics.median(one.ready_s - one.sent_s for one in paced),
        "page_after_last_byte_s": statistics.median(one.downloaded_s - one.sent_s for one in paced),
        "upload_mb_per_s": statistics.median(len(content) / 1e6 / one.answered_s for one in fast),
        "page_kb": max(one.page_bytes for one in uploads) / 1e3,
        "page_gzip_kb": max(one.page_gzip_bytes for one in uploads) / 1e3,
        "page_s": statistics.median(one.page_s for one in uploads),
        "event_delay_p95_s": p95([delay for one in uploads for delay in one.event_delays_s]),
        "health_p95_s": p95([seconds for one in uploads for seconds in one.health_s]),
    }


def upload_large(web: Web, capture: Path, size_mb: int, folder: Path) -> dict[str, float]:
    """The traffic of the capture again and again up to a size; and `cp` of the same to the same disk."""
    source = lengthened(capture, size_mb * 1_000_000, folder / "large.pcap")
    started = time.perf_counter()
    shutil.copyfile(source, folder / "copy.pcap")
    copy_s = time.perf_counter() - started
    (folder / "copy.pcap").unlink()
    content = source.read_bytes()
    source.unlink()
    taken = web.upload(memoryview(content))
    return {
        f"{size_mb}_mb_upload_s": taken.answered_s,
        f"{size_mb}_mb_upload_mb_per_s": size_mb / taken.answered_s,
        f"{size_mb}_mb_cp_mb_per_s": size_mb / copy_s,
        f"{size_mb}_mb_verdict_after_last_byte_s": taken.ready_s - taken.sent_s,
        f"{size_mb}_mb_health_p95_s": p95(taken.health_s),
    }


def judge(found: dict[str, float], sizes_mb: list[int]) -> dict[str, bool]:
    verdicts = {
        "the web takes no longer than the command line": found["web_s"] <= found["cli_s"],
        "the verdict is there 0.2 s after the last byte": found["verdict_after_last_byte_s"] <= 0.2,
        "95 % of events arrive within 0.1 s": found["event_delay_p95_s"] <= 0.1,
        "95 % of answers of /health come within 0.05 s": found["health_p95_s"] <= 0.05,
        "the page has at most 500 kB": found["page_kb"] <= 500,
        "the page is there in 1 s, and smaller by gzip": found["page_s"] < 1
        and 0 < found["page_gzip_kb"] < found["page_kb"],
    }
    for size_mb in sizes_mb:
        enough = min(400.0, 0.8 * found[f"{size_mb}_mb_cp_mb_per_s"])
        fast = found[f"{size_mb}_mb_upload_mb_per_s"] >= enough
        verdicts[f"{size_mb} MB are uploaded at 400 MB/s or 80 % of cp"] = fast
        if longest_s := LONGEST_UPLOAD_S.get(size_mb):
            verdicts[f"{size_mb} MB are uploaded in {longest_s:g} s"] = found[f"{size_mb}_mb_upload_s"] <= longest_s
    return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("capture", type=Path)
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--web-url")
    parser.add_argument("--upload-mb", type=int, action="append", default=[])
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pcap-benchmark-") as name, service(Path(name), options.web_url) as web:
        found = compare(web, options.capture, options.iterations, Path(name))
        for size_mb in options.upload_mb:
            found |= upload_large(web, options.capture, size_mb, Path(name))
    return tell(found, judge(found, options.upload_mb), options.output)


if __name__ == "__main__":
    sys.exit(main())
