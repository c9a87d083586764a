"""A portal's pages and tables in this process, as its unit tests have them."""

from tests.unit.portal.conftest import _database, _tables, browser, city, data

__all__ = ["_database", "_tables", "browser", "city", "data"]
