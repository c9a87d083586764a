"""`habeas models`: the command of the distribution that finds faces."""

from habeas.faces.command import app

__all__ = ["app"]
