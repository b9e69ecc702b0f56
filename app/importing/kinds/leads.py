"""Leads: those of the vendor's queue and those of a partner."""

from __future__ import annotations

from app.access import Permission
from app.importing.cells import Address, Currency, Day, Number, OneOf, Text
from app.importing.kind import Check, Column, Given, Kind, Target, unknown
from app.models.leads.lead import LeadStage
from app.rules.numerals import AMOUNT

TEXTS = ("company", "contact", "email", "phone", "website", "country", "region", "city", "need", "source")

MOVES = "(t.key is not null and (i.partner_id <> coalesce(t.partner_id, 0) or i.stage <> t.stage))"
"""A lead that was there goes to another partner, or to another stage."""

LEADS = Kind(
    name="leads",
    title="Leads",
    permission=Permission.IMPORT_PIPELINE,
    columns=(
        Column("key", Text(100), required=True, key=True),
        Column("company", Text(), required=True),
        Column("contact", Text()),
        Column("email", Address()),
        Column("phone", Text(60)),
        Column("website", Text()),
        Column("country", Text(100)),
        Column("region", Text(100)),
        Column("city", Text(200)),
        Column("need", Text(10_000)),
        Column("source", Text(200)),
        Column("partner_code", Text(60)),
        Column("stage", OneOf.values(LeadStage)),
        Column("created_on", Day(), required=True),
        Column("closed_on", Day()),
        Column("budget", Number(AMOUNT)),
        Column("currency", Currency()),
    ),
    checks=(
        unknown(
            "partner_code",
            "partner",
            "There is no partner with this code. Import partners first, or correct it.",
        ),
        Check(
            "closed_on", "s.closed_on < s.created_on", "This day lies before created_on. Correct one of them."
        ),
        Check(
            "currency",
            "s.budget is not null and s.currency is null",
            "A budget needs its currency. Write it.",
        ),
        Check(
            "stage",
            "(s.stage is distinct from l.stage and s.stage is not null"
            " or p.id is distinct from l.partner_id and s.partner_code is not null)"
            " and exists (select from lead_offer f where f.lead_id = l.id and f.state = 'open')",
            "This lead is on offer to a partner. Take the offer back first.",
            joins="join lead l on l.key = s.key left join partner p on p.code = s.partner_code",
        ),
        Check(
            "closed_on",
            "s.stage = 'converted' and s.closed_on is null",
            "A converted lead counts by the day of its conversion. Write it.",
        ),
    ),
    targets=(
        Target(
            "lead",
            key={"key": "s.key"},
            joins="left join partner p on p.code = s.partner_code",
            columns=(
                Given("partner_id", "p.id"),
                Given("owner_id", "null::bigint", settled=f"case when not {MOVES} then t.owner_id end"),
                Given(
                    "staged_at",
                    "null::timestamptz",
                    settled=f"case when {MOVES} then {{now}} else t.staged_at end",
                ),
                *(Given(name, f"s.{name}") for name in TEXTS),
                Given("stage", "s.stage", default="'new'"),
                Given("created_on", "s.created_on"),
                Given("closed_on", "s.closed_on"),
                Given("budget", "s.budget"),
                Given("currency", "s.currency"),
            ),
            partner="coalesce(m.partner_id, t.partner_id)",
            versioned=True,
        ),
    ),
    touches="select partner_id from merged_lead where not same union select old_partner_id from merged_lead where not same",
    export="select l.key, l.company, l.contact, l.email, l.phone, l.website, l.country, l.region, l.city, l.need,"
    " l.source, p.code as partner_code, l.stage, l.created_on, l.closed_on, l.budget, l.currency"
    " from lead l left join partner p on p.id = l.partner_id where l.key is not null and {partner}",
)
