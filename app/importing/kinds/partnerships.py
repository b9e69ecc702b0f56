"""Partnerships with their tier and whether they are active (P1, P2, P4).

A new partnership is active from its first day, to its due day when that is past; the tier of a new one that names none is
Registered. A tier or an active that is not given stays as it is, so that bringing the same file in again takes no tier
away that was earned since.
"""

from __future__ import annotations

from app.importing.cells import Day, Text, YesNo
from app.importing.kind import Check, Column, Context, Given, Kind, Target, unknown
from app.models import Fund, Partnership, Tier
from app.models.partner_type import REGISTERED
from app.models.partnership import TierCause

WHY = "set by import"
DUE = "coalesce(s.due_on, (s.start_on + interval '1 year')::date)"
HELD = f"daterange(s.start_on, case when {DUE} < {{today}} then {DUE} + 1 end)"
"""The days a new partnership is active: to the due day, open when that is still to come."""

NEW = (
    "merged_partnership m join staged s using (at_line)"
    " join partnership h on h.partner_id = m.partner_id and h.start_on = m.start_on"
)
CHANGES = (
    "select m.at_line, h.id, not s.active and a.id is not null as turned_off,"
    " s.active and a.id is null and h.due_on >= {today} as turned_on,"
    f" case when t.id <> x.tier_id then t.id end as tier_id from {NEW}"
    " left join tier t on t.partner_type_id = h.partner_type_id and t.name = s.tier"
    " left join active_period a on a.partnership_id = h.id and coalesce(upper(a.during) > {today}, true)"
    " left join tier_period x on x.partnership_id = h.id and upper_inf(x.during) where m.existed"
)
KNOWN = "left join partnership h on h.partner_id = p.id and h.start_on = s.start_on"


def _add_registered(context: Context) -> None:
    """P7: every type has the tier Registered."""
    context.run(
        "insert into tier (partner_type_id, name) select distinct p.partner_type_id, %s from partner p"
        " join staged s on s.partner_code = p.code on conflict (partner_type_id, name) do nothing",
        REGISTERED,
    )


def _set_periods(context: Context) -> None:
    """Begin the periods of new partnerships; what differs in known ones is done by the partnership itself."""
    _begin(context)
    begun = context.run(f"select h.id from {NEW} where not m.existed").fetchall()
    Fund.open_missing(context.session, [number for (number,) in begun], by=context.by, told=False)
    changes = context.run(f"select * from ({CHANGES}) c where turned_off or turned_on or tier_id is not null")
    for at_line, number, turned_off, turned_on, tier_id in changes.fetchall():
        partnership = context.session.get_one(Partnership, number)
        if turned_off:
            partnership.deactivate(by=context.by, why=WHY)
        if turned_on:
            partnership.activate(by=context.by)
        if tier_id is not None:
            partnership.set_tier(context.session.get_one(Tier, tier_id), WHY, by=context.by)
        context.run("update merged_partnership set same = false where at_line = %s", at_line)


def _begin(context: Context) -> None:
    context.run(
        "insert into active_period (partner_id, partnership_id, during)"
        f" select h.partner_id, h.id, {HELD} from {NEW} where not m.existed and coalesce(s.active, true)"
    )
    context.run(
        "insert into tier_period (partner_id, partnership_id, partner_type_id, tier_id, during, cause, why, by_id)"
        " select h.partner_id, h.id, h.partner_type_id, t.id, daterange(h.start_on, null), %s, %s, %s"
        f" from {NEW} join tier t on t.partner_type_id = h.partner_type_id and t.name = coalesce(s.tier, %s)"
        " where not m.existed",
        TierCause.IMPORT.value,
        WHY,
        context.by_id,
        REGISTERED,
    )


PARTNERSHIPS = Kind(
    name="partnerships",
    title="Partnerships",
    columns=(
        Column("partner_code", Text(60), required=True, key=True),
        Column("start_on", Day(), required=True, key=True),
        Column("due_on", Day()),
        Column("tier", Text(100)),
        Column("active", YesNo()),
    ),
    checks=(
        unknown(
            "partner_code",
            "partner",
            "There is no partner with this code. Import partners first, or correct it.",
        ),
        Check("due_on", "s.due_on < s.start_on", "This day lies before start_on. Correct one of them."),
        Check(
            "tier",
            f"s.tier <> '{REGISTERED}' and not exists (select from tier t where t.name = s.tier"
            " and t.partner_type_id = coalesce(h.partner_type_id, p.partner_type_id))",
            "'There is no such tier for a ' || y.name || '. Configure the program first, or correct it.'",
            joins=f"join partner p on p.code = s.partner_code {KNOWN}"
            " join partner_type y on y.id = coalesce(h.partner_type_id, p.partner_type_id)",
            computed=True,
        ),
        Check(
            "start_on",
            "h.id is null and coalesce(s.active, true) and (exists (select from active_period a"
            f" where a.partner_id = p.id and a.during && {HELD})"
            " or exists (select from staged o where o.partner_code = s.partner_code and o.at_line <> s.at_line"
            " and coalesce(o.active, true) and o.start_on is not null"
            f" and {HELD.replace('s.', 'o.')} && {HELD}))",
            "The partner has another active partnership on some of these days, and it may have one at a time."
            " Write active no, or correct the days.",
            joins=f"join partner p on p.code = s.partner_code {KNOWN}",
        ),
    ),
    before=_add_registered,
    targets=(
        Target(
            "partnership",
            key={"partner_id": "p.id", "start_on": "s.start_on"},
            joins="join partner p on p.code = s.partner_code",
            columns=(
                Given(
                    "partner_type_id",
                    "p.partner_type_id",
                    settled="coalesce(t.partner_type_id, i.partner_type_id)",
                ),
                Given("due_on", "s.due_on", default="(i.start_on + interval '1 year')::date"),
            ),
            versioned=True,
            partner="m.partner_id",
        ),
    ),
    after=_set_periods,
    touches="select partner_id from merged_partnership where not same",
    accrues="select o.id from opportunity o join merged_partnership m on m.partner_id = o.partner_id"
    " where not m.existed and o.closed_on >= m.start_on",
    export="select p.code as partner_code, h.start_on, h.due_on, (select t.name from tier_period x join tier t"
    " on t.id = x.tier_id where x.partnership_id = h.id order by lower(x.during) desc limit 1) as tier,"
    " exists (select from active_period a where a.partnership_id = h.id"
    " and coalesce(upper(a.during) > h.due_on, true)) as active"
    " from partnership h join partner p on p.id = h.partner_id where {partner}",
)
