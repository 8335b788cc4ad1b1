"""Sections that only a page has, each from the data of a report and from the second pass."""
