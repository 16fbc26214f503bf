"""`python -m flows.cli` is `optex`."""

from flows.cli import main

main()
