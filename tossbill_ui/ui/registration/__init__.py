"""Registration of a card or an account, and its result."""
