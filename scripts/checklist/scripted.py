"""Lines that other programs measure: the scripts beside, the core's benchmark, load by Locust, the image."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lines import Line, at_least, at_most, holds, not_checked
from measuring import COMMAND, ROOT, lengthened, measure

SCRIPTS = ROOT / "scripts"
BENCH_CORE = ROOT / "target" / "release" / "examples" / "bench_core"
CACHE = ROOT / ".cache"
LARGE_MB = 500


def script(name: str, *arguments: str | Path, folder: Path) -> dict[str, Any]:
    """Figures and checks of a script; it may end with 1, which its checks say too."""
    output = folder / f"{name}.json"
    command = [sys.executable, SCRIPTS / name, *arguments, "--output", output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not output.exists():
        raise SystemExit(f"FAIL {name}: exit {done.returncode}\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    found: dict[str, Any] = json.loads(output.read_text())
    return found


def command_line(capture: Path, folder: Path) -> Iterator[Line]:
    command = [*COMMAND, "analyze", capture, "--out", folder / "reports"]
    runs = [measure([str(part) for part in command]) for _ in range(5)]
    wall_s, cpu_s = (
        statistics.median(values) for values in zip(*((run.wall_s, run.cpu_s) for run in runs), strict=True)
    )
    what, note = "command line, whole run with both reports", f"median of 5; {cpu_s:.2f} s of CPU"
    yield at_most("performance", what, wall_s, "s", floor=55, goal=0.6, note=note)


def core(capture: Path, packets: int, folder: Path) -> Iterator[Line]:
    names = {
        "rate": "core, all trackers, one core",
        "tshark": "core against `tshark -q -z expert`, per CPU second",
        "tcptrace": "core against `tcptrace -l -r -n`, per CPU second",
        "growth": f"core, time per packet at {LARGE_MB} MB against the capture",
    }
    if not BENCH_CORE.exists():
        why = "build it: cargo build --release --example bench_core"
        yield not_checked("performance", names["rate"], "≥ 2,500,000 packets/s", why)
        return
    cpu_s = statistics.median(measure([BENCH_CORE, capture]).cpu_s for _ in range(5))
    yield at_most("performance", "core, time for the capture", cpu_s, "s", floor=None, goal=0.06, note="median of 5")
    yield at_least("performance", names["rate"], packets / cpu_s, "packets/s", floor=None, goal=2_500_000)
    peers = {
        "tshark": (["tshark", "-n", "-q", "-z", "expert", "-r"], 20.0),
        "tcptrace": (["tcptrace", "-n", "-l", "-r"], 1.0),
    }
    for peer, (command, times) in peers.items():
        if shutil.which(peer):
            peer_s = statistics.median(measure([*command, capture]).cpu_s for _ in range(3))
            yield at_least("performance", names[peer], peer_s / cpu_s, "×", floor=None, goal=times)
        else:
            yield not_checked("performance", names[peer], f"≥ {times:g} ×", f"{peer} is not installed")
    large = lengthened(capture, LARGE_MB * 1_000_000, folder / "large.pcap")
    large_s = statistics.median(measure([BENCH_CORE, large]).cpu_s for _ in range(3))
    per_byte = (large_s / large.stat().st_size) / (cpu_s / capture.stat().st_size)
    large.unlink()
    yield at_most("performance", names["growth"], 100 * (per_byte - 1), "% more", floor=None, goal=25)
    yield not_checked(
        "performance", "growth to 50 million packets", "linear", "takes long; `make bench` writes it down"
    )


def memory(capture: Path, folder: Path, large_mb: int) -> Iterator[Line]:
    found = script("benchmark_memory.py", capture, "--large-mb", str(large_mb), folder=folder)["figures"]
    yield at_most("performance", "peak memory, the capture", found["peak_mb"], "MB", floor=600, goal=150)
    if large_mb:
        what = f"peak memory, {large_mb} MB of such traffic"
        yield at_most("performance", what, found["large_peak_mb"], "MB", floor=4000, goal=250)
    why = "`make test-rust` measures it: tcp_memory"
    yield not_checked("performance", "memory of an open connection", "≤ 8 kB", why)


def web(capture: Path, folder: Path, sizes_mb: list[int]) -> Iterator[Line]:
    asked = [part for size in sizes_mb for part in ("--upload-mb", str(size))]
    found = script("benchmark_cli_vs_web.py", capture, *asked, folder=folder)["figures"]
    over = 100 * (found["web_s"] / found["cli_s"] - 1)
    group = "performance"
    yield at_most(group, "web over command line", over, "%", floor=10, goal=0)
    ready_s = found["verdict_after_last_byte_s"]
    yield at_most(group, "verdict after the last byte, at 200 MB/s", ready_s, "s", floor=None, goal=0.2)
    yield at_most(group, "event to client, p95", found["event_delay_p95_s"], "s", floor=0.5, goal=0.1)
    yield at_most(group, "`/health` under load, p95", found["health_p95_s"], "s", floor=None, goal=0.05)
    yield at_most(group, "page of the report", found["page_kb"], "kB", floor=1000, goal=500)
    gzip_kb = found["page_gzip_kb"]
    yield at_most(group, "page of the report by gzip", gzip_kb, "kB", floor=None, goal=found["page_kb"])
    yield at_most(group, "download of the page", found["page_s"], "s", floor=1, goal=1)
    for size in sizes_mb:
        floor = {10: 1.0, 100: 5.0, 500: 20.0}.get(size)
        enough = min(400.0, 0.8 * found[f"{size}_mb_cp_mb_per_s"])
        note = f"the lesser of 400 MB/s and 80 % of cp; {found[f'{size}_mb_upload_s']:.2f} s, floor {floor:g} s"
        rate = found[f"{size}_mb_upload_mb_per_s"]
        yield at_least(group, f"upload of {size} MB", rate, "MB/s", floor=size / (floor or 1), goal=enough, note=note)


def load(folder: Path, capture: Path, users: int, seconds: int) -> Iterator[Line]:
    """Users who upload, wait and read, by Locust."""
    what, goal = f"load: {users} users, {seconds} s", "none lost, none failed, mean < 60 s, p95 < 120 s"
    locust = CACHE / "locust" / "bin" / "locust"
    if not locust.exists():
        why = "install it: python3 -m venv .cache/locust && .cache/locust/bin/pip install locust"
        yield not_checked("performance", what, goal, why, floor="failures < 10 %")
        return
    output = folder / "locust.json"
    environment = os.environ | {"DATA_DIR": str(folder / "load"), "MAX_WAIT_TIME": "120"}
    serve = [*COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        url = service.stdout.readline().split()[-1]
        before_mb = resident_mb_of(service.pid)
        swarm: list[str | Path] = [
            locust,
            "-f",
            SCRIPTS / "locustfile.py",
            "--headless",
            "-u",
            str(users),
            "-r",
            "5",
            "-t",
            f"{seconds}s",
            "--host",
            url,
        ]
        asked = environment | {"OUTPUT": str(output), "PCAP_FILE": str(capture)}
        subprocess.run(swarm, env=asked, capture_output=True, check=False)
        grown_mb = resident_mb_of(service.pid) - before_mb
        service.terminate()
    found = json.loads(output.read_text())
    figures = found["figures"]
    measured = (
        f"{figures['reports']:.0f} reports, {figures['turned_away']:.0f} turned away, {figures['lost']:.0f} lost, "
        f"{figures['failures']:.0f} failed, mean {figures['mean_s']:.2f} s, p95 {figures['p95_s']:.2f} s"
    )
    yield holds("performance", what, goal, all(found["checks"].values()), measured)
    grows = f"memory of the service after {users} users"
    yield at_most("performance", grows, grown_mb, "MB more", floor=None, goal=64, note=f"after {seconds} s")


def stress(folder: Path, *, short: bool) -> Iterator[Line]:
    """Many at once: followers, tiny uploads, clients that say next to nothing."""
    fewer = ["--followers", "100", "--uploads", "200", "--slow", "20"] if short else []
    for sentence, is_so in script("stress_service.py", *fewer, folder=folder)["checks"].items():
        yield holds("scalability", sentence, "so", is_so)


def resident_mb_of(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1.024e-3 for line in status.splitlines() if line.startswith("VmRSS:"))


def _app_scale() -> Line:
    """What the image for several processes weighs."""
    result = CACHE / "image" / "size-app-scale.json"
    result.unlink(missing_ok=True)
    built = subprocess.run([SCRIPTS / "image.sh", "app-scale"], capture_output=True, text=True, check=False)
    if not result.exists():
        why = (built.stderr or built.stdout).strip().splitlines()[-1]
        return not_checked("image", "app-scale", "< 330 MB", why)
    figures = json.loads(result.read_text())["figures"]
    size_mb = figures.get("total_on_published_base_mb") or figures["total_mb"]
    return at_most("image", "app-scale", size_mb, "MB", floor=None, goal=330)


def image() -> Iterator[Line]:
    """The image, built and run, where something is there that can."""
    results = {kind: CACHE / "image" / f"{kind}-app.json" for kind in ("size", "smoke")}
    for result in results.values():
        result.unlink(missing_ok=True)
    first = subprocess.run([SCRIPTS / "image.sh"], capture_output=True, text=True, check=False)
    if not results["size"].exists():
        why = (first.stderr or first.stdout).strip().splitlines()[-1]
        yield not_checked("image", "sum of the uncompressed layers", "< 250 MB", why, floor="< 250 MB")
        yield not_checked("runtime", "the container", "read-only, uid 1000, upload to report", why)
        return
    figures = json.loads(results["size"].read_text())["figures"]
    on_official = figures.get("total_on_published_base_mb")
    note = "on the published size of the base; built on a stand-in" if on_official else ""
    size_mb = on_official or figures["total_mb"]
    yield at_most("image", "sum of the uncompressed layers", size_mb, "MB", floor=250, goal=250, note=note)
    yield at_most("image", "what is added to the base", figures["added_mb"], "MB", floor=None, goal=120)
    started = time.monotonic()
    subprocess.run([SCRIPTS / "image.sh"], env=os.environ | {"ONLY_BUILD": "1"}, capture_output=True, check=True)
    yield at_most("image", "cached rebuild", time.monotonic() - started, "s", floor=30, goal=30)
    why = "it would empty the cache; NO_CACHE=1 make image says how long it takes"
    yield not_checked("image", "first build", "< 5 min", why, floor="< 5 min")
    yield _app_scale()
    if not results["smoke"].exists():
        yield not_checked(
            "runtime", "the container", "read-only, uid 1000, upload to report", "buildah builds and does not run it"
        )
        return
    smoke = json.loads(results["smoke"].read_text())
    about_image = ("no compiled Python", "no compiler", "no cache of pip", "a bill of materials")
    for sentence, is_so in smoke["checks"].items():
        yield holds("image" if sentence in about_image else "runtime", f"container: {sentence}", "so", is_so)
    resident_mb = smoke["figures"]["resident_mb"]
    yield at_most("runtime", "container: memory after a report", resident_mb, "MB", floor=4000, goal=4000)
