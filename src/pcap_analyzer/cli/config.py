"""What a user has chosen for every run: a TOML file whose tables are commands and whose keys are their options.

```toml
lang = "fr"

[analyze]
profile = "lan"
memory = "1G"
```

The command line comes before the environment (`PCAP_ANALYZER_ANALYZE_PROFILE`), and that before the file.
"""

import os
import sys
from pathlib import Path
from typing import Any

import click

from pcap_analyzer.errors import SettingError, describe_os_error
from pcap_analyzer.i18n import LANGUAGES, say
from pcap_analyzer.text import nearest

PREFIX = "PCAP_ANALYZER"
# Names another file; empty for none.
VARIABLE = "PCAP_ANALYZER_CONFIG"

Defaults = dict[str, Any]


def path() -> Path | None:
    """The file, where it is said to be or where this platform keeps settings of a user's programs."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    return _folder() / "pcap-analyzer" / "config.toml"


def _folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def name_variables(program: click.Group) -> None:
    """Lets the environment set each option under the name that it has on the command line."""
    for command in program.commands.values():
        for parameter in command.params:
            if parameter.name not in ("lang", "help") and (option := _long(parameter)):
                parameter.envvar = f"{PREFIX}_{command.name}_{option}".upper().replace("-", "_")


def _long(parameter: click.Parameter) -> str:
    """The option's long name without dashes; empty where it is no option."""
    return next((each.lstrip("-") for each in parameter.opts if each.startswith("--")), "")


def load(program: click.Group) -> Defaults:
    """What the file sets, by command and option, once all of it is known.

    Raises:
        SettingError: it is no TOML, or names what there is not.

    """
    file = path()
    if file is None or not (os.environ.get(VARIABLE) or file.is_file()):
        return {}
    import tomllib

    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingError(describe_os_error(error, str(file))) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(say("{name}: not TOML: {reason}", name=file, reason=str(error))) from error
    return {name: _checked(file, program, name, value) for name, value in content.items()}


def _checked(file: Path, program: click.Group, name: str, value: Any) -> Any:
    """A language, or the settings of a command by the names that click knows them under."""
    if name == "lang":
        if value not in LANGUAGES:
            raise SettingError(say("{name}: lang must be one of {names}", name=file, names=", ".join(LANGUAGES)))
        return value
    command = program.commands.get(name)
    if command is None:
        raise SettingError(
            say("{name}: no command {text}{hint}", name=file, text=name, hint=_hint(name, [*program.commands]))
        )
    if not isinstance(value, dict):
        raise SettingError(say("{name}: {text} must be a table: [{text}]", name=file, text=name))
    options = _options(command)
    return {_known(file, name, key, options): setting for key, setting in value.items()}


def _options(command: click.Command) -> dict[str, str]:
    """The options that can be set, by their long names without dashes."""
    return {
        option: str(parameter.name)
        for parameter in command.params
        if parameter.name not in ("lang", "help") and (option := _long(parameter))
    }


def _known(file: Path, command: str, key: str, options: dict[str, str]) -> str:
    found = options.get(key.replace("_", "-"))
    if found is None:
        hint = _hint(key, [*options])
        raise SettingError(
            say("{name}: [{command}] has no option {text}{hint}", name=file, command=command, text=key, hint=hint)
        )
    return found


def _hint(name: str, names: list[str]) -> str:
    near = nearest(name, names)
    return say("; did you mean {name}?", name=near[0]) if near else say("; there are {names}", names=", ".join(names))
