"""The worker: periodic jobs, beside the web app or alone; DBOS only schedules them (ADR-0012)."""
