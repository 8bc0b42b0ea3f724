"""What somebody wants done with a subscription."""
