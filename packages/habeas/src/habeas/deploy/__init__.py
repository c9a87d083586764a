"""All parties on one machine, for trying out: whoever runs them all could be asked by nobody.

In production each party installs its own distribution and keeps its own keys
(`habeas log init`, `habeas trustee init`, `habeas portal init`); nothing here is used.
"""
