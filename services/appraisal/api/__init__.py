"""Appraisal's routes, one module a subject."""

from services.appraisal.api.appraisals import appraisals
from services.appraisal.api.imports import imports
from services.appraisal.api.improvement import improvement
from services.appraisal.api.objections import objections
from services.appraisal.api.organisations import organisations
from services.appraisal.api.plans import plans
from services.appraisal.api.units import units

BLUEPRINTS = (plans, appraisals, objections, organisations, units, improvement, imports)
