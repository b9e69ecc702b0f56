"""A whole channel into Accord in one transaction: the program, every file, and the tiers earned year by year."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.commands import CannotStart, application
from app.commands.importing import Screen
from app.importing import program_file, runs
from app.importing.kinds import KINDS
from app.importing.loading import Wish
from app.importing.runs import Watcher
from app.models import Cause
from app.models.assessing import store
from app.rules.refusals import RuleBroken
from config import WrongSetting
from examples.adapting import Files, adapt


class Channel(NamedTuple):
    """A channel to load: its program, its files, the last days of its years, and what comes before the files."""

    program: Path
    files: Files
    year_ends: Sequence[date]
    first: Callable[[Session], None] = lambda _session: None


def load(session: Session, channel: Channel, screen: Watcher) -> None:
    """Publish the program, bring every file in and store where everybody stood at each year's end.

    What is there already stays as it is, so a second load changes nothing. RuleBroken when a row is refused.
    """
    screen.say(program_file.load(session, channel.program.read_bytes(), by=None, publish=True))
    channel.first(session)
    bring_all(session, channel.files, screen)
    for day in channel.year_ends:
        stored = store(session, day, cause=Cause.COMMAND)
        screen.say(f"Assessed on {day}: {sum(each.stored for each in stored):,} verdicts stored.")


def bring_all(session: Session, files: Files, screen: Watcher) -> None:
    """Bring every file in; RuleBroken when a row is refused."""
    with TemporaryDirectory() as folder:
        for kind in adapt(files, Path(folder)):
            paths = [Path(folder) / f"{kind}.csv"]
            (outcome,) = runs.by_command(session, KINDS[kind], paths, Wish(), screen)
            if outcome.refused:
                raise RuleBroken(f"{kind}: rows were refused, so nothing is loaded.")


def from_command_line(
    channel: Callable[[Path], Channel], more: Callable[[Path, Path], Files] | None = None
) -> None:
    """Load the folder named on the command line into the database of the settings.

    Where the channel has `more` to load, that is made from a further file, if one is named.
    """
    named = [Path(argument) for argument in sys.argv[1:]]
    if not 1 <= len(named) <= (1 if more is None else 2):
        sys.exit(f"Say where the raw files are: {sys.argv[0]} FOLDER{'' if more is None else ' [FILE]'}")
    try:
        with application(upgrade=True) as session:
            load(session, channel(named[0]), Screen())
            if more is not None and named[1:]:
                bring_all(session, more(*named), Screen())
    except (WrongSetting, CannotStart, RuleBroken) as trouble:
        sys.exit(str(trouble))
    except FileNotFoundError as missing:
        sys.exit(
            f"{missing.filename} is missing. README.md beside the loader says where the files come from."
        )
