"""Partnerships with their tier and whether they are active (P1, P2, P4).

A new partnership is active from its first day, to its due day when that is past; the tier of a new one that names none is
Registered. A tier or an active that is not given stays as it is, so that bringing the same file in again takes no tier
away that was earned since.
"""

from __future__ import annotations

from app import clock
from app.importing.cells import Day, Text, YesNo
from app.importing.kind import Check, Column, Context, Given, Kind, Target, unknown
from app.models import Event, Partnership
from app.models.assessing.moving import Move, move
from app.models.partner_type import REGISTERED
from app.models.partnership import TierCause

WHY = "set by import"
DUE = "coalesce(s.due_on, (s.start_on + interval '1 year')::date)"
HELD = f"daterange(s.start_on, case when {DUE} < {{today}} then {DUE} + 1 end)"
"""The days a new partnership is active: to the due day, open when that is still to come."""

KNOWN = "left join partnership h on h.partner_id = p.id and h.start_on = s.start_on"


def _add_registered(context: Context) -> None:
    """P7: every type has the tier Registered."""
    context.run(
        "insert into tier (partner_type_id, name) select distinct p.partner_type_id, %s from partner p"
        " join staged s on s.partner_code = p.code on conflict (partner_type_id, name) do nothing",
        REGISTERED,
    )


def _set_periods(context: Context) -> None:
    """Open and close the days a partnership is active, and the days it holds a tier."""
    context.run(
        "create temp table held on commit drop as select m.at_line, m.existed, h.id, h.partner_id, h.partner_type_id,"
        f" h.start_on, h.due_on, s.active, {HELD} as new_days, t.id as tier_id, t.name as tier"
        " from merged_partnership m join staged s using (at_line)"
        " join partnership h on h.partner_id = m.partner_id and h.start_on = m.start_on"
        " left join tier t on t.partner_type_id = h.partner_type_id"
        " and t.name = coalesce(s.tier, case when not m.existed then %s end)",
        REGISTERED,
    )
    context.run(
        "insert into active_period (partner_id, partnership_id, during) select partner_id, id, new_days from held"
        " where not existed and coalesce(active, true)"
    )
    context.run(
        "insert into tier_period (partner_id, partnership_id, partner_type_id, tier_id, during, cause, why, by_id)"
        " select partner_id, id, partner_type_id, tier_id, daterange(start_on, null), %s, %s, %s from held"
        " where not existed",
        TierCause.IMPORT.value,
        WHY,
        context.by_id,
    )
    _turn_off(context)
    _turn_on(context)
    _change_tiers(context)
    context.run("drop table held")


def _turn_off(context: Context) -> None:
    """P1: a period that is open ends today; one that has not begun goes."""
    closing = (
        "from held h where a.partnership_id = h.id and h.existed and not h.active"
        " and coalesce(upper(a.during) > {today}, true)"
    )
    changed = context.run(
        f"update active_period a set during = daterange(lower(a.during), {{today}}) {closing}"
        " and lower(a.during) < {today} returning h.at_line, h.id"
    ).fetchall()
    changed += context.run(
        f"delete from active_period a using {closing.removeprefix('from ')} returning h.at_line, h.id".replace(
            " where ", " where lower(a.during) >= {today} and "
        )
    ).fetchall()
    _record(context, "partnership.turned_off", changed)


def _turn_on(context: Context) -> None:
    """P1: a partnership that was off is active from today on, as long as it is not over."""
    changed = context.run(
        "with opened as (insert into active_period (partner_id, partnership_id, during)"
        " select partner_id, id, daterange(greatest(start_on, {today}), null) from held h"
        " where existed and active and due_on >= {today} and not exists (select from active_period a"
        " where a.partnership_id = h.id and coalesce(upper(a.during) > {today}, true)) returning partnership_id)"
        " select h.at_line, h.id from opened o join held h on h.id = o.partnership_id"
    ).fetchall()
    _record(context, "partnership.turned_on", changed)


def _change_tiers(context: Context) -> None:
    """P4: staff set a tier with a reason; here the reason is the import."""
    changed = context.run(
        "select h.at_line, h.id, h.partner_id, h.partner_type_id, h.tier_id, old.name, h.tier from held h"
        " join tier_period x on x.partnership_id = h.id and upper_inf(x.during) join tier old on old.id = x.tier_id"
        " where h.existed and h.tier_id is not null and h.tier_id <> x.tier_id"
    ).fetchall()
    moves = [
        Move(number, partner, kind, tier, WHY, cause=TierCause.IMPORT, by_id=context.by_id)
        for _line, number, partner, kind, tier, _old, _new in changed
    ]
    move(context.session, clock.today(), moves)
    for at_line, number, *_ids, old, new in changed:
        _record(context, "partnership.tier_set", [(at_line, number)], before=old, after=new)


def _record(
    context: Context,
    kind: str,
    changed: list[tuple[int, int]],
    before: str | None = None,
    after: str | None = None,
) -> None:
    for at_line, number in changed:
        partnership = context.session.get_one(Partnership, number)
        values = ({"tier": before}, {"tier": after, "why": WHY}) if after else ({}, {"why": WHY})
        Event.record(context.session, kind, partnership, by=context.by, before=values[0], after=values[1])
        context.run("update merged_partnership set same = false where at_line = %s", at_line)


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
    export="select p.code as partner_code, h.start_on, h.due_on, (select t.name from tier_period x join tier t"
    " on t.id = x.tier_id where x.partnership_id = h.id order by lower(x.during) desc limit 1) as tier,"
    " exists (select from active_period a where a.partnership_id = h.id"
    " and coalesce(upper(a.during) > h.due_on, true)) as active"
    " from partnership h join partner p on p.id = h.partner_id where {partner}",
)
