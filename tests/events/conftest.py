from tests.support.both import database_url

__all__ = ["database_url"]
