"""A worker process by itself."""

import os
import subprocess
import sys


def test_a_worker_that_nobody_hears_ends_in_silence() -> None:
    heard, news = os.pipe()
    os.close(heard)
    command = (sys.executable, "-m", "pcap_analyzer.web.jobs.worker", "1024")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=news, stderr=subprocess.PIPE) as worker:
        os.close(news)
        assert worker.stderr is not None
        said = worker.stderr.read()
        assert (worker.wait(timeout=60), said) == (0, b"")
