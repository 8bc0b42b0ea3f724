"""Tossbill UI: a self-hosted billing portal for Toss Payments."""
