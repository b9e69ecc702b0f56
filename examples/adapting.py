"""What every adapter does once it can say the rows of each import kind: write the files and tell how many."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from examples.sheets import Row, write

Files = Mapping[str, Iterable[Row]]
"""The rows of each import kind, in the order in which they are imported."""


def adapt(files: Files, out: Path) -> dict[str, int]:
    """Write every file into `out` and give the number of rows of each kind."""
    out.mkdir(parents=True, exist_ok=True)
    return {kind: write(out, kind, rows) for kind, rows in files.items()}


def from_command_line(files: Callable[[Path], Files], about: str) -> None:
    """Adapt the folder IN into the folder OUT, both named on the command line, and print what was written."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("raw", type=Path, metavar="IN", help="folder with the raw CSV files")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the files to import")
    arguments = parser.parse_args()
    try:
        counts = adapt(files(arguments.raw), arguments.out)
    except FileNotFoundError as missing:
        sys.exit(
            f"{missing.filename} is missing. README.md beside the adapter says where the files come from."
        )
    for kind, count in counts.items():
        sys.stdout.write(f"{kind:<20} {count:>8,}\n")
