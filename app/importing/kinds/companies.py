"""Operating companies and partner types."""

from __future__ import annotations

from app.importing.cells import Currency, Text, TimeZone
from app.importing.kind import Column, Context, Given, Kind, Target
from app.models.partner_type import REGISTERED

OPERATING_COMPANIES = Kind(
    name="operating-companies",
    title="Operating companies",
    columns=(
        Column("code", Text(60), required=True, key=True),
        Column("name", Text(), required=True),
        Column("country", Text(100), required=True),
        Column("currency", Currency(), required=True),
        Column("time_zone", TimeZone(), required=True),
    ),
    targets=(
        Target(
            "operating_company",
            key={"code": "s.code"},
            columns=(
                Given("name", "s.name"),
                Given("country", "s.country"),
                Given("currency", "s.currency"),
                Given("time_zone", "s.time_zone"),
            ),
            versioned=True,
        ),
    ),
    export="select code, name, country, currency, time_zone from operating_company",
)


def _add_registered(context: Context) -> None:
    """P7: every type has the tier Registered."""
    context.run(
        "insert into tier (partner_type_id, name) select p.id, %s from partner_type p join staged s on s.name = p.name"
        " on conflict (partner_type_id, name) do nothing",
        REGISTERED,
    )


PARTNER_TYPES = Kind(
    name="partner-types",
    title="Partner types",
    columns=(
        Column("name", Text(100), required=True, key=True),
        Column("description", Text(10_000)),
    ),
    targets=(
        Target(
            "partner_type",
            key={"name": "s.name"},
            columns=(Given("description", "s.description"),),
            fixed={"information": "''", "position": "0"},
            versioned=True,
        ),
    ),
    after=_add_registered,
    export="select name, description from partner_type",
)
