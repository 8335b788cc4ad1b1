"""TABLES → FINDINGS: one file each, found by their names; what begins with `_` holds them together."""
