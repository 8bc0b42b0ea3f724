"""Every test of this folder runs on both databases."""

from tests.support.both_databases import database_url

__all__ = ["database_url"]
