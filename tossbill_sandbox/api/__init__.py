"""Toss's API: one file per endpoint or rule."""
