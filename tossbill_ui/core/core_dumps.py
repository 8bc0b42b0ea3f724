"""No core dumps: the memory of a process that crashes holds keys, and a dump is a file."""

from __future__ import annotations

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process, and limit those of its children to nothing.

    The limit holds for dumps that the kernel writes to a file. One that is piped to a program, as
    systemd's is, ignores it; on Linux, the process is therefore marked as not to be dumped. Only
    root can then attach a debugger to it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # It fails only for unknown values.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
