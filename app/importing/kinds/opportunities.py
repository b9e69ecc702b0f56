"""Opportunities and the stages they go through (L5). Imported won deals are confirmed (F3)."""

from __future__ import annotations

from app.access import Permission
from app.importing.cells import Currency, Day, Number, OneOf, Text
from app.importing.kind import Check, Column, Context, Given, Kind, Target, unknown
from app.models.deals.opportunity import Opportunity, StageKind
from app.models.registrations.registration import ALIVE, Registration
from app.rules.numerals import AMOUNT, DISCOUNT, WHOLE, Grammar

SHARE = Grammar("a probability", DISCOUNT.pattern, "Write a number from 0 to 1, such as 0.3 for 30 %.")

NO_STAGE_LEFT = """
    was.active and was.kind <> s.kind
    and not exists (select from staged y left join opportunity_stage x on x.name = y.name
        where y.kind = was.kind and coalesce(x.active, true))
    and not exists (select from opportunity_stage x left join staged y on y.name = x.name
        where x.kind = was.kind and x.active and y.name is null)
"""

STAGES = Kind(
    name="opportunity-stages",
    title="Opportunity stages",
    columns=(
        Column("name", Text(60), required=True, key=True),
        Column("order", Number(WHOLE), required=True),
        Column("kind", OneOf.values(StageKind), required=True),
        Column("probability", Number(SHARE), required=True),
    ),
    checks=(
        Check(
            "name",
            "lower(other.name) = lower(s.name)",
            "'There is a stage “' || other.name || '” already. Write it the same way.'",
            joins="join opportunity_stage other on other.name <> s.name",
            computed=True,
        ),
        Check(
            "kind",
            "was.kind <> s.kind and exists (select from opportunity o where o.stage_id = was.id and o.deleted_at is null)",
            "'Deals stand in “' || was.name || '”, so it stays ' || was.kind || '. Add another stage instead.'",
            joins="join opportunity_stage was on was.name = s.name",
            computed=True,
        ),
        Check(
            "kind",
            NO_STAGE_LEFT,
            "'No stage in use would be ' || was.kind || ' any more. Keep one, or bring in another.'",
            joins="join opportunity_stage was on was.name = s.name",
            computed=True,
        ),
    ),
    targets=(
        Target(
            "opportunity_stage",
            key={"name": "s.name"},
            columns=(
                Given("position", 's."order"'),
                Given("kind", "s.kind"),
                Given(
                    "probability", "case s.kind when 'won' then 1 when 'lost' then 0 else s.probability end"
                ),
            ),
            versioned=True,
        ),
    ),
    touches="select o.partner_id from opportunity o join opportunity_stage g on g.id = o.stage_id"
    " join merged_opportunity_stage m on m.name = g.name where m.existed and not m.same",
    export='select name, position as "order", kind, probability from opportunity_stage',
)

MISSING_RATES = """
    select format('%s opportunities in %s were closed on %s, a day without an exchange rate: import it with the kind'
        ' exchange-rates, or assessing them is refused.', count(*), m.currency, m.closed_on)
    from merged_opportunity m join opportunity_stage g on g.id = m.stage_id and g.kind = 'won'
    where m.currency <> (select currency from program_version where status = 'published' order by valid_from desc limit 1)
    and not exists (select from exchange_rate r where r.currency = m.currency and r.day = m.closed_on)
    group by m.currency, m.closed_on order by m.closed_on, m.currency
"""


def _release_what_is_closed(context: Context) -> None:
    """The protection of a customer ends when the deal it was given for is closed (L4)."""
    closed = context.run(
        "select distinct r.opportunity_id from merged_opportunity m join opportunity o on o.key = m.key"
        " join opportunity_stage g on g.id = o.stage_id and g.kind <> 'open'"
        " join registration r on r.opportunity_id = o.id and r.state = any(%s) where m.existed and not m.same",
        [state.value for state in ALIVE],
    )
    for (number,) in closed.fetchall():
        deal = context.session.get_one(Opportunity, number)
        Registration.release(context.session, deal, reason="The deal was closed by an import.", by=context.by)


