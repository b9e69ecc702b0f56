"""Reading the CSV files somebody else made, and writing files of Accord's import kinds."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]


def read(folder: Path, name: str) -> Iterator[Row]:
    """Give the rows of `folder/name.csv` by column name, every value as the text that stands there."""
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def by_key(folder: Path, name: str, key: str) -> dict[str, Row]:
    """Give the rows of a file by the value of one column."""
    return {row[key]: row for row in read(folder, name)}


def write(folder: Path, kind: str, rows: Iterable[Row]) -> int:
    """Write `folder/kind.csv` with the columns of the first row and say how many rows; without rows write nothing."""
    remaining = iter(rows)
    first = next(remaining, None)
    if first is None:
        return 0
    with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerow(first)
        count = 1
        for row in remaining:
            writer.writerow(row)
            count += 1
    return count


def shortest(number: str) -> str:
    """Print a number in the shortest form of its double, without exponent: `5.0000000000000003E-2` is `0.05`."""
    return format(Decimal(repr(float(number))), "f")
