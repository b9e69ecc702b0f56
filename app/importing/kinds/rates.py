"""Exchange rates: what one unit of a currency is worth in the program's currency on a day (M3)."""

from __future__ import annotations

from app.importing.cells import Currency, Day, Number
from app.importing.kind import Column, Given, Kind, Target
from app.rules.numerals import RATE

EXCHANGE_RATES = Kind(
    name="exchange-rates",
    title="Exchange rates",
    columns=(
        Column("currency", Currency(), required=True, key=True),
        Column("day", Day(), required=True, key=True),
        Column("rate", Number(RATE), required=True),
    ),
    targets=(
        Target(
            "exchange_rate",
            key={"currency": "s.currency", "day": "s.day"},
            columns=(Given("rate", "s.rate"),),
        ),
    ),
    touches="select o.partner_id from orders o join merged_exchange_rate m on m.currency = o.currency"
    " and m.day = o.ordered_on where not m.same union select o.partner_id from opportunity o"
    " join merged_exchange_rate m on m.currency = o.currency and m.day = o.closed_on where not m.same",
    accrues="select o.id from opportunity o join merged_exchange_rate m on m.day = o.closed_on where not m.same"
    " and (m.currency = o.currency or exists (select from fund f"
    " where f.partner_id = o.partner_id and f.currency = m.currency))",
    export="select currency, day, rate from exchange_rate",
)
