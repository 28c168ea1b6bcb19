"""Servers that somebody else runs: waited for at the start, asked again and again afterwards, and told of in words when they fall silent.

Merit neither starts nor ends them, and does not end with them: its processes go on when they answer again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from shared.local.patience import NoProgress, Patience
from shared.process.clock import machine_now

ASK_SECONDS = 2.0
"""How often it is asked."""
TELL_SECONDS = 60.0
"""How often a silence that lasts is told again."""
REST_SECONDS = 0.2

Ask = Callable[[], str | None]
"""Gives None when the server answers, else why it does not, without a password; it takes a few seconds at most."""


def wait_for(name: str, ask: Ask, say: Callable[[str], None], patience: Patience | None = None) -> None:
    """Return when the server answers. Raises NoProgress when it has been silent, in the same words, for as long as any part may be."""
    waiting, told = patience or Patience(say), False
    while (why := ask()) is not None:
        if not told:
            say(f"{name} does not answer yet: {why}; it is waited for")
            told = True
        try:
            waiting.look(name, (), why)
        except NoProgress:
            raise NoProgress(f"{name} never answered: {why}. It is not Merit's own: start it, or correct its address") from None
        time.sleep(REST_SECONDS)


class Watch:
    """Asks one server until :meth:`end`, and says when it falls silent, why and since when, and when it is back."""

    def __init__(self, name: str, ask: Ask, say: Callable[[str], None], *, every: float = ASK_SECONDS, tell: float = TELL_SECONDS) -> None:
        self.name, self._ask, self._say, self._every, self._tell = name, ask, say, every, tell
        self._over = threading.Event()
        self._silent = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {name}", daemon=True)

    @property
    def silent(self) -> bool:
        """Whether it did not answer when it was last asked."""
        return self._silent.is_set()

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Ask no more; a question under way is not waited for."""
        self._over.set()

    def _run(self) -> None:
        answered, since, told = machine_now(), 0.0, 0.0
        while not self._over.wait(self._every):
            why, now = self._asked(), time.monotonic()
            if self._over.is_set():
                return
            if why is None:
                if self.silent:
                    self._silent.clear()
                    self._say(f"{self.name} answers again, after {now - since:.0f} s")
                answered = machine_now()
            elif not self.silent or now - told > self._tell:
                since = since if self.silent else now
                told = now
                self._silent.set()
                self._say(
                    f"{self.name} does not answer: {why}. Its last answer was at {answered:%H:%M:%S} UTC; "
                    f"it is asked every {self._every:g} s, and everything goes on when it is back"
                )

    def _asked(self) -> str | None:
        try:
            return self._ask()
        except Exception as trouble:  # a name that cannot be found, a socket that is no server's: silence too, and said so
            return f"{type(trouble).__name__}"
