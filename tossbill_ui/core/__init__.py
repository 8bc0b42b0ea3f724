"""Building blocks for every layer: errors, settings, database, clock, crypto, logging."""
