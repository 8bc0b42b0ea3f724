"""Reads subscriptions and their history for pages and commands."""
