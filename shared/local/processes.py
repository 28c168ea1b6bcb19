"""The launcher's children: started in groups of their own, ended with the launcher, their last words kept."""

from __future__ import annotations

import fcntl
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")


class FolderInUse(RuntimeError):
    """Another process runs on this data folder."""


@dataclass(frozen=True)
class Child:
    """A started process; `log` holds what it wrote to standard output and error."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def death(self) -> Death | None:
        """Its death, with its last words; None while it runs."""
        return None if self.process.poll() is None else Death(self.name, self.process.returncode, last_lines(self.log))


@dataclass(frozen=True)
class Death:
    """A child that has ended by itself: its exit code (negative: the signal that ended it) and the last lines of its log."""

    name: str
    exit_code: int
    last_lines: tuple[str, ...]

    def __str__(self) -> str:
        how = f"with exit code {self.exit_code}" if self.exit_code >= 0 else f"by {signal.Signals(-self.exit_code).name}"
        return "\n".join([f"{self.name} ended {how}; its last lines:", *(f"  {self.name} | {line}" for line in self.last_lines)])


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    user: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, writing to `log`; the kernel sends it `death_signal` when the calling *thread* ends.

    Call it from a thread that lives as long as the launcher. The group keeps the terminal's Ctrl-C for the launcher alone, which then stops
    its children in order. `user` (root only) is the number of the user to run it as, with that user's own group alone.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(death_signal))]
    as_user = {} if user is None else {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": []}
    with log.open("ab") as out:
        return subprocess.Popen(
            [*leash, *argv], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=cwd, process_group=0, **as_user
        )


def last_lines(log: Path, count: int = 15) -> tuple[str, ...]:
    """The last `count` lines of a log, read from its last 64 KB; none when there is no log yet."""
    if not log.exists():
        return ()
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 65_536))
        return tuple(file.read().decode("utf-8", "replace").splitlines()[-count:])


class Children:
    """The processes that the launcher started, in order, each logging to `<logs>/<name>.log`.

    A child writes straight into its file: no thread of the launcher stands between, so a busy or stopped launcher blocks nobody.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []

    def start(self, name: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Child:
        """Start `argv` under `name`; one of that name that has ended is replaced. Raises ValueError when one of that name is running."""
        old = next((child for child in self._children if child.name == name), None)
        if old is not None and old.process.poll() is None:
            raise ValueError(f"{name} is already running as process {old.process.pid}; stop it before it is started again")
        log = self._logs / f"{name}.log"
        child = Child(name, spawn(argv, log=log, env=env, cwd=cwd), log)
        self._children = [kept for kept in self._children if kept is not old] + [child]
        return child

    def running(self) -> tuple[Child, ...]:
        return tuple(child for child in self._children if child.process.poll() is None)

    def deaths(self) -> tuple[Death, ...]:
        """The children that have ended without being asked, with their last words."""
        return tuple(death for child in self._children if (death := child.death()) is not None)

    def death(self, name: str) -> Death | None:
        """The death of the child of this name; None while it runs, and for one that was never started."""
        return next((child.death() for child in self._children if child.name == name), None)

    def pid(self, name: str) -> int:
        """The process of the child of this name, running or not. KeyError for an unknown one."""
        return self._named(name).process.pid

    def last_lines(self, name: str) -> tuple[str, ...]:
        """The last lines of its log."""
        return tuple(f"  {name} | {line}" for line in last_lines(self._named(name).log))

    def _named(self, name: str) -> Child:
        return {child.name: child for child in self._children}[name]

    def stop(self, name: str, *, seconds: float = 30) -> None:
        """End one child; unknown or ended names are no error."""
        self._end([child for child in self._children if child.name == name], seconds)

    def stop_all(self, *, seconds: float = 30) -> tuple[str, ...]:
        """SIGTERM to all, last started first; after `seconds` SIGKILL to what remains. Returns the names that had to be killed."""
        return self._end(self._children[::-1], seconds)

    def _end(self, children: list[Child], seconds: float) -> tuple[str, ...]:
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        killed = []
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                killed.append(child.name)
            kill_group(child.process)
        self._children = [child for child in self._children if child not in children]
        return tuple(killed)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to a process that `spawn` started and to all that it started itself; nothing when they have ended."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def claim(folder: Path) -> IO[bytes]:
    """Make `folder` this process's own until the returned file is closed or the process ends. Raises FolderInUse when another has it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "in-use").open("a+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().decode("ascii", "replace").strip() or "unknown"
        file.close()
        raise FolderInUse(f"{folder} is in use by process {owner}; stop that one first, or choose another data folder") from None
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()).encode("ascii"))
    file.flush()
    return file


def end_leftover(pid: int, marker: str, *signals: signal.Signals, seconds: float = 15) -> None:
    """End process `pid` if an earlier launcher left it behind: its command line holds `marker`. Any other process is left alone.

    Each signal is given `seconds` to take effect before the next. Raises TimeoutError when the process outlives them all.
    """
    for number in signals:
        if not is_running(pid, marker):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not is_running(pid, marker):
                return
            time.sleep(0.05)
    sent = ", ".join(number.name for number in signals)
    raise TimeoutError(f"process {pid}, left behind on {marker}, did not end within {seconds} s of {sent}; end it by hand")


def is_alive(pid: int) -> bool:
    """Whether any process has this number now."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_running(pid: int, marker: str) -> bool:
    """Whether process `pid` lives and its command line holds `marker`."""
    return marker in _command_line(pid)


def _command_line(pid: int) -> str:
    """The words that `pid` was started with; empty when it has ended (also when its parent has not yet asked for its exit code)."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
