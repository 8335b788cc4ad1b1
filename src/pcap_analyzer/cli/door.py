"""The one door out of the program: every end of a run becomes an exit code and at most one line.

| code | meaning |
|---|---|
| 0 | analysed, also when the capture is cut or damaged further on |
| 1 | analysed, and a finding is as bad as `--fail-on` |
| 2 | wrong usage, or nothing readable |
| 130 | Ctrl-C |

A reader that closes the pipe ends the program as it ends others: by SIGPIPE, in silence. SIGTERM ends it by SIGTERM, once
what it put on the disk is gone.
"""

import atexit
import gc
import os
import signal
import sys
import traceback
from typing import NoReturn

import click
from click.core import ParameterSource

from pcap_analyzer import i18n
from pcap_analyzer.database import forbid_data_frames
from pcap_analyzer.errors import PcapAnalyzerError, describe_os_error
from pcap_analyzer.i18n import say

from . import config, language
from .group import PipeClosedError, group
from .session import Session
from .termination import clean_end

ANALYSED = 0
FAILED = 2
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the program and exits."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets another one, not an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    forbid_data_frames()
    gc.set_threshold(100_000, 50, 50)  # a run makes many objects, few cycles, and ends
    session = Session()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        with clean_end():
            code = _run(given, session)
        sys.stdout.flush()
    except (PipeClosedError, BrokenPipeError):
        _end_by_broken_pipe()
    sys.exit(code)


def run() -> NoReturn:
    """Is the program: `main`, and then the end of the process.

    To take a database and thousands of objects apart one by one takes longer than to print a report; the system takes all
    of them back at once.
    """
    try:
        main()
    except SystemExit as end:
        atexit._run_exitfuncs()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else FAILED)


def _run(arguments: list[str], session: Session) -> int:
    try:
        code = group.main(
            arguments,
            prog_name="pcap-analyzer",
            standalone_mode=False,
            obj=session,
            default_map=_prepared(arguments),
        )
        return code if isinstance(code, int) else ANALYSED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as error:
        _show_usage_error(error, session)
    except PcapAnalyzerError as error:
        from pcap_analyzer.i18n.core import retold

        session.error(retold(str(error)))
    except (PipeClosedError, BrokenPipeError):
        raise
    except OSError as error:
        session.error(describe_os_error(error, str(error.filename or say("standard output"))))
    except Exception as error:
        _show_fault(error, session)
    return FAILED


def _prepared(arguments: list[str]) -> config.Defaults:
    """What the user's file sets; the language is chosen by then, also that in which the file's faults are told."""
    asked = language.asked(arguments)
    language.choose(asked or i18n.of_environment(), group)
    defaults = config.load(group)
    if not asked and "lang" in defaults:
        language.choose(defaults["lang"], group)
    return defaults


def _show_usage_error(error: click.ClickException, session: Session) -> None:
    """One line; after wrong usage also where to find help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = getattr(error, "ctx", None)
    hint = " " + say("(see `{command} --help`)", command=context.command_path) if context else ""
    line = " ".join(error.format_message().split()).rstrip(".")
    if place := _place(error):
        line = say("{label}: {text}", label=place, text=line)
    session.error(line + hint)


def _place(error: click.ClickException) -> str:
    """Where a value that cannot be used was set, where that is not the command line."""
    if not isinstance(error, click.BadParameter) or not error.ctx or not error.param or not error.param.name:
        return ""
    match error.ctx.get_parameter_source(error.param.name):
        case ParameterSource.DEFAULT_MAP:
            return str(config.path())
        case ParameterSource.ENVIRONMENT:
            return str(error.param.envvar)
        case _:
            return ""


def _show_fault(error: Exception, session: Session) -> None:
    """A fault of ours: still one line, and the traceback for whoever asks for it."""
    if session.verbose:
        traceback.print_exception(error)
    session.error(
        say(
            "internal fault, {kind}: {reason}; run again with --verbose and report it",
            kind=type(error).__name__,
            reason=str(error),
        )
    )


def _end_by_broken_pipe() -> NoReturn:
    # Whatever Python still wants to write on its way out goes nowhere.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    sys.exit(ANALYSED)
