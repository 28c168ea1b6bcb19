"""Words that several of personnel's kinds of rule sets share."""

from __future__ import annotations

import re

RATINGS = ("above", "as", "below")
PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "cukup", "kurang", "sangat_kurang")
"""PermenPANRB 6/2022; ``cukup`` is PP 30/2019's word between Baik and Kurang."""
EMPLOYMENTS = ("PNS", "CPNS", "PPPK")
CODE = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9-]{0,39}")
