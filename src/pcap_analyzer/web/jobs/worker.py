"""A worker process: `python -m pcap_analyzer.web.jobs.worker`. Analyses one capture after the other.

Both ways go JSON objects, one a line: commands on standard input, news on standard output. When standard input ends, the
service is gone, and so is the worker.
"""

import errno
import json
import os
import struct
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pcap_analyzer import _core
from pcap_analyzer.database import forbid_data_frames
from pcap_analyzer.web import tasks
from pcap_analyzer.web.preview import Previews

from . import confine
from .feed import AbandonedError, Feed

_EMPTY_PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


class Worker:
    """The commands of the service, and the job at hand."""

    def __init__(self, news: int) -> None:
        self._news = os.fdopen(news, "w", buffering=1, encoding="utf-8")
        self._orders: SimpleQueue[tuple[dict[str, Any], Feed]] = SimpleQueue()
        self._feed: Feed | None = None

    def tell(self, kind: str, **facts: object) -> None:
        """One line of news. Where nobody hears it any more, there is nothing left to do."""
        try:
            self._news.write(json.dumps({"kind": kind, "memory_bytes": memory_bytes(), **facts}) + "\n")
        except BrokenPipeError:
            os._exit(0)

    def listen(self) -> None:
        """Takes commands until the service is gone."""
        for line in sys.stdin.buffer:
            order = json.loads(line)
            if order["kind"] == "run":
                self._feed = Feed(
                    Path(order["path"]),
                    order["size_bytes"],
                    complete=order["complete"],
                    expected_bytes=order["expected_bytes"],
                )
                self._orders.put((order, self._feed))
            elif self._feed and order["kind"] == "grow":
                self._feed.grow(order["size_bytes"], complete=order["complete"])
            elif self._feed:
                self._feed.abandon()
        os._exit(0)

    def work(self) -> None:
        """Does one job after the other, until one of them shows a fault of ours."""
        warm_up()
        threading.Thread(target=self.listen, daemon=True).start()
        self.tell("ready")
        healthy = True
        while healthy:
            order, feed = self._orders.get()
            confine.limit_cpu(order["cpu_s"])
            work = tasks.Work(
                Path(order["path"]),
                order["file_name"],
                Path(order["folder"]),
                order["memory_bytes"],
                order["most_decompressed_bytes"],
            )
            previews = Previews(work, feed, self.tell, order["preview_bytes"])
            healthy = self._do(work, feed, previews)

    def _do(self, work: tasks.Work, feed: Feed, previews: Previews) -> bool:
        """One job. False when this process should not take another."""
        try:
            tasks.run(work, feed, self.tell, previews.consider)
        except AbandonedError:
            self.tell("abandoned")
        except _core.CaptureError as error:
            self.tell("failed", name="not_a_capture", detail=f"{work.file_name}: {error}")
        except tasks.TooLargeError as error:
            self.tell("failed", name="decompressed_too_large", detail=str(error))
        except MemoryError:
            self.tell("failed", name="out_of_memory", detail="The analysis needs more memory than a worker may use.")
            return False
        except Exception as error:
            full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
            self.tell("failed", name="disk_full" if full else "internal_fault", detail=traceback.format_exc())
            return False
        else:
            self.tell("done")
        return True


def warm_up() -> None:
    """An analysis of nothing, so that everything it needs is loaded."""
    with tempfile.TemporaryDirectory(prefix="pcap-analyzer-") as folder:
        path = Path(folder) / "empty.pcap"
        path.write_bytes(_EMPTY_PCAP)
        work = tasks.Work(path, path.name, Path(folder) / "work", 16 << 20, 1 << 20)
        tasks.run(work, [_EMPTY_PCAP], lambda *_, **__: None)


def memory_bytes() -> int:
    """The memory that this process holds now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123 – it is asked ten times a second
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def main() -> None:
    """Keeps standard output for news, gives up what a worker does not need, and works."""
    news = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    forbid_data_frames()
    confine.give_up_privileges()
    worker = Worker(news)
    confine.limit_memory(int(sys.argv[1]) << 20)
    worker.work()


if __name__ == "__main__":
    main()
