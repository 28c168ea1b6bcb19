"""An event type's class: who may read it outside its service."""

from enum import StrEnum


class EventClass(StrEnum):
    OPEN = "open"
    """A subscriber that was granted the service reads it."""
    RESTRICTED = "restricted"
    """A second, separate grant: it tells of one person's score, health, money or discipline."""
    PRIVATE = "private"
    """Stays in the store."""
