"""Backs up and restores the database; the keys are not in it (ADR-0041)."""
