"""`python -m poseloom`."""

from poseloom.cli.app import main

main()
