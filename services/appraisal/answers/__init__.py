"""What appraisal's routes answer, one module a subject."""
