"""The customer's subscriptions."""
