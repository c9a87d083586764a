"""A backend of Django's for SQLite, whose writers take turns: see `base`."""
