"""Threshold profiles: what is slow depends on the network. A TOML file has a table for each finding it changes.

```toml
[server_think]
slow_answer_ms = 50

[service."tcp/5432"]
response_ms = 50
```

What a service must keep to is a threshold of the finding `service_objective`; `objectives` says how services are named.
"""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pcap_analyzer.errors import SettingError, describe_os_error
from pcap_analyzer.findings._run import modules
from pcap_analyzer.findings._thresholds import declared
from pcap_analyzer.i18n import say, told
from pcap_analyzer.text import nearest

from .objectives import OBJECTIVE, SECTION, is_amount, read_objectives

DEFAULT: Final = "wan"
NAMES: Final = ("lan", "wan", "satellite", "mobile", "datacenter")

Profile = dict[str, dict[str, float]]


def load(name: str) -> Profile:
    """The profile of that name, or the one in that file.

    Raises:
        SettingError: it does not exist, or says something that cannot be used.

    """
    if name in NAMES:
        return checked(tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8")), name)
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        raise SettingError(
            say("no profile {name}: there are {names}, or name a TOML file", name=name, names=", ".join(NAMES))
        )
    try:
        return checked(tomllib.loads(path.read_text("utf-8")), name)
    except OSError as error:
        raise SettingError(describe_os_error(error, name)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(say("{name}: not TOML: {reason}", name=name, reason=str(error))) from error


def checked(content: dict[str, Any], name: str) -> Profile:
    """The content of a profile, once every finding and threshold in it is known and a number."""
    objectives = read_objectives(content.pop(SECTION, {}), name)
    for finding, values in content.items():
        if finding not in modules():
            hint = _hint(finding, list(modules()))
            raise SettingError(say("{name}: no finding {finding}{hint}", name=name, finding=finding, hint=hint))
        if not isinstance(values, dict):
            raise SettingError(say("{name}: {finding} must be a table: [{finding}]", name=name, finding=finding))
        known = declared(modules()[finding].find)
        for threshold, value in values.items():
            if threshold not in known:
                hint = _hint(threshold, list(known))
                raise SettingError(
                    say(
                        "{name}: {finding} has no threshold {threshold}{hint}",
                        name=name,
                        finding=finding,
                        threshold=threshold,
                        hint=hint,
                    )
                )
            if not is_amount(value):
                unit = known[threshold][0].unit
                raise SettingError(
                    say(
                        "{name}: {threshold} must be a number from 0 up, in {unit}, not {value}",
                        name=name,
                        threshold=f"{finding}.{threshold}",
                        unit=told(unit),
                        value=repr(value),
                    )
                )
    profile = {finding: {key: float(value) for key, value in values.items()} for finding, values in content.items()}
    if objectives:
        profile[OBJECTIVE] = profile.get(OBJECTIVE, {}) | objectives
    return profile


def _hint(name: str, names: list[str]) -> str:
    near = nearest(name, names)
    if near:
        return say("; did you mean {name}?", name=near[0])
    return say("; there are {names}", names=", ".join(sorted(names)) or say("none"))
