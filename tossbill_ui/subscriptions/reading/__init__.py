"""What pages and commands show of subscriptions."""
