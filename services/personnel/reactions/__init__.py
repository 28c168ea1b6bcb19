"""What personnel does by itself: proposals that follow the facts, boxes of the nine, and the ends of terms."""

from __future__ import annotations

from services.personnel.reactions.awards import RECOGNITION, YEAR_AWARDS
from services.personnel.reactions.careers import POST_PROPOSALS, PROMOTIONS, SANCTION_END, TALENT_PLACES, TIME_IN_RANK
from services.personnel.reactions.development import DEVELOPMENT_PROPOSALS, IMPROVEMENT_END
from services.personnel.reactions.discipline import ABSENCE_SANCTIONS
from services.personnel.reactions.leaving import DISMISSALS, LAPSES, SERVICE_END
from services.personnel.reactions.rules_begin import RULES_BEGIN

REACTIONS = (
    DEVELOPMENT_PROPOSALS,
    TALENT_PLACES,
    POST_PROPOSALS,
    PROMOTIONS,
    ABSENCE_SANCTIONS,
    YEAR_AWARDS,
    RECOGNITION,
    DISMISSALS,
    LAPSES,
)
TIMERS = (IMPROVEMENT_END, TIME_IN_RANK, SANCTION_END, RULES_BEGIN, SERVICE_END)
