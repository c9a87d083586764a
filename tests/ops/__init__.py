"""A whole city as its operators would run it, and what happens to machines over the years.

Each party has a network namespace, a user and a disk of its own; they reach each other by TLS of a
private authority alone. Processes are run by hand, not by systemd.
"""
