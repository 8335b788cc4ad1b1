"""What services must keep to: the section `service` of a profile.

A service is named by its port (`tcp/5432`, `udp/53`), by the address of its server with or without the port (`192.0.2.7`,
`192.0.2.7:5432`, `[2001:db8::7]:5432`), by the name that clients ask for (`shop.example.com`), or by its protocol where the bytes
tell (`postgresql`).
"""

import re
from ipaddress import ip_address
from typing import Any, Final

from pcap_analyzer.errors import SettingError
from pcap_analyzer.i18n import say
from pcap_analyzer.text import nearest

SECTION: Final = "service"
# The finding that judges by them, and what its thresholds are called: the service, then what is asked of it.
OBJECTIVE: Final = "service_objective"
_KEY: Final = "response_ms"

_PORT: Final = re.compile(r"(tcp|udp)/(\d{1,5})")
_ENDPOINT: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})")
_NAME: Final = re.compile(r"(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


def is_amount(value: object) -> bool:
    """Whether a value of a profile is a number from 0 up."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def read_objectives(section: object, name: str) -> dict[str, float]:
    """The longest response of each service in milliseconds, as thresholds of the finding; `name` is that of the profile.

    Raises:
        SettingError: a service cannot be one, or its objective is no time.

    """
    if not isinstance(section, dict):
        raise SettingError(
            say(
                '{name}: {section} must hold a table for each service: [{section}."tcp/5432"]',
                name=name,
                section=SECTION,
            )
        )
    return {
        f"{_service(service, name)}.{_KEY}": _response(service, values, name) for service, values in section.items()
    }


def _service(text: str, name: str) -> str:
    """A service as it is looked for."""
    service = text.lower()
    if port := _PORT.fullmatch(service):
        return f"{port[1]}/{_port(port[2], text, name)}"
    if endpoint := _ENDPOINT.fullmatch(service):
        address = _address(endpoint[1] or endpoint[2])
        if address and ("." not in address) == bool(endpoint[1]):
            return f"{f'[{address}]' if endpoint[1] else address}:{_port(endpoint[3], text, name)}"
    elif address := _address(service):
        return address
    elif _NAME.fullmatch(service):
        return service
    raise SettingError(
        say(
            "{name}: no service {service}: name it by its port as tcp/5432, its address, its host name, or its protocol",
            name=name,
            service=repr(text),
        )
    )


def _port(digits: str, text: str, name: str) -> int:
    if not 1 <= int(digits) <= 65535:
        raise SettingError(
            say("{name}: no service {service}: ports are from 1 to 65535", name=name, service=repr(text))
        )
    return int(digits)


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _response(service: str, values: Any, name: str) -> float:
    place = f"{SECTION}.{service}"
    if not isinstance(values, dict):
        raise SettingError(
            say(
                '{name}: {place} must be a table: [{section}."{service}"]',
                name=name,
                place=place,
                section=SECTION,
                service=service,
            )
        )
    for key in values:
        if key != _KEY:
            hint = say("; did you mean {name}?" if nearest(key, [_KEY]) else "; there is {name}", name=_KEY)
            raise SettingError(say("{name}: a service has no objective {key}{hint}", name=name, key=key, hint=hint))
    value = values.get(_KEY)
    if value is None:
        raise SettingError(say("{name}: {place} sets no objective; there is {key}", name=name, place=place, key=_KEY))
    if not is_amount(value) or not value:
        raise SettingError(
            say(
                "{name}: {place} must be a number above 0, in ms, not {value}",
                name=name,
                place=f"{place}.{_KEY}",
                value=repr(value),
            )
        )
    return float(value)
