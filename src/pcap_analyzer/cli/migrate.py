"""`pcap-analyzer migrate`: the newest schema for the database of the web service."""

import click


@click.command(short_help="Bring the database of the web service up to date.")
def migrate() -> None:
    """Brings the database that DATABASE_URL or DATA_DIR name to the newest schema. Every start of the service does the same."""
    from pcap_analyzer.web.settings import load
    from pcap_analyzer.web.storage.records.database import bring_up_to_date

    bring_up_to_date(load().database)
