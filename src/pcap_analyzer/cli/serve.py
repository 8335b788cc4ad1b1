"""`pcap-analyzer serve`: the web service."""

import click


@click.command(short_help="Start the web service.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen at; 0: a free one."
)
def serve(host: str, port: int) -> None:
    """Starts the web service with what is built in: SQLite, files, worker processes.

    All else is set by the environment: DATA_DIR, WORKERS, ACCESS, …; docs/reference/settings.md lists everything.
    """
    from pcap_analyzer.web.server import serve as run
    from pcap_analyzer.web.settings import load

    run(load(), host, port, click.echo)
