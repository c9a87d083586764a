"""What everybody sees: the public log in words and figures."""
