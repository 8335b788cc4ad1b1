"""The sections of a report, one file each: what is read for it, and how it is told.

`read` gives plain data, which stands in the JSON report as it is. `show` tells the same data to people; every sentence
that they see is there.
"""
