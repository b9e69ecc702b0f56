"""The command `accord`. Each part loads when it is called, so that help answers at once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

# name → module of app.commands that has a click command of that name (in Python's spelling).
COMMANDS = {
    "admin": "admin",
    "assess": "assess",
    "backup": "backup",
    "check": "check",
    "db": "db",
    "demo": "demo",
    "export": "exporting",
    "import": "importing",
    "ledger": "ledger",
    "price": "price",
    "program": "program",
    "restore": "backup",
    "serve": "serve",
    "statement": "statement",
    "stop": "serve",
    "web": "serve",
    "worker": "serve",
}


class Commands(click.Group):
    """All commands, found by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return every command's name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, loaded now."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        loaded = importlib.import_module(f"app.commands.{module}")
        command: click.Command = getattr(loaded, cmd_name if cmd_name != "import" else "import_")
        return command


@click.group(cls=Commands)
def accord() -> None:
    """Accord, the partner program portal."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; what a person can mend is one sentence, never a traceback."""
    from app.commands import CannotStart
    from app.rules.refusals import RuleBroken
    from config import WrongSetting

    try:
        accord.main(args=None if arguments is None else list(arguments), prog_name="accord")
    except (WrongSetting, CannotStart) as trouble:
        click.echo(f"accord: {trouble}", err=True)
        sys.exit(2)
    except RuleBroken as refusal:
        click.echo(f"accord: {refusal.sentence}", err=True)
        sys.exit(1)
