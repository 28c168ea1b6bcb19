"""A worker of one of the flow's services as a process, so that a test may kill it, freeze it, and hold it at a point."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from pathlib import Path

from shared.bus.choose import open_bus
from shared.local.databases import ServiceDatabase
from shared.process.clock import FileClock
from shared.process.settings import Roles
from tests.support.flows import SERVICES
from tests.support.sites import Parts


class Told:
    """What the test said of its site."""

    def __init__(self, told: dict) -> None:
        self.realm, self.clock = told["realm"], FileClock(Path(told["clock"]))


def main() -> None:
    told = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.INFO)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    urls = ServiceDatabase(*told["urls"], Roles("", ""))
    parts = Parts(Told(told), SERVICES[told["name"]], told["only"], urls, lambda: open_bus(told["bus_url"]))
    ended.wait()
    parts.stop()


if __name__ == "__main__":
    main()
