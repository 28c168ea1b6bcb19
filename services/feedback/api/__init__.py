"""Feedback's routes, one module a subject."""

from services.feedback.api.complaints import complaints
from services.feedback.api.imports import imports
from services.feedback.api.peers import peers
from services.feedback.api.process import process
from services.feedback.api.surveys import surveys

BLUEPRINTS = (process, peers, surveys, complaints, imports)
