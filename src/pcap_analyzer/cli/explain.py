"""`pcap-analyzer explain [FINDING]`: what a finding means and what to do about it."""

import click

from pcap_analyzer.errors import QueryError
from pcap_analyzer.i18n import say
from pcap_analyzer.text import nearest


def _names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from pcap_analyzer.findings._run import modules

    return [name for name in sorted(modules()) if name.startswith(incomplete)]


@click.command(short_help="What a finding means, and what to check next.")
@click.argument("finding", required=False, metavar="[FINDING]", shell_complete=_names)
def explain(finding: str | None) -> int:
    """Lists all findings; with FINDING says what it finds, why it matters, what to check next, and its thresholds.

    FINDING is the name of a finding, with or without the number a report gives it, or a cause.
    """
    from pcap_analyzer.render import explanations
    from pcap_analyzer.render.terminal import console

    if finding is None:
        explanations.show_all(console())
        return 0
    names = explanations.named(finding.partition("-")[0])
    if not names:
        near = nearest(finding, explanations.all_names())
        raise QueryError(
            say("no finding {finding}; did you mean {name}?", finding=finding, name=near[0])
            if near
            else say("no finding {finding}; pcap-analyzer explain lists them", finding=finding)
        )
    for name in names:
        explanations.show_one(name, console())
    return 0
