"""Everything that answers HTTP besides Reflex: pages' first paint, session, limits, headers."""
