"""ANALYSIS → REPORT: what is shown, with no word about how it looks."""
