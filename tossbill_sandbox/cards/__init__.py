"""The cards and accounts of the sandbox, and what becomes of each."""
