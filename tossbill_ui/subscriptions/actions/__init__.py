"""Actions on subscriptions by customers and operators."""
