"""Webhooks to the shop: endpoints, and signed deliveries of events by a reader of the log."""
