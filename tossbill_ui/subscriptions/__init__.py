"""Customers on plans: what they are on, what is due, and what follows from how it went."""
