"""The same command by `python -m app.commands`."""

from app.cli import main

main()
