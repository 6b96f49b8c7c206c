"""Making, running, signalling and outliving processes and threads."""

from __future__ import annotations

from tests.tools.python.hostile.program import Program, hangs, refused

FORKS = """
import os
for _ in range(60):
    try:
        if os.fork() == 0:
            open('@MARK@', 'w')
            os._exit(0)
        print('ESCAPED')
    except OSError:
        pass
"""
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(0.3)
        open('@MARK@', 'w')
    os._exit(0)
"""
SIGNALS = """
import os, signal
for pid in (os.getppid(), @PID@, -1, 0, 1, os.getpid()):
    for number in (0, signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
        try:
            os.kill(pid, number)
            print('ESCAPED', pid)
        except OSError:
            pass
"""
SIGNAL_BY_OWNER = """
import fcntl
# The owner of a descriptor gets a signal of one's choice when it becomes readable.
fcntl.fcntl(0, fcntl.F_SETOWN, @PID@)
"""
THREADS = """
import threading, time
for _ in range(200):
    threading.Thread(target=time.sleep, args=(60,)).start()
"""
DEAF = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    pass
"""
LIMITS = """
import resource
for name in dir(resource):
    if name.startswith('RLIMIT_'):
        try:
            resource.setrlimit(getattr(resource, name), (-1, -1))
            print('ESCAPED', name)
        except (OSError, ValueError):
            pass
"""
FEXECVE = """
import os
fd = os.memfd_create('x')
os.write(fd, b'#!/bin/sh\\ntouch @MARK@')
os.execve(fd, ['x'], {})
"""

SHELL = """
import os
print('ESCAPED' if os.system('touch @MARK@') == 0 else 'refused')
"""
PICKLE = """
import pickle
status = pickle.loads(b'cos\\nsystem\\n(S"touch @MARK@"\\ntR.')
print('ESCAPED' if status == 0 else 'refused')
"""
TERMINAL = """
import pty
try:
    pty.fork()
    print('ESCAPED')
except OSError:
    print('refused')
"""
RAISE_MEMORY = """
import resource
try:
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    print('ESCAPED')
except (OSError, ValueError):
    print('refused')
"""

PROGRAMS = (
    refused("subprocess", "import subprocess; subprocess.run(['/bin/sh', '-c', 'touch @MARK@'])"),
    refused("exec", "import os; os.execv('/bin/sh', ['sh', '-c', 'touch @MARK@'])"),
    refused("spawn", "import os; os.posix_spawn('/bin/true', ['true'], {})"),
    refused("fork", "import os; os.fork()"),
    refused("daemon", DAEMON),
    refused("threads", THREADS, "threads"),
    refused(
        "multiprocessing",
        "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    ),
    refused("pool", "from multiprocessing import Pool; Pool(2)"),
    refused("executor", "from concurrent.futures import *; ThreadPoolExecutor().submit(print)"),
    refused("memfd and fexecve", FEXECVE),
    refused("signal by F_SETOWN", SIGNAL_BY_OWNER),
    refused("change priority", "import os; os.nice(-5)"),
    refused("change user", "import os; os.setuid(0); os.setuid(65534)"),
    refused("leave the session", "import os; os.setsid()"),
    refused("take the processor", "import os; os.sched_setaffinity(0, {0})"),
    Program(name="shell", code=SHELL, gets=("ok",), says="refused"),
    Program(name="60 forks", code=FORKS, gets=("ok",)),
    Program(name="signal everybody", code=SIGNALS, gets=("ok",)),
    Program(name="raise every limit", code=LIMITS, gets=("ok",)),
    Program(
        name="shared memory",
        code="from multiprocessing.shared_memory import *; SharedMemory(create=True, size=9)",
        gets=("blocked",),
    ),
    Program(name="process by pickle", code=PICKLE, gets=("ok",), says="refused"),
    Program(name="fork with a terminal", code=TERMINAL, gets=("ok",), says="refused"),
    Program(name="raise the memory limit", code=RAISE_MEMORY, gets=("ok",), says="refused"),
    hangs("deaf to signals", DEAF),
)
