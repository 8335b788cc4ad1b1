"""Where things are kept: records in a database, files in a store."""
