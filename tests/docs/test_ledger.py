"""What users read about the ledger names every category that there is, and the example in the README is what the program prints."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pcap_analyzer import _core

ROOT = Path(__file__).parents[2]


def test_every_category_is_explained() -> None:
    ledger = next(table for table in _core.catalogue() if table["name"] == "tcp_ledger")
    column = next(column for column in ledger["columns"] if column["name"] == "category")
    declared = set(re.findall(r"[a-z_]+", column["sentence"].partition(":")[2]))
    explained = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/ledger.md").read_text(), re.MULTILINE)) | {"tls"}
    assert explained == declared


def test_the_examples_are_what_is_printed(run: Callable[..., Any]) -> None:
    text = (ROOT / "README.md").read_text()
    examples = re.findall(r"^\$ pcap-analyzer ((?:.*\\\n)*.*)\n((?:(?!\$|```).*\n)+)", text, re.MULTILINE)
    assert examples
    for arguments, printed in examples:
        words = [
            ROOT / word if word.startswith("tests/") else word for word in shlex.split(arguments.replace("\\\n", " "))
        ]
        result = run(*words)
        assert result.out.strip() == printed.strip()
