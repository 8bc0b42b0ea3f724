"""Toss's API: one file an endpoint or a rule."""
