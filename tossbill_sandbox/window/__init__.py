"""Toss's window: the card form and what it sends back."""
