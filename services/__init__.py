"""The services, in the order in which they came: their ports follow it, so a new one is added at the end."""

ORDER = ("appraisal", "feedback", "payroll", "personnel")
