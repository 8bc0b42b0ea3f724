"""The page of the customer's subscriptions."""
