"""Shops of this folder exist on both databases."""

from tests.support.both_databases import database_url

__all__ = ["database_url"]
