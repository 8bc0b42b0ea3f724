"""Collects payments from customers, and refunds them."""
