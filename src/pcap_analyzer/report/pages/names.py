"""Names of places on a page."""


def target(stream: int) -> str:
    """Where the details of a TCP connection stand."""
    return f"stream-{stream}"
