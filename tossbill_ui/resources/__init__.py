"""What a shop sees of customers, subscriptions and money, in its API and in events."""
