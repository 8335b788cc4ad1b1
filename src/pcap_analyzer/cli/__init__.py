"""The command line: one file per command, and one door through which every error leaves."""

from .door import main, run

__all__ = ["main", "run"]
