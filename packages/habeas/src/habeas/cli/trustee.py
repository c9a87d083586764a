"""`habeas trustee`: the command of the trustee's own distribution."""

from habeas.trustee.command import app

__all__ = ["app"]
