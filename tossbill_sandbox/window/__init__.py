"""Toss's payment window: the forms and the redirect back to the shop."""
