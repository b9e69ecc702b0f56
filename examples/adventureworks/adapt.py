"""Turn Microsoft's AdventureWorks reseller files into files that `accord import` takes.

    python examples/adventureworks/adapt.py IN OUT

IN holds the raw CSV files (see README.md beside this one), OUT gets one file per import kind. Nothing is cleaned.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.adapting import Files, from_command_line
from examples.adventureworks import catalogue, channel, sales


def files(raw: Path) -> Files:
    """Give the rows of each import kind, in the order in which they are imported."""
    return {
        "operating-companies": channel.operating_companies(raw),
        "partner-types": channel.partner_types(raw),
        "partners": channel.partners(raw),
        "partnerships": channel.partnerships(raw),
        "products": catalogue.products(raw),
        "price-lists": catalogue.price_lists(),
        "prices": catalogue.prices(raw),
        "exchange-rates": sales.exchange_rates(raw),
        "leads": sales.leads(raw),
        "order-lines": sales.order_lines(raw),
    }


if __name__ == "__main__":
    from_command_line(files, "Turn AdventureWorks files into files of Accord's import kinds.")
