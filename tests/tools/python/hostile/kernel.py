"""System calls by number, through ctypes: what Python would check or does not offer."""

from __future__ import annotations

import os

from tests.tools.python.hostile.program import Program

# Numbers on x86_64 and aarch64; None where the machine does not have the call.
CALLS: dict[str, tuple[int, int | None]] = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "kill": (62, 129), "tkill": (200, 130),
    "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138), "clone": (56, 220), "fork": (57, None),
    "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "mount": (165, 40),
    "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "fsopen": (430, 430), "open_tree": (428, 428), "move_mount": (429, 429),
    "mount_setattr": (442, 442), "openat2": (437, 437), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_setup": (206, 0), "userfaultfd": (323, 282), "bpf": (321, 280),
    "perf_event_open": (298, 241), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "seccomp": (317, 277), "prctl": (157, 167), "capset": (126, 91),
    "personality": (135, 92), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "sendmsg": (46, 211), "recvmsg": (47, 212), "ioctl": (16, 29), "inotify_init1": (294, 26),
    "fanotify_init": (300, 262), "mknodat": (259, 33), "symlinkat": (266, 36),
    "linkat": (265, 37), "renameat2": (316, 276), "unlinkat": (263, 35), "mkdirat": (258, 34),
    "fchmodat": (268, 53), "fchownat": (260, 54), "utimensat": (280, 88), "setxattr": (188, 5),
    "truncate": (76, 45), "ftruncate": (77, 46), "fallocate": (285, 47), "flock": (73, 32),
    "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190), "msgget": (68, 186),
    "mq_open": (240, 180), "timer_create": (222, 107), "setitimer": (38, 103),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "prlimit64": (302, 261), "setuid": (105, 146), "setgid": (106, 144), "setgroups": (116, 159),
    "sethostname": (170, 161), "uname": (63, 160), "syslog": (103, 116), "acct": (163, 89),
    "quotactl": (179, 60), "swapon": (167, 224), "init_module": (175, 105),
    "finit_module": (313, 273), "landlock_create_ruleset": (444, 444), "splice": (275, 76),
    "vmsplice": (278, 75), "sendfile": (40, 71), "copy_file_range": (326, 285),
    "process_madvise": (440, 440), "move_pages": (279, 239), "epoll_create1": (291, 20),
    "eventfd2": (290, 19), "signalfd4": (289, 74), "pipe2": (293, 59), "arch_prctl": (158, None),
}  # fmt: skip

_BY_NUMBER = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall({number}, 0, 0, 0, 0, 0, 0), ctypes.get_errno())
"""
_CLONE3 = _BY_NUMBER.format(number=435)
# getpid with the bit of the x32 interface, whose numbers the filter must not take for others.
_X32 = _BY_NUMBER.format(number=39 | 0x40000000)
# mov eax, 20; int 0x80; ret: the 32-bit getpid, which a 64-bit number would allow.
_I386 = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex('b814000000cd80c3'))
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
print('ESCAPED', ctypes.CFUNCTYPE(ctypes.c_int)(address)())
"""
_INJECT = """
import ctypes, fcntl
# A character pushed into a terminal's input is typed by whoever sits there.
libc = ctypes.CDLL(None, use_errno=True)
print([libc.ioctl(fd, 0x5412, b'x') for fd in (0, 1, 2)], ctypes.get_errno())
"""
_THREAD = """
import ctypes
# CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall({number}, 0x10f00, 0, 0, 0, 0), ctypes.get_errno())
"""


def _refused(name: str, code: str) -> Program:
    return Program(name=name, code=code, gets=("ok",), says="-1 1")


def _by_number(name: str, number: int) -> Program:
    return _refused(f"system call {name}", _BY_NUMBER.format(number=number))


def _programs() -> tuple[Program, ...]:
    x86 = os.uname().machine == "x86_64"
    numbers = {name: pair[0] if x86 else pair[1] for name, pair in CALLS.items()}
    rows = [_by_number(name, number) for name, number in numbers.items() if number is not None]
    rows.append(Program(name="clone3", code=_CLONE3, gets=("ok",), says="-1 38"))
    rows.append(_refused("clone a thread", _THREAD.format(number=56 if x86 else 220)))
    rows.append(Program(name="TIOCSTI", code=_INJECT, gets=("ok",), says="[-1, -1, -1] 1"))
    if x86:
        rows.append(_refused("x32 getpid", _X32))
        rows.append(Program(name="32-bit call", code=_I386, gets=("crashed",), says="SIG"))
    return tuple(rows)


PROGRAMS = _programs()
