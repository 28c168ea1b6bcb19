"""Routes of the agency's calendar: reading a year, the working week, days off declared and withdrawn."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from services.personnel import schemas
from services.personnel.answers import people as answers
from services.personnel.domain.calendar import HOLIDAYS, WORKING_WEEK, DeclareHoliday, SetWorkingWeek, WithdrawHoliday
from shared.events.calendar import HolidayDeclared, HolidayWithdrawn
from shared.flow.declared import Dispatch
from shared.http.acting import RequestWork, commanding, querying
from shared.http.blueprint import Blueprint
from shared.http.forms import Edge
from shared.http.importing import About, Column, Source, Stands, day, importing, one_of
from shared.views.calendar import CALENDAR

blp = Blueprint("calendar", __name__, url_prefix="/v1", description="The agency's working days: its week, national holidays, joint leave.")

Body = dict[str, Any]
EDGE = Edge("personnel")
KIND = one_of({"nasional": "national", "cuti bersama": "joint-leave", "daerah": "local"})


@blp.route("/calendar")
@blp.arguments(schemas.CalendarYear, location="query")
@querying("read-calendar")
def show_calendar(work: RequestWork, query: Body) -> answers.CalendarYear:
    """A year: its days off with their decrees, the weeks as they were set, and how many working days each month has.

    Before anything is declared every Monday to Friday is a working day.
    """
    year = int(query["year"] or work.today.year)
    rows = {row["key"]: row for row in work.knowledge.rows(CALENDAR)}
    holidays = rows[f"{year}"]["holidays"] if f"{year}" in rows else {}
    weeks = rows["weeks"]["weeks"] if "weeks" in rows else {}
    first, calendar = date(year, 1, 1), work.calendar
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    worked = Counter(f"{one:%Y-%m}" for one in days if calendar.is_working(one))
    return {
        "year": year,
        "holidays": [{"day": one, **said} for one, said in sorted(holidays.items())],
        "weeks": [{"since": since, **said} for since, said in sorted(weeks.items())],
        "working_days": {f"{year}-{month:02}": worked[f"{year}-{month:02}"] for month in range(1, 13)},
    }


@blp.route("/calendar/week", methods=["POST"])
@blp.arguments(schemas.NewWorkingWeek)
@commanding("set-working-week", status=201, at="/v1/calendar")
def set_working_week(work: RequestWork, body: Body) -> answers.WorkingWeek:
    """From a day on the week has 5 or 6 working days. Terms in working days that have not run out move with it. 422 calendar-day."""
    done = work.execute(WORKING_WEEK, SetWorkingWeek(body["days"], body["since"], body["document"], work.today))
    return {"days": body["days"], "since": body["since"], "version": done.version}


@blp.route("/calendar/holidays", methods=["POST"])
@blp.arguments(schemas.NewHoliday)
@commanding("declare-holiday", status=201, at="/v1/calendar")
def declare_holiday(work: RequestWork, body: Body) -> answers.Holiday:
    """Declare a day off by its decree; declared again, the last word holds. Terms in working days that have not run out become longer.

    422 calendar-day.
    """
    done = work.execute(HOLIDAYS, DeclareHoliday(body["day"], body["kind"], body["document"], work.today))
    return {"day": body["day"], "kind": body["kind"], "version": done.version}


@blp.route("/calendar/holidays/withdrawal", methods=["POST"])
@blp.arguments(schemas.WithdrawnHoliday)
@commanding("withdraw-holiday", status=201, at="/v1/calendar")
def withdraw_holiday(work: RequestWork, body: Body) -> answers.HolidayWithdrawal:
    """The day is worked after all. Terms that have not run out become shorter, and keep at least the whole of tomorrow.

    404 unknown-holiday.
    """
    done = work.execute(HOLIDAYS, WithdrawHoliday(body["day"], body["document"]))
    return {"day": body["day"], "version": done.version}


@blp.route("/imports/holidays", methods=["POST"])
@importing(
    "import-holidays",
    columns=(Column("Tanggal", "day", day), Column("Jenis", "kind", KIND), Column("SKB", "document", EDGE.cell("document"))),
    about=(About(("day",)),),
    replaces=(Stands(HolidayDeclared, ("day",), HolidayWithdrawn),),
)
def import_holidays(work: RequestWork, row: Body, source: Source) -> Dispatch:
    """Days off as the joint decree of the three ministers lists them (nasional, cuti bersama), and local ones (daerah)."""
    return Dispatch(HOLIDAYS, DeclareHoliday(row["day"], row["kind"], row["document"], work.today))
