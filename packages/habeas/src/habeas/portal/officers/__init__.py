"""Who works at the desk: accounts of officers, and signing in."""
