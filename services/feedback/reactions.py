"""Feedback decides nothing by itself: people answer, and HR publishes."""

from __future__ import annotations

from shared.flow.declared import Reaction

REACTIONS: tuple[Reaction, ...] = ()
