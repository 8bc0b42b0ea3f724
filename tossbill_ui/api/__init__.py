"""The HTTP API for the shop's programs, at ``/api/v1``."""
