"""A portal in memory, and the recorder of one camera, as far as it is asked for live pictures."""

from tests.unit.portal.conftest import _database, _tables, browser, city, data

__all__ = ["_database", "_tables", "browser", "city", "data"]
