"""Terms in whole months: a day so many months later, and the first of the next month."""

from __future__ import annotations

from datetime import date, timedelta


def after_months(day: date, months: int) -> date:
    """The same day so many months later (earlier when negative); where that month is shorter, the first day after it."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first = date(year, month + 1, 1)
    there = first + timedelta(days=day.day - 1)
    return there if there.month == first.month else date(there.year, there.month, 1)


def month_after(day: date) -> date:
    """The first day of the month after."""
    return after_months(day.replace(day=1), 1)
