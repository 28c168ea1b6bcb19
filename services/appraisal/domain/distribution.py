"""Predicates of an organisation beside the guide of SE MenPANRB 3/2023: counted and reported, nobody is moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.appraisal.domain.quadrant import Predicate, predicate_of

ORGANISATION_RESULTS = ("istimewa", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")


@dataclass(frozen=True)
class Limit:
    """Of all persons, those with one of `predicates` must be `comparison` (``<=``, ``>=``, ``=``, ``>``) `percent`."""

    predicates: tuple[Predicate, ...]
    comparison: str
    percent: int

    def holds(self, count: int, of: int) -> bool:
        """By cross-multiplication: how a fraction of a person would round is not said anywhere."""
        left, right = 100 * count, self.percent * of
        return {"<=": left <= right, ">=": left >= right, "=": left == right, ">": left > right}[self.comparison]


@dataclass(frozen=True)
class Finding:
    """One limit beside what there is: `count` persons of `of`."""

    limit: Limit
    count: int
    of: int
    holds: bool


@dataclass(frozen=True)
class Guide:
    """For each result of an organisation the limits on its employees' predicates. `name` is cited by OrganisationResultSet."""

    name: str
    limits: Mapping[str, tuple[Limit, ...]]

    @classmethod
    def read(cls, name: str, rows: Iterable[Mapping[str, str]]) -> Guide:
        """From rows with predikat_organisasi, predikat_pegawai (joined by "dan/atau"), batas, persen; rows without a limit only permit."""
        limits: dict[str, list[Limit]] = {result: [] for result in ORGANISATION_RESULTS}
        for row in rows:
            if row["batas"] in ("<=", ">=", "=", ">"):
                predicates = tuple(predicate_of(part) for part in row["predikat_pegawai"].split("dan/atau"))
                result = row["predikat_organisasi"].lower().replace(" ", "_")
                limits[result].append(Limit(predicates, row["batas"], int(row["persen"])))
        return cls(name, {result: tuple(found) for result, found in limits.items()})

    def compare(self, result: str, predicates: Iterable[str] | Mapping[str, int]) -> tuple[Finding, ...]:
        """Each limit for an organisation with `result`, beside these persons' predicates, listed or counted.

        Nobody appraised: nothing to find.
        """
        found = Counter(predicates)
        of = found.total()
        if not of:
            return ()
        counts = [(limit, sum(found[predicate] for predicate in limit.predicates)) for limit in self.limits[result]]
        return tuple(Finding(limit, count, of, limit.holds(count, of)) for limit, count in counts)
