"""DuckDB itself. Only what runs SQL imports this: to load it takes longer than to read a small capture."""

# The package around this module loads half of Python's library for its own version and for names of PEP 249, which takes
# as long again as the database.
import _duckdb as duckdb

__all__ = ["duckdb"]
