"""SIGTERM: like Ctrl-C it lets the run clean up behind itself, and then ends it as that signal ends other programs."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def clean_end() -> Iterator[None]:
    """Whatever runs in it is interrupted by SIGTERM, and after it the process is gone if that happened."""
    # Only the main thread gets signals, and who ignores or handles this one already goes on doing so.
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    came = False

    def interrupt(_: int, __: FrameType | None) -> None:
        nonlocal came
        came = True
        # Cleaning up takes a moment, and whoever is in a hurry asks twice.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if came:
            os.kill(os.getpid(), signal.SIGTERM)
