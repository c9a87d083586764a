"""The trustee's console: what its own people see of what it does, and how they stop it.

Part of the trustee's service, on a loopback address of its own (`habeas trustee serve
--console-port`). Whoever can read the trustee's folder signs in (`habeas trustee console`).
"""

from habeas.foundation.doors import Doors
from habeas.trustee.console.app import make_console

__all__ = ["Doors", "make_console"]
