"""Webhooks from Toss: stored, acknowledged, then checked by a look-up at Toss."""
