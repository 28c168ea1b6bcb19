"""Personnel over HTTP in tests: files handed in, other services' events heard, and everything settled."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime
from itertools import count
from typing import Any

from openpyxl import Workbook

from services.personnel.service import SERVICE
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.flow import decisions, timers
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.http.sheets import CSV
from shared.kernel.ids import event_id
from shared.store import log
from shared.store.database import AgencyBook, connect
from tests.support.web import CORRELATION, Web

HR = ("m15", "employee", "hr")
PLACES = count(1)
VERSIONS: Counter[str] = Counter()
HEADS = (
    "Kode Pegawai,NIP,Nama,Jenis,Mulai,Pangkat,TMT Pangkat,TMT CPNS,Jabatan,Kelas Jabatan,Jenis Jabatan,Unit,Plt,Berlaku Sejak,SK"
).split(",")


def people(*rows: tuple) -> bytes:
    """The people as an XLSX file."""
    book = Workbook()
    book.active.append(HEADS)
    for code, nip, name, kind, rank, since, job_class, post_kind in rows:
        day = datetime.fromisoformat(since)
        cells = (code, nip, name, kind, day, rank, day, day, f"post-{code}", job_class, post_kind, "dpmptsp", "tidak", day, "821/1")
        book.active.append(cells)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def hand_in(here: Web, what: str, content: str | bytes, kind: str = CSV, query: str = "", who: tuple = HR) -> Any:
    return here.call("POST", f"/v1/imports/{what}{query}", who, data=content, content_type=kind)


def accepted(answer: Any, rows: int, events: int, dry_run: bool = False) -> None:
    said = answer.get_json()
    assert (answer.status_code, said | {"rows": rows, "events": events, "dry_run": dry_run}) == (200, said), said


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    said = answer.get_json()
    assert (answer.status_code, said["type"]) == (status, f"urn:merit:problem:{code}"), said
    assert said["expected"] and said["found"] and said["remedy"]
    return said


def hear(here: Web, subject: str, period: str, *events: Any) -> None:
    """Another service's events about a subject and period arrive, in one stream, and everything settles."""
    now = here.clock.now()
    arrived = []
    for event in events:
        service, place = SERVICE.heard.of(type(event)).service, next(PLACES)
        stream, type_ = f"{service}-{subject}-{period}", f"merit.{service}.{type(event).__name__}.v1"
        VERSIONS[f"{here.database.url} {stream}"] += 1
        version = VERSIONS[f"{here.database.url} {stream}"]
        envelope = Envelope(
            id=event_id("mulyorejo", stream, version), type=type_, agency="mulyorejo", subject=subject, stream=stream,
            version=version, effective=now, recorded=now, actor="t", correlation=CORRELATION, causation=None, hops=0, traceparent=None,
            sequence=place, data=encode(event),
        )  # fmt: skip
        arrived.append(Arrived(Place(f"merit.internal.test.{service}.v1", 0, place), envelope))
    with here.database.transaction("mulyorejo", now) as tx:
        apply(tx, SERVICE, arrived)
    settle(here)


def settle(here: Web) -> None:
    """Fold the own log, take the marked decisions and fire what is due, until there is nothing more."""
    while True:
        reader = connect(here.places.log_url, "test")
        envelopes, _ = log.read_log(reader, AgencyBook(), getattr(here, "folded", 0), 1000)
        reader.close()
        here.folded = max([getattr(here, "folded", 0), *(one.sequence for one in envelopes)])
        with here.database.transaction("mulyorejo", here.clock.now()) as tx:
            apply(tx, SERVICE, [Arrived(Place("own", 0, one.sequence), one) for one in envelopes])
        decided = decisions.settle(here.database, SERVICE, "mulyorejo", here.clock.now())
        if not timers.fire_one(here.database, SERVICE, "mulyorejo", here.clock.now()) and not decided and not envelopes:
            return
