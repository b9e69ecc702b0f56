"""Load the Regional Sales channel: `make regional-sales DATA=folder`."""

import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.loading import Channel, from_command_line
from examples.regional_sales import adapt

YEAR_ENDS = [date(year, 12, 31) for year in range(2019, 2022)]


def channel(raw: Path) -> Channel:
    """Give the channel whose raw files are in a folder."""
    return Channel(Path(__file__).parent / "program.yaml", adapt.files(raw), YEAR_ENDS)


if __name__ == "__main__":
    from_command_line(channel)
