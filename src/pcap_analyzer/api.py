"""The package in a notebook or a program: an analysis that also judges, reports, and shows itself."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from . import analysis as base
from . import i18n
from .selection import Selection, parse_moment
from .settings import MEMORY_BYTES

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from ._core import ProgressCallback
    from .report.model import Report

_FRAME = '<iframe srcdoc="{page}" sandbox="allow-scripts" style="width: 100%; height: 60rem; border: 0"></iframe>'


class Analysis(base.Analysis):
    """One analysis: tables for SQL, findings, a verdict, a report.

    Close it, or use it in a `with`, to remove what it spilled to disk.
    """

    #: The profile whose thresholds judge, or a TOML file of one's own.
    profile = "wan"
    #: Seconds from which on gaps, round trips and answers are slow, in place of the profile's.
    latency_s: float | None = None

    @cached_property
    def report(self) -> "Report":
        """The whole report; its `data` is what the JSON report holds, but for the key `run`."""
        return self._report()

    def _report(self) -> "Report":
        from . import profiles
        from .findings._run import Options
        from .report.build import build

        return build(self, Options(profiles.load(self.profile), self.profile, self.latency_s))

    @property
    def verdict(self) -> dict[str, Any]:
        """Side, cause, confidence (0 to 1), cost in seconds, and a summary in one sentence."""
        verdict: dict[str, Any] = self.report.data["verdict"]
        return verdict

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was found, in order of rank, as in the JSON report."""
        findings: list[dict[str, Any]] = self.report.data["findings"]
        return findings

    def table(self, name: str) -> "DuckDBPyRelation":
        """A table as a relation of DuckDB: `.df()` for pandas, `.pl()` for polars, and an Arrow stream itself."""
        return self.connection.table(name)

    def json(self) -> str:
        """The JSON report."""
        from .render import json

        return json.document(self.report)

    def html(self, language: str = i18n.ENGLISH) -> str:
        """The report as one self-contained page, in one of `i18n.LANGUAGES`."""
        from .render import html
        from .report.page import build

        with i18n.speaking(language):
            return html.document(build(self.report if language == i18n.ENGLISH else self._report(), self))

    def __repr__(self) -> str:
        return f"<Analysis of {' + '.join(self.sources)}: {self.verdict['summary']}>"

    def _repr_html_(self) -> str:
        """The page, in a frame of its own."""
        import html as escaping

        return _FRAME.format(page=escaping.escape(self.html(), quote=True))


def analyze(
    *sources: base.Source,
    memory_bytes: int = MEMORY_BYTES,
    on_demand: Sequence[str] = (),
    filter: str | None = None,  # noqa: A002 - the word of the command line
    since: str | None = None,
    until: str | None = None,
    profile: str = "wan",
    latency_s: float | None = None,
    progress: "ProgressCallback | None" = None,
) -> Analysis:
    """Reads a capture (`-` is standard input); several are merged into one in time order.

    Tables that have a row for every packet are filled only when `on_demand` names them. `filter`, in the words of tcpdump,
    and the times `since` and `until` (`+90s`, `2026-01-31T08:00:00Z`) leave out the other frames. `profile` and `latency_s`
    say what counts as slow.

    Raises:
        UnreadableCaptureError: nothing could be read.
        SettingError: a filter, a time or a profile cannot be used.

    """
    moments = [None if text is None else parse_moment(text) for text in (since, until)]
    analysis = Analysis.read(
        *sources,
        memory_bytes=memory_bytes,
        on_demand=on_demand,
        selection=Selection(filter, *moments),
        progress=progress,
    )
    analysis.profile, analysis.latency_s = profile, latency_s
    return analysis
