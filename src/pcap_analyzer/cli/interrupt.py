"""Ctrl-C for SQL. DuckDB looks for it between its tasks only, and one task of a large join can take hours."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_POLL_S = 0.2


def run(connection: "DuckDBPyConnection", work: Callable[[], None]) -> None:
    """Does `work`, which uses `connection`, in a thread; Ctrl-C stops whatever statement runs there."""
    failures: list[BaseException] = []
    done = threading.Event()

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # whatever it is, it is raised again where somebody waits for it
            failures.append(error)
        finally:
            done.set()

    threading.Thread(target=copy_context().run, args=(guarded,), daemon=True).start()
    try:
        # Not Thread.join: in Python 3.11 an interrupted one takes the thread for ended.
        while not done.wait(_POLL_S):
            pass
    except KeyboardInterrupt:
        # Between two statements there is nothing to stop, so once may not be enough.
        while not done.wait(_POLL_S):
            connection.interrupt()
        raise
    if failures:
        raise failures[0]
