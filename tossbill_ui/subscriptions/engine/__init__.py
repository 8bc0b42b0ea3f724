"""Processes what is due by the clock, and what Toss reports."""
