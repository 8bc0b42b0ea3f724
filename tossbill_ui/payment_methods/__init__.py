"""Registered cards and accounts, and the window sessions that registered them."""
