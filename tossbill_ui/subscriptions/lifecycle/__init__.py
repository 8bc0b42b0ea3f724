"""How a subscription changes: what is allowed, what it costs, what follows, who is told."""
