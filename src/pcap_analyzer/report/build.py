"""From an analysis to a report: what is read, and in which order it is told."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pcap_analyzer import _core
from pcap_analyzer.analysis import Analysis
from pcap_analyzer.findings._run import Options
from pcap_analyzer.i18n import ENGLISH, active, mark, say, speaking

from .model import Report
from .naming import Naming
from .naming import read as read_names
from .sections import (
    capture,
    connections,
    conversations,
    dns,
    endpoints,
    findings,
    http,
    ledger,
    moments,
    protocols,
    quality,
    rtp,
    security,
    services,
    tls,
    verdict,
)

SCHEMA_VERSION = 1

# In this order people read them: what they came for, how far it can be trusted, and what it rests on.
_SECTIONS = (
    verdict,
    findings,
    security,
    quality,
    ledger,
    connections,
    dns,
    http,
    tls,
    rtp,
    capture,
    protocols,
    endpoints,
    conversations,
    moments,
)

_FOOTNOTE = mark("Sizes are on the wire, 1 kB = 1000 bytes, k = 1000 in bit/s; times are UTC; – is not known.")


def build(analysis: Analysis, options: Options | None = None, naming: Naming | None = None) -> Report:
    """The report of an analysis, judged by the thresholds that `options` choose, with the names that `naming` chooses."""
    started_at = datetime.now(UTC)
    with speaking(ENGLISH):
        data = _data(analysis, options or Options(), naming or Naming())
    title = " + ".join(say("standard input") if source == "-" else Path(source).name for source in analysis.sources)
    return tell(title, data, _run(analysis, started_at))


def tell(title: str, data: dict[str, Any], run: dict[str, Any]) -> Report:
    """The report of what was found, in the language that is active here. `data` may come from a JSON report."""
    shown = (section.show(data) for section in _SECTIONS)
    return Report(title, data, run, tuple(section for section in shown if section), say(_FOOTNOTE))


def _data(analysis: Analysis, options: Options, naming: Naming) -> dict[str, Any]:
    """All that is the same whenever and wherever the same capture is analysed."""
    tables = analysis.tables
    issues = tables.rows("SELECT * FROM issues ORDER BY name, detail NULLS FIRST")
    facts = capture.read(tables)
    counts = services.count_rows(tables)
    diagnosis = analysis.diagnose(options)
    facts["quality"] = quality.read(tables, facts, issues)
    return {
        "schema_version": SCHEMA_VERSION,
        "capture": facts,
        **verdict.read(diagnosis, options),
        **findings.read(diagnosis),
        **verdict.with_verdicts(tables, diagnosis, conversations.read(tables)),
        **ledger.read(tables, diagnosis.findings),
        **protocols.read(tables),
        **endpoints.read(tables),
        **moments.read(tables),
        **read_names(tables, naming, counts),
        **services.read(tables, (dns.SERVICE, http.SERVICE, tls.SERVICE, rtp.SERVICE), counts),
        "issues": issues,
    }


def _run(analysis: Analysis, started_at: datetime) -> dict[str, Any]:
    """All that differs from one run to the next."""
    return {
        "version": _core.__version__,
        "files": list(analysis.sources),
        "at": started_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "read_s": round(analysis.read_ns / 1e9, 6),
        "memory_budget_bytes": analysis.memory_bytes,
        "peak_memory_bytes": _peak_memory_bytes(),
        "python": sys.version.split()[0],
        "platform": sys.platform,
        "language": active(),
    }


def _peak_memory_bytes() -> int | None:
    """The most memory this process has held so far, where the system says."""
    if os.name != "posix":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
