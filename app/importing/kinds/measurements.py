"""Measurements: facts from outside that a parameter may measure (P8)."""

from __future__ import annotations

from app.importing.cells import Day, Number, Text
from app.importing.kind import Column, Given, Kind, Target, unknown
from app.rules.numerals import MEASUREMENT

MEASUREMENTS = Kind(
    name="measurements",
    title="Measurements",
    columns=(
        Column("partner_code", Text(60), required=True, key=True),
        Column("category", Text(200), required=True, key=True),
        Column("day", Day(), required=True, key=True),
        Column("value", Number(MEASUREMENT), required=True),
        Column("source", Text(200)),
    ),
    checks=(
        unknown(
            "partner_code",
            "partner",
            "There is no partner with this code. Import partners first, or correct it.",
        ),
        unknown(
            "category",
            "category",
            "The program has no such category. Configure it first, or correct it.",
            by="name",
        ),
    ),
    targets=(
        Target(
            "measurement",
            key={"partner_id": "p.id", "category_id": "c.id", "day": "s.day"},
            joins="join partner p on p.code = s.partner_code join category c on c.name = s.category",
            columns=(Given("value", "s.value"), Given("source", "s.source")),
            partner="m.partner_id",
        ),
    ),
    touches="select partner_id from merged_measurement where not same",
    export="select p.code as partner_code, c.name as category, m.day, m.value, m.source from measurement m"
    " join partner p on p.id = m.partner_id join category c on c.id = m.category_id where {partner}",
)
