"""The HTTP layer besides Reflex: first paint of pages, session, limits, headers."""
