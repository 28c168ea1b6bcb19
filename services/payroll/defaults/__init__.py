"""National rules that hold where an agency published none: none for pay.

An allowance needs the region's own regulation (PP 12/2019 art. 58), which may adopt a table of this folder.
"""

from __future__ import annotations

from shared.kernel.rules import RuleSet

DEFAULTS: tuple[RuleSet, ...] = ()
