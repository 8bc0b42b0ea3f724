"""``/methods/``: the cards and accounts of a customer."""
