"""Means of counted points, exact: what is published as sums and counts is divided only where it decides."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def exact_means(sums: Mapping[str, int], counts: Mapping[str, int], rounded_hundredths: Mapping[str, int]) -> dict[str, Fraction]:
    """Each name's mean in points. Of an event from before sums were published, the mean that it rounded to hundredths."""
    if not sums:
        return {name: Fraction(mean, 100) for name, mean in rounded_hundredths.items()}
    return {name: Fraction(total, counts[name]) for name, total in sums.items()}
