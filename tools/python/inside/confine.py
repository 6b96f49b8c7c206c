"""How a child locks itself up: an order in which no step takes away what a later one needs."""

from __future__ import annotations

import os
import resource
import signal
import sys

from . import landlock, limits, seccomp
from .kernel import PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, prctl
from .prepare import Jail

_RULESET = 3


def confine(jail: Jail, *, talk: int, output: int) -> None:
    """Give up everything but three descriptors: 0 to talk to the lab, 1 and 2 for output.

    Raises:
        OSError: a step failed; the caller must end this process then.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(talk, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if jail.ruleset is not None:
        os.dup2(jail.ruleset, _RULESET)
    first = _RULESET + (jail.ruleset is not None)
    os.closerange(first, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    limits.limit(memory=jail.memory, seconds=jail.seconds)
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != jail.zygote:
            os._exit(1)  # it died before its death could end this process too
    if jail.program is None or jail.ruleset is None:
        return
    limits.drop_capabilities()
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(_RULESET)
    os.close(_RULESET)
    seccomp.install(jail.program)
