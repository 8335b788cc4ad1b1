"""What services must keep to: the section `service` of a profile.

A service is named by its port (`tcp/5432`, `udp/53`), by the address of its server with or without the port (`192.0.2.7`,
`192.0.2.7:5432`, `[2001:db8::7]:5432`), by the name that clients ask for (`shop.example.com`), or by its protocol where the bytes
tell (`postgresql`).
"""

import re
from ipaddress import ip_address
from typing import Any, Final

from pcap_analyzer.errors import SettingError
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
        raise SettingError(f'{name}: {SECTION} must hold a table for each service: [{SECTION}."tcp/5432"]')
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
        f"{name}: no service {text!r}: name it by its port as tcp/5432, its address, its host name, or its protocol"
    )


def _port(digits: str, text: str, name: str) -> int:
    if not 1 <= int(digits) <= 65535:
        raise SettingError(f"{name}: no service {text!r}: ports are from 1 to 65535")
    return int(digits)


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _response(service: str, values: Any, name: str) -> float:
    if not isinstance(values, dict):
        raise SettingError(f'{name}: {SECTION}.{service} must be a table: [{SECTION}."{service}"]')
    for key in values:
        if key != _KEY:
            hint = f"did you mean {_KEY}?" if nearest(key, [_KEY]) else f"there is {_KEY}"
            raise SettingError(f"{name}: a service has no objective {key}; {hint}")
    value = values.get(_KEY)
    if value is None:
        raise SettingError(f"{name}: {SECTION}.{service} sets no objective; there is {_KEY}")
    if not is_amount(value) or not value:
        raise SettingError(f"{name}: {SECTION}.{service}.{_KEY} must be a number above 0, in ms, not {value!r}")
    return float(value)
