"""Load on the web service: users who upload a capture, wait for its report, and read it.

    locust -f scripts/locustfile.py --headless -u 10 -r 2 -t 5m --host http://127.0.0.1:8000

PCAP_FILE names the capture (by default one of tests/captures), MAX_WAIT_TIME how many seconds a user waits for a report (60).
A 503 or 429 with Retry-After is an honest answer: the user comes back after that time, and it is counted apart. At the end
the figures are printed with PASS or FAIL, written to the file that OUTPUT names, and the exit code is 0 or 1. Where the service
wants a login, AUTHORIZATION is the header with a token that may write. Locust is not part of the locked environment:
`python -m venv .cache/locust && .cache/locust/bin/pip install locust`.
"""

import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

from locust import HttpUser, between, events, task

CAPTURE = Path(os.environ.get("PCAP_FILE", Path(__file__).parents[1] / "tests" / "captures" / "server_think.pcap"))
MAX_WAIT_S = float(os.environ.get("MAX_WAIT_TIME", "60"))
FINAL = ("completed", "failed", "expired", "timeout", "cancelled")

content = CAPTURE.read_bytes()
turned_away = 0
lost: list[str] = []
totals_s: list[float] = []


class Analyst(HttpUser):  # type: ignore[misc] # locust is not in the locked environment
    """Uploads, follows, reads."""

    wait_time = between(0.5, 2)

    def on_start(self) -> None:
        if authorization := os.environ.get("AUTHORIZATION"):
            self.client.headers["Authorization"] = authorization

    @task  # type: ignore[untyped-decorator]
    def analyse(self) -> None:
        started = time.monotonic()
        task_id = self.upload()
        if task_id is None:
            return
        while (status := self.client.get(f"/status/{task_id}", name="/status").json()["status"]) not in FINAL:
            if time.monotonic() - started > MAX_WAIT_S:
                lost.append(f"{task_id}: still {status} after {MAX_WAIT_S:.0f} s")
                return
            time.sleep(0.2)
        if status != "completed":
            lost.append(f"{task_id}: {status}")
            return
        totals_s.append(time.monotonic() - started)
        self.client.get(f"/report/{task_id}?format=json", name="/report?format=json")
        self.client.get("/history", name="/history")

    def upload(self) -> str | None:
        """The id of the task; None when the service is busy, after the time that it asked for."""
        global turned_away
        files = {"file": (CAPTURE.name, content)}
        with self.client.post("/upload", files=files, name="/upload", catch_response=True) as answer:
            if answer.status_code in (429, 503) and "Retry-After" in answer.headers:
                answer.success()
                turned_away += 1
                time.sleep(min(float(answer.headers["Retry-After"]), 5))
                return None
            return str(answer.json()["task_id"]) if answer.status_code == 202 else None


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def judge(environment: Any, **_: object) -> None:
    """Figures, and whether they will do."""
    ordered = sorted(totals_s)
    figures = {
        "reports": len(totals_s),
        "turned_away": turned_away,
        "lost": len(lost),
        "failures": environment.stats.total.num_failures,
        "mean_s": statistics.mean(totals_s) if totals_s else 0.0,
        "p95_s": ordered[int(len(ordered) * 0.95)] if ordered else 0.0,
    }
    for name, value in figures.items():
        print(f"{name:36} {value:12.3f}")
    for line in lost[:10]:
        print("lost:", line)
    checks = {
        "no failure but honest 503 and 429": bool(totals_s) and not figures["failures"],
        "nothing lost": not lost,
        "upload to verdict: mean below 60 s, p95 below 120 s": figures["mean_s"] < 60 and figures["p95_s"] < 120,
    }
    for sentence, holds in checks.items():
        print("PASS" if holds else "FAIL", sentence)
    if output := os.environ.get("OUTPUT"):
        Path(output).write_text(json.dumps({"figures": figures, "checks": checks}, indent=2) + "\n")
    environment.process_exit_code = 0 if all(checks.values()) else 1
