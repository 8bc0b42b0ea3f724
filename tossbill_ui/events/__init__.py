"""The log of everything that happened: one writer, and a reader that misses nothing."""
