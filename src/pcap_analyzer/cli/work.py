"""`pcap-analyzer work`: a worker of a web service that is spread over several processes."""

import click


@click.command(short_help="Start a worker of a web service with REDIS_URL.")
def work() -> None:
    """Starts a worker: WORKERS analyses at once for web processes that share DATABASE_URL, BLOB_URL and REDIS_URL with it.

    The service needs no such worker unless REDIS_URL is set; docs/operations.md says when that is worth it.
    """
    from pcap_analyzer.errors import SettingError
    from pcap_analyzer.web.settings import load

    settings = load()
    if not settings.is_shared:
        raise SettingError("a worker needs REDIS_URL, and DATABASE_URL and BLOB_URL that it shares with web processes")
    from pcap_analyzer.web.scale.work import work as run

    run(settings, click.echo)
