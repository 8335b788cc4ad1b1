"""The first administrator, made where the data of the service lie: whoever can write there has every right already."""

import os
import socket
from pathlib import Path

from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.records.database import connect, migrate
from pcap_analyzer.web.storage.records.users import Users

from .audit import Audit
from .keys import Passwords


async def set_administrator(settings: Settings, name: str, password: str) -> bool:
    """Makes `name` an administrator with this password; true when there was no such user.

    Raises:
        SettingError: the password is too short.

    """
    password_hash = Passwords().hash(password)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = connect(settings.database)
    try:
        await migrate(engine)
        users = Users(engine)
        user = await users.by_name(name)
        if user is None:
            await users.add(name, "admin", password_hash=password_hash)
        else:
            await users.change(user.id, role="admin", password_hash=password_hash, disabled=False)
        await Audit(engine).note("set_administrator", None, None, name)
    finally:
        await engine.dispose()
    return user is None


def how_to_make_one() -> str:
    """The command that makes an administrator of this service, from outside when it runs in a container."""
    command = "pcap-analyzer admin NAME"
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return f"kubectl exec -it {socket.gethostname()} -- {command}"
    for engine, mark in (("docker", "/.dockerenv"), ("podman", "/run/.containerenv")):
        if Path(mark).exists():
            return f"{engine} exec -it {socket.gethostname()} {command}"
    return command
