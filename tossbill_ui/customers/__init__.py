"""Who pays, and how we know that it is them."""
