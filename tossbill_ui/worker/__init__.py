"""Periodic work, beside the web app or alone; DBOS is the transport and nothing else (ADR-0012)."""
