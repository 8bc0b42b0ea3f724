"""Mails to customers: written in the transaction that they report, delivered after it."""
