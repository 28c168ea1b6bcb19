"""What personnel's routes answer, one module a subject."""
