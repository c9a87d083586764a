"""`python -m habeas.trustee`: the same as `habeas-trustee`."""

from habeas.trustee.command import main

main()
