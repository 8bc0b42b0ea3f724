"""What is due by the clock, and what Toss tells."""
