"""The command line: one file per command, and one door through which every error leaves."""

from .door import main

__all__ = ["main"]
