"""Starts a program that ends with the one who started it: `leash.py PARENT-PID SIGNAL PROGRAM ARGUMENTS…`, as `processes.spawn` does.

The kernel sends SIGNAL to the program when its parent dies, also by kill -9. It is asked for here, in a small program of the child's own,
because code that runs between fork and exec of a launcher with threads may hang. Imports nothing of Merit, so it costs milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, death_signal: int, command: list[str]) -> None:
    """Ask for the signal, make sure that the parent still lives, and become the program. Exits 127 when the program cannot be run."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
            sys.exit(f"cannot tie {command[0]} to its starter: {os.strerror(ctypes.get_errno())}")
    # A shell lets what it starts in the background ignore Ctrl-C, and all that comes from it: here each program decides for itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if os.getppid() != parent:
        sys.exit(f"{command[0]} is not started: process {parent}, which asked for it, has ended")
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
