"""The start page: the customer's subscriptions in short, then the plans on offer."""
