"""Registering a card or an account, and how that ended."""
