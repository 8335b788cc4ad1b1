"""What holds for one run of the program, whatever the command: how much is said beside the result."""

import sys
from dataclasses import dataclass

from pcap_analyzer.text import visible


@dataclass
class Session:
    """Set by `--quiet` and `--verbose`. Everything it says goes to standard error."""

    quiet: bool = False
    verbose: bool = False

    def error(self, line: str) -> None:
        """Why something was not done."""
        _say(f"pcap-analyzer: {line}")

    def warn(self, line: str) -> None:
        """What to bear in mind about a result."""
        _say(f"pcap-analyzer: {line}")

    def note(self, line: str) -> None:
        """Worth knowing; not said with `--quiet`."""
        if not self.quiet:
            _say(line)

    def detail(self, line: str) -> None:
        """Said with `--verbose` only."""
        if self.verbose:
            _say(line)


def _say(line: str) -> None:
    # Names of files and text from packets stand in these lines.
    print(visible(line, 1000), file=sys.stderr)
