"""A service that is spread over several processes, started for a test: PostgreSQL, Redis, an S3 store, web processes, workers.

Everything lies in a folder of its own and listens at free ports of loopback.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PATIENCE_S = int(os.environ.get("TEST_PATIENCE_S", "60"))
CHECKOUT = Path(__file__).parents[1]
BUCKET = "captures"
_REDIS_OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "yes")


def programs() -> dict[str, str | None]:
    """Where the programs are that this takes; None for those that are missing."""
    postgres = [shutil.which("postgres"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/postgres")))]
    moto = [shutil.which("moto_server"), *map(str, (CHECKOUT / ".cache/scale/venv/bin").glob("moto_server"))]
    return {
        "redis-server": shutil.which("redis-server"),
        "postgres": next(filter(None, reversed(postgres)), None),
        "moto_server": next(filter(None, moto), None),
    }


def missing() -> str:
    """What is missing, in a sentence; empty when nothing is."""
    names = [name for name, place in programs().items() if place is None]
    return f"{', '.join(names)} not found: scripts/setup-scale.sh installs what may be installed" if names else ""


def wait_until(what: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Returns once `what` is true."""
    deadline = time.monotonic() + patience_s
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(0.05)


class Engine:
    """A program that listens at a port."""

    def __init__(self, folder: Path, name: str, command: list[str], user: str | None = None) -> None:
        self._log = folder / f"{name}.log"
        self._command = command
        self._user = user
        self.port = int(command[command.index("-p") + 1] if "-p" in command else command[command.index("--port") + 1])
        self.start()

    def start(self) -> None:
        """Starts it; gives control back when it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                user=self._user,
                extra_groups=[] if self._user else None,
                cwd="/",
            )
        wait_until(self._listens)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Ends it."""
        self._process.send_signal(number)
        self._process.wait(PATIENCE_S)

    def restart(self) -> None:
        """Ends it and starts it again."""
        self.stop()
        self.start()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Process:
    """A part of the service: `serve` or `work`."""

    def __init__(self, folder: Path, environment: dict[str, str], *command: str) -> None:
        said = folder.parent / f"{folder.name}.err"
        with said.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pcap_analyzer", *command],
                env=environment | {"DATA_DIR": str(folder)},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        with self.process.stdout as out:
            line = out.readline()
        if not line:
            raise RuntimeError(said.read_text()[-2000:])
        self.url = line.split()[-1]

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE_S)


class Scaled:
    """The engines, and as many processes as are asked for."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        found = {name: str(place) for name, place in programs().items()}
        self.postgres = _postgres(folder, Path(found["postgres"]))
        self.redis = Engine(
            folder,
            "redis",
            [found["redis-server"], "--port", str(free_port()), "--dir", str(folder), *_REDIS_OPTIONS],
        )
        self.store = Engine(folder, "moto", [found["moto_server"], "-H", "127.0.0.1", "-p", str(free_port())])
        httpx.put(f"http://127.0.0.1:{self.store.port}/{BUCKET}").raise_for_status()
        self.settings: dict[str, str] = {
            "DATABASE_URL": f"postgresql://pcap@127.0.0.1:{self.postgres.port}/postgres",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "BLOB_URL": f"s3://{BUCKET}/service",
            "BLOB_ENDPOINT": f"http://127.0.0.1:{self.store.port}",
            "BLOB_ACCESS_KEY": "test",
            "BLOB_SECRET_KEY": "test",
            **{name.upper(): str(value) for name, value in settings.items()},
        }
        self._processes: list[Process] = []

    def web(self, **settings: object) -> Process:
        """One more web process."""
        return self._add("web", settings, "serve", "--port", "0")

    def worker(self, **settings: object) -> Process:
        """One more worker."""
        return self._add("worker", settings, "work")

    async def objects(self, prefix: str) -> list[str]:
        """The names in the bucket under a prefix of ours."""
        async with httpx.AsyncClient() as client:
            query = {"list-type": "2", "prefix": f"service/{prefix}"}
            listed = await client.get(f"http://127.0.0.1:{self.store.port}/{BUCKET}", params=query)
        return re.findall(r"<Key>(.*?)</Key>", listed.text)

    def stop(self) -> None:
        """Ends all of it."""
        for process in self._processes:
            process.end(signal.SIGKILL)
        for engine in (self.store, self.redis, self.postgres):
            engine.stop(signal.SIGQUIT if engine is self.postgres else signal.SIGKILL)

    def _add(self, kind: str, settings: dict[str, object], *command: str) -> Process:
        folder = self.folder / f"{kind}-{len(self._processes)}"
        own = {name.upper(): str(value) for name, value in settings.items()}
        self._processes.append(Process(folder, os.environ | self.settings | own, *command))
        return self._processes[-1]


@contextmanager
def scaled(**settings: object) -> Iterator[Scaled]:
    """A whole installation that is gone after it."""
    folder = Path(tempfile.mkdtemp(prefix="pcap-scale-"))
    # PostgreSQL runs as another user, who must get through.
    folder.chmod(0o755)
    try:
        service = Scaled(folder, **settings)
        try:
            yield service
        finally:
            service.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgres(folder: Path, program: Path) -> Engine:
    """A new database cluster. The program refuses to run as root."""
    user = _ordinary_user() if os.getuid() == 0 else None
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    subprocess.run(
        [program.with_name("initdb"), "-D", data, "-U", "pcap", "-A", "trust", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        extra_groups=[] if user else None,
        cwd="/",
    )
    port = str(free_port())
    engine = Engine(folder, "postgres", [str(program), "-D", str(data), "-p", port, "-k", str(data)], user)
    ready = [str(program.with_name("pg_isready")), "-q", "-h", "127.0.0.1", "-p", port]
    wait_until(lambda: subprocess.run(ready, check=False).returncode == 0)
    return engine


def _ordinary_user() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL needs a user who is not root")
