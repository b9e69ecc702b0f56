"""`accord program load | dump | check`: the program as one readable file (docs/program-file.md)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from app.commands import application
from app.importing import program_file, program_text
from app.importing.program_file import ProgramFileRefused

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def program() -> None:
    """The program as one readable file."""


@program.command()
@FILE
def check(file: Path) -> None:
    """Say whether FILE is a program, with every mistake and its line; nothing is written."""
    content = _content(file)
    try:
        found = program_file.read(content)
    except ProgramFileRefused as refusal:
        _refused(file, refusal)
    canonical = program_text.write(found).encode() == content
    order = "" if canonical else " It is not in the canonical form; `accord program dump` writes that."
    types, categories = len(found.types), len(found.categories)
    size = f"{types} type{'' if types == 1 else 's'}, {categories} categor{'y' if categories == 1 else 'ies'}"
    click.echo(f"{file.name} is a program: “{found.name}”, {size}.{order}")


@program.command()
@FILE
@click.option("--publish", is_flag=True, help="Publish it from its valid_from.")
def load(file: Path, *, publish: bool) -> None:
    """Make FILE the draft, or with --publish the program that holds from its valid_from on."""
    content = _content(file)
    try:
        with application() as session:
            said = program_file.load(session, content, by=None, publish=publish)
    except ProgramFileRefused as refusal:
        _refused(file, refusal)
    click.echo(said)


@program.command()
@click.option("--draft", is_flag=True, help="The draft instead of the version that holds today.")
def dump(*, draft: bool) -> None:
    """Print the program that holds today in the canonical form."""
    from app import clock
    from app.models import ProgramVersion

    with application() as session:
        version = ProgramVersion.draft(session) if draft else ProgramVersion.holding(session, clock.today())
        if version is None:
            click.echo(f"accord: There is no {'draft' if draft else 'program that holds today'}.", err=True)
            sys.exit(1)
        text = program_text.write(version.program())
    click.echo(text.encode(), nl=False)


def _content(file: Path) -> bytes:
    """Read no more than a program may have, plus one byte that shows there is more."""
    with file.open("rb") as opened:
        return opened.read(program_file.LARGEST + 1)


def _refused(file: Path, refusal: ProgramFileRefused) -> NoReturn:
    for one in refusal.wrong:
        click.echo(f"{file}:{one.line}: {one.sentence}", err=True)
    sys.exit(1)
