"""Lines that the tests of the service prove: each names those that must have passed."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from lines import Line, holds, not_checked
from measuring import ROOT

# fmt: off
PROMISES = (
    ("performance", "queue", "5 wait, 2 run, the next gets 503", ("test_one_more_than_may_wait_is_told_to_come_back",)),
    ("performance", "a restart loses no job", "none lost", ("test_a_killed_service_resumes_what_waited_and_what_ran",)),
    ("performance", "time-out of an analysis", "`timeout`, worker ended", ("test_an_analysis_that_takes_too_long_is_ended",)),
    ("performance", "many uploads at once", "each one true state", ("test_many_uploads_at_once_end_in_one_of_two_ways",)),
    ("performance", "the report is that of the command line", "same bytes", ("test_the_report_is_that_of_the_command_line",)),
    ("performance", "events to the end, `Last-Event-ID`", "honoured", ("test_news_are_told_to_the_end",)),
    ("runtime", "analysis starts while bytes arrive", "so", ("test_analysis_starts_while_bytes_arrive",)),
    ("runtime", "a killed worker fails its own job alone", "so", ("test_a_killed_worker_fails_its_job_alone",)),
    ("runtime", "a killed worker is replaced", "so", ("test_a_worker_killed_at_rest_is_replaced",)),
    ("runtime", "no room on the disk", "503, nothing left", ("test_a_full_disk_refuses_and_leaves_nothing", "test_a_disk_without_room_takes_nothing")),
    ("runtime", "no memory left", "503", ("test_a_machine_without_memory_takes_nothing",)),
    ("runtime", "settings come from the environment", "so", ("test_the_environment_sets_them", "test_wrong_values_are_refused_in_one_line")),
    ("security", "without a login nothing is told", "401", ("test_without_a_login_nothing_is_told",)),
    ("security", "everybody sees what is theirs", "404 else", ("test_everybody_sees_what_is_theirs",)),
    ("security", "failed logins are slowed down", "429", ("test_a_wrong_login_tells_nothing_and_is_slowed_down",)),
    ("security", "sessions: new key, safe cookie, other sites, logout", "so", ("test_a_session_has_a_new_key_and_a_safe_cookie", "test_other_sites_change_nothing", "test_logout_ends_the_session")),
    ("security", "tokens do what they are for", "so", ("test_tokens_do_what_they_are_for",)),
    ("security", "nobody is let in by accident", "no start", ("test_nobody_is_let_in_by_accident",)),
    ("security", "workers: no network, no programs", "so", ("test_workers_have_no_network_and_start_no_programs",)),
    ("security", "bombs end small", "so", ("test_bombs_end_small",)),
    ("security", "hostile names stay names", "so", ("test_hostile_names_stay_names",)),
    ("security", "headers have an end", "so", ("test_headers_have_an_end",)),
    ("security", "random requests to every endpoint", "no 500", ("test_nothing_is_a_server_error",)),
    ("security", "secrets are not shown", "so", ("test_secrets_are_not_shown",)),
    ("observability", "metrics and health tell what happened", "so", ("test_metrics_and_health_tell_what_happened",)),
    ("observability", "logs: ids, no payload", "so", ("test_the_log_has_ids_and_no_payload",)),
    ("observability", "machines ask by address", "200", ("test_machines_ask_by_address",)),
    ("observability", "rules and dashboard ask for what is told", "all", ("test_rules_and_dashboard_ask_for_what_is_told",)),
    ("observability", "every alert has an answer in the documents", "16 alerts", ("test_every_alert_has_an_answer",)),
    ("scalability", "many follow one task", "all hear the end", ("test_many_follow_the_same_task",)),
    ("scalability", "uploads in parts, resumed after a restart", "so", ("test_it_resumes_where_it_stands_also_after_a_restart",)),
    ("scalability", "a slow upload holds up nobody", "so", ("test_a_slow_upload_gives_its_worker_back", "test_a_paused_upload_holds_up_nobody")),
    ("scalability", "the chart for Kubernetes renders and is valid", "so", ("test_what_is_rendered_is_valid",)),
    ("clean-up", "reports live as long as told", "so", ("test_reports_live_as_long_as_told",)),
    ("clean-up", "a client that goes leaves no file", "so", ("test_a_client_that_goes_leaves_a_failed_task_and_no_file",)),
    ("clean-up", "a deleted report is gone", "404", ("test_a_deleted_report_is_gone_and_said_to_be",)),
)
# fmt: on


def all_lines(folder: Path) -> Iterator[Line]:
    results = outcomes(folder / "junit.xml")
    for group, what, goal, names in PROMISES:
        found = [outcome for name in names for outcome in results.get(name, ["missing"])]
        note = "test: " + ", ".join(names)
        if any(outcome in ("skipped", "missing") for outcome in found):
            yield not_checked(
                group, what, goal, f"{found.count('skipped')} skipped, {found.count('missing')} missing; {note}"
            )
        else:
            yield holds(group, what, goal, all(outcome == "passed" for outcome in found), note=note)


def outcomes(file: Path) -> dict[str, list[str]]:
    """What became of each test, by its name; one with parameters ran several times."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/web", "tests/deploy", f"--junitxml={file}"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    found: dict[str, list[str]] = {}
    for case in ET.parse(file).iter("testcase"):
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        found.setdefault(case.get("name", "").partition("[")[0], []).append(outcome)
    return found