OPPORTUNITIES = Kind(
    name="opportunities",
    title="Opportunities",
    permission=Permission.IMPORT_PIPELINE,
    columns=(
        Column("key", Text(100), required=True, key=True),
        Column("name", Text(), required=True),
        Column("partner_code", Text(60), required=True),
        Column("customer", Text(), required=True),
        Column("stage", Text(100), required=True),
        Column("amount", Number(AMOUNT), required=True),
        Column("currency", Currency(), required=True),
        Column("created_on", Day(), required=True),
        Column("expected_on", Day()),
        Column("closed_on", Day()),
        Column("sku", Text(100)),
        Column("probability", Number(SHARE)),
        Column("owner", Text(200)),
    ),
    checks=(
        unknown(
            "partner_code",
            "partner",
            "There is no partner with this code. Import partners first, or correct it.",
        ),
        unknown(
            "stage",
            "opportunity_stage",
            "There is no such stage. Import opportunity-stages first, or correct it.",
            by="name",
        ),
        unknown(
            "sku",
            "product",
            "There is no product with this number. Import products first, or correct it.",
            by="sku",
        ),
        Check(
            "closed_on", "s.closed_on < s.created_on", "This day lies before created_on. Correct one of them."
        ),
        Check(
            "stage",
            "not g.active and not exists (select from opportunity o where o.key = s.key and o.stage_id = g.id)",
            "This stage is out of use. Write another one, or take it into use again.",
            joins="join opportunity_stage g on g.name = s.stage",
        ),
        Check(
            "closed_on",
            "s.closed_on is null and g.kind <> 'open'",
            "A deal that is won or lost counts by its closing day. Write it.",
            joins="join opportunity_stage g on g.name = s.stage",
        ),
        Check(
            "closed_on",
            "s.closed_on is not null and g.kind = 'open'",
            "An open deal has no closing day. Write it as expected_on, or correct the stage.",
            joins="join opportunity_stage g on g.name = s.stage",
        ),
    ),
    targets=(
        Target(
            "opportunity",
            key={"key": "s.key"},
            joins="join partner p on p.code = s.partner_code join opportunity_stage g on g.name = s.stage"
            " left join product d on d.sku = s.sku",
            columns=(
                Given("partner_id", "p.id"),
                Given(
                    "owner_id",
                    "null::bigint",
                    settled="case when t.partner_id = i.partner_id then t.owner_id end",
                ),
                Given("name", "s.name"),
                Given("customer", "s.customer"),
                Given("stage_id", "g.id"),
                Given("amount", "s.amount"),
                Given("currency", "s.currency"),
                Given("created_on", "s.created_on"),
                Given("expected_on", "s.expected_on"),
                Given("closed_on", "s.closed_on", settled="i.closed_on"),
                Given("product_id", "d.id"),
                Given("probability", "s.probability"),
                Given("owner", "s.owner"),
                Given(
                    "confirmed_at",
                    "g.kind = 'won'",
                    settled="case when i.confirmed_at then coalesce(t.confirmed_at, {now}) end",
                ),
            ),
            partner="m.partner_id",
            versioned=True,
        ),
    ),
    after=_release_what_is_closed,
    touches="select partner_id from merged_opportunity where not same"
    " union select old_partner_id from merged_opportunity where not same",
    accrues="select o.id from merged_opportunity m join opportunity o on o.key = m.key where not m.same",
    warnings=MISSING_RATES,
    export="select o.key, o.name, p.code as partner_code, o.customer, g.name as stage, o.amount, o.currency,"
    " o.created_on, o.expected_on, o.closed_on, d.sku, o.probability, o.owner from opportunity o"
    " join partner p on p.id = o.partner_id join opportunity_stage g on g.id = o.stage_id"
    " left join product d on d.id = o.product_id where o.key is not null and o.deleted_at is null and {partner}",
)
