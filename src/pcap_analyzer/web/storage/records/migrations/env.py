"""Alembic asks this module how to reach the database: by the connection that the service hands over."""

from alembic import context

from pcap_analyzer.web.storage.records.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
