"""Registered cards and accounts, and the trips to Toss's window that made them."""
