"""The rules of the allowance, in their order; what is read, what has months decided anew and which months are known follow from them.

Rules whose factors components use come first, then those that take from the components or add to them. A new rule is a module here,
named in RULES.
"""

from __future__ import annotations

from services.payroll.domain.rule import Rules
from services.payroll.domain.rules.attendance import ATTENDANCE
from services.payroll.domain.rules.bonuses import BONUSES
from services.payroll.domain.rules.days import POSTS, SERVICE
from services.payroll.domain.rules.extras import EXTRAS
from services.payroll.domain.rules.predicate import PREDICATE
from services.payroll.domain.rules.sanctions import SANCTIONS

RULES = Rules(POSTS, ATTENDANCE, PREDICATE, SANCTIONS, EXTRAS, BONUSES, SERVICE)
