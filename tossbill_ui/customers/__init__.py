"""Customers: their identity, session and language."""
