"""The page of a customer's sessions."""
