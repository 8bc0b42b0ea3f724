"""The event log: one writer, and a reader that misses nothing."""
