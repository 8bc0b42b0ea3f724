"""Subscriptions: their terms, actions, billing cycle, and what pages show of them."""
