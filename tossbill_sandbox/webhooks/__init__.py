"""Webhooks from the sandbox to the shop."""
