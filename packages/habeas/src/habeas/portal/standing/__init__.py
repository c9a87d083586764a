"""Whether this portal may write and destroy: its installation, its halts, its loops."""
