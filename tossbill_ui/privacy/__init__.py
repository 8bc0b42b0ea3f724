"""What is stored about one person: a copy of it, and erasing it (ADR-0048)."""
