"""`python -m habeas.tlog`: the same as `habeas-tlog`."""

from habeas.tlog.command import main

main()
