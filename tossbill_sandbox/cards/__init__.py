"""The sandbox's cards and accounts, and the outcome of charging each."""
