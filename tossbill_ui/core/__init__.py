"""What every layer may use: errors, settings, database, clock, crypto, logging."""
