"""`python -m ivigabm` is the command line."""

from ivigabm.cli import main

main()
