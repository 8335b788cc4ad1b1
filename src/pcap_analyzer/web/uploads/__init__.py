"""Captures on their way in: what is admitted, how bytes are taken out of a request and onto the disk."""
