"""The page that lists every setting: made from the settings themselves, so that it cannot be wrong."""

from .settings import Settings

_HEAD = """# Settings of the service

Made by `make golden` from `src/pcap_analyzer/web/settings.py`. The environment sets them; a value that cannot be used
ends the start in one line.

| variable | default | meaning |
|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    return _HEAD + "".join(
        f"| `{name.upper()}` | {'' if field.default_factory else _default(field.default)} | {(field.description or '').replace('|', chr(92) + '|')} |\n"
        for name, field in Settings.model_fields.items()
    )


def _default(value: object) -> str:
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
