"""A worker that does payroll's jobs as a process of its own, one person a part, so that a test may kill it at a point."""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import datetime

from services.payroll import jobs as payroll_jobs
from services.payroll import posting
from services.payroll.service import SERVICE
from shared.flow.jobs import Jobs
from shared.store.database import Database


def main() -> None:
    told = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.INFO)
    posting.PART_SECONDS, payroll_jobs.TOGETHER = -1, 1
    now = datetime.fromisoformat(told["now"])
    Jobs(SERVICE, Database(told["app_url"]), told["log_url"], lambda: now, threading.Event(), pause=0.01).run()


if __name__ == "__main__":
    main()
