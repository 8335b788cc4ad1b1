"""What a worker process gives up before it reads a byte of a capture: memory and CPU without end, new privileges, the network."""

import ctypes
import os
import platform
import struct
import sys

if sys.platform != "win32":
    import resource

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

# seccomp(2): instructions of classic BPF over struct seccomp_data {int nr; u32 arch; …; u64 args[6]}.
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 1  # EPERM
# audit architecture; the numbers of socket, execve, execveat, ptrace
_SYSTEMS = {"x86_64": (0xC000003E, (41, 59, 322, 101)), "aarch64": (0xC00000B7, (198, 221, 281, 117))}


def limit_memory(more_bytes: int) -> None:
    """The address space may grow by so much from here on. What cannot be had ends an analysis, not the machine."""
    if sys.platform != "linux":
        return
    with open("/proc/self/statm") as file:  # noqa: PTH123
        now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (now + more_bytes, now + more_bytes))


def limit_cpu(more_s: int) -> None:
    """The process is ended by SIGXCPU once it has used so many more seconds."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + more_s, hard))


def forbid_writing() -> None:
    """No file can be made longer; what is open already, such as a pipe, goes on."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def give_up_privileges() -> None:
    """No core files with captures in them; on Linux no new privileges, no sockets, no other programs."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and platform.machine() in _SYSTEMS:
        _filter_system_calls(*_SYSTEMS[platform.machine()])


def _filter_system_calls(architecture: int, denied: tuple[int, ...]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    rules = [
        (_LOAD, 0, 0, 4),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, 0),
        *((_JUMP_IF_EQUAL, len(denied) - index, 0, number) for index, number in enumerate(denied)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *rule) for rule in rules))
    # struct sock_fprog: a count and, after padding, a pointer.
    program = ctypes.create_string_buffer(struct.pack("@HP", len(rules), ctypes.addressof(code)))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs is refused")
    # A kernel without seccomp is no reason not to work.
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0)
