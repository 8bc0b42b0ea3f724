"""The sandbox's storage, in one SQLite file."""
