"""An office: its keys, its officers and their roster, and the client that signs for one.

It is run by the office itself, with its root key; the portal never has it. What stands here is
docs/protocol section 5, and the files and calls of docs/protocol/desk.md.
"""
