"""Entries of funds from another ledger: credits and debits, each posted once by its key (F2, F4).

A ledger takes nothing back, so nothing is merged: an entry whose key is known is skipped when it says the same, and refused
when it says something else. One that staff reversed stays so when its file comes again; a corrected one is posted anew.
Entries are posted by day, credits before debits, then in the order of the file; the fund is the one of that type of the partner's
partnership on that day, made if there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from babel.core import get_global

from app.access import Permission
from app.importing.cells import Currency, Day, Number, OneOf, Text
from app.importing.kind import Check, Column, Context, Counts, Kind, unknown
from app.rules import by_hand, ledger
from app.rules.numerals import AMOUNT

PREFIX = "import/"
BATCH = 10_000
"""Entries posted by one statement."""
ORDER = "s.day, s.kind, s.at_line"
"""Credits stand before debits in the alphabet, too."""


def _by_currency(column: str, said: Callable[[int], str]) -> str:
    """What holds for a currency by its places after the point: ISO 4217's, two where nothing else is said."""
    others = {code: int(known[0]) for code, known in get_global("currency_fractions").items()}
    usual = others.pop("DEFAULT")
    arms = " ".join(
        f"when '{code}' then {said(places)}" for code, places in sorted(others.items()) if places != usual
    )
    return f"case {column} {arms} else {said(usual)} end"


def _in_words(units: str, currency: str) -> str:
    """An amount of minor units as a sentence says it."""
    return f"(({units}) * {_by_currency(currency, lambda places: str(Decimal(1).scaleb(-places)))})"


PLACES = _by_currency("s.currency", str)
FACTOR = _by_currency("s.currency", lambda places: str(10**places))
UNITS = f"(s.amount * {FACTOR})"
WHERE_IT_GOES = (
    "join partner p on p.code = s.partner_code left join operating_company o on o.id = p.operating_company_id"
    " left join lateral (select h.id, h.start_on from partnership h where h.partner_id = p.id"
    " and s.day between h.start_on and h.due_on order by exists (select from active_period a"
    " where a.partnership_id = h.id and a.during @> s.day) desc, h.start_on desc limit 1) h on true"
    " left join fund_type y on y.name = s.fund"
    " left join fund f on f.partnership_id = h.id and f.fund_type_id = y.id"
)
PROGRAM = (
    "(select v.currency from program_version v where v.status = 'published'"
    " order by v.valid_from > {today}, v.valid_from desc limit 1)"
)
CURRENCY = f"coalesce(f.currency, p.currency, o.currency, {PROGRAM})"
OVERDRAFT = (
    f"case when f.id is not null then f.overdraft when y.overdraft = 'unlimited' then null"
    f" when y.overdraft = 'limit' then round(y.overdraft_limit * {FACTOR}) else 0 end"
)
POSTED = (
    " left join lateral (select e.*, exists (select from fund_entry r where r.reverses_id = e.id) as gone"
    f" from fund_entry e where e.kind in ('credit', 'debit') and e.cause = '{PREFIX}' || s.key"
    " order by e.id desc limit 1) e on true"
)
SAME = (
    f"(e.fund_id = f.id and e.kind = s.kind and e.amount = {UNITS} and e.meant_on = s.day"
    " and e.reason = s.description) is true"
)
RUNNING = f"""
    join (select w.at_line, w.would, w.overdraft, w.units, w.currency from (
        select s.at_line, s.kind, s.currency, {UNITS} as units, {OVERDRAFT} as overdraft,
            coalesce(a.balance, 0) + sum(case when {SAME} then 0 when s.kind = 'credit' then {UNITS} else -{UNITS} end)
            over (partition by h.id, y.id order by {ORDER} rows unbounded preceding) as would
        from staged s {WHERE_IT_GOES}{POSTED}
        left join fund_account a on a.fund_id = f.id and a.kind = 'available'
        where s.amount is not null and s.kind is not null and s.day is not null and not {SAME}
    ) w where w.kind = 'debit' and w.would < -w.overdraft) w on w.at_line = s.at_line
"""
TOO_LARGE_ALONE = (
    "not {by_command} and exists (select from vendor v left join lateral (select x.rate from exchange_rate x"
    f" where x.currency = s.currency and x.day between {{today}} - {by_hand.RATE_DAYS} and {{today}}"
    " order by x.day desc limit 1) r on true"
    f" where case when s.currency = {PROGRAM} then s.amount else s.amount * r.rate end"
    " > v.two_person_above or (v.two_person_above is not null and r.rate is null"
    f" and s.currency is distinct from {PROGRAM}))"
)


def _post(context: Context) -> Counts:
    """Make the funds that are missing, hold all of them in order of number, and write the entries."""
    _open_funds(context)
    context.run("drop table if exists pg_temp.posting")
    context.run(
        f"create temp table posting on commit drop as select f.partner_id, f.id as fund_id, s.kind, {UNITS}::bigint as amount,"
        f" '{PREFIX}' || s.key as cause, s.key, s.day, s.description, {SAME} as same, row_number() over (order by {SAME}, f.id, {ORDER}) as place"
        f" from staged s {WHERE_IT_GOES}{POSTED}"
    )
    context.run("create index on posting (place)")
    context.run(
        "select from fund where id in (select fund_id from posting where not same) order by id for no key update"
    )
    counted = context.run(
        "select count(*) filter (where not same), count(*) filter (where same) from posting"
    ).fetchone()
    created, unchanged = counted or (0, 0)
    for first in range(1, created + 1, BATCH):
        context.run(
            "insert into fund_entry"
            " (partner_id, fund_id, kind, amount, cause, forced, meant_on, posted_at, by_id, reason, facts)"
            " select s.partner_id, s.fund_id, s.kind, s.amount, s.cause, false, s.day, {now}, %s, s.description,"
            " jsonb_build_object('import_key', s.key) from posting s"
            " where not s.same and s.place between %s and %s order by s.place",
            context.by_id,
            first,
            first + BATCH - 1,
        )
    return created, 0, unchanged


def _open_funds(context: Context) -> None:
    context.run(
        "insert into fund (partner_id, partnership_id, fund_type_id, currency, starts_on, overdraft, opened_at, version)"
        f" select distinct p.id, h.id, y.id, s.currency, h.start_on, ({OVERDRAFT})::bigint, {{now}}, 1"
        f" from staged s {WHERE_IT_GOES} where f.id is null order by h.id, y.id"
        " on conflict (partnership_id, fund_type_id) do nothing"
    )


FUND_ENTRIES = Kind(
    name="fund-entries",
    title="Fund entries",
    permission=Permission.IMPORT_FUNDS,
    columns=(
        Column("key", Text(100), required=True, key=True),
        Column("partner_code", Text(60), required=True),
        Column("fund", Text(100), required=True),
        Column("day", Day(), required=True),
        Column("kind", OneOf(("credit", "debit")), required=True),
        Column("amount", Number(AMOUNT, above=Decimal(0)), required=True),
        Column("currency", Currency(), required=True),
        Column("description", Text(by_hand.LONGEST), required=True),
    ),
    checks=(
        unknown(
            "partner_code",
            "partner",
            "There is no partner with this code. Import partners first, or correct it.",
        ),
        unknown(
            "fund",
            "fund_type",
            "There is no fund type of this name. Import fund-types first, or correct it.",
            by="name",
        ),
        Check("day", "s.day > {today}", "This day has not come yet. Write today or an earlier day."),
        Check(
            "day",
            "s.day is not null and h.id is null",
            "The partner has no partnership on this day. Import partnerships first, or correct the day.",
            joins=WHERE_IT_GOES,
        ),
        Check(
            "day",
            "s.day < f.starts_on",
            "'The fund begins on ' || f.starts_on || ', so nothing is posted for a day before it. Correct the day.'",
            joins=WHERE_IT_GOES,
            computed=True,
        ),
        Check(
            "day",
            "s.kind = 'credit' and s.day > f.ends_on",
            "'The fund ended on ' || f.ends_on || ', so it takes no more money. Correct the day, or give it a later end.'",
            joins=WHERE_IT_GOES,
            computed=True,
        ),
        Check(
            "fund",
            "f.id is null and h.id is not null and not y.active",
            "This fund type is out of use, and the partner has no fund of it. Correct it, or take it into use again.",
            joins=WHERE_IT_GOES,
        ),
        Check(
            "currency",
            f"h.id is not null and s.currency <> {CURRENCY}",
            f"'This fund is kept in ' || {CURRENCY} || '. Convert the amount, or correct the currency.'",
            joins=WHERE_IT_GOES,
            computed=True,
        ),
        Check(
            "amount",
            f"scale(trim_scale(s.amount)) > {PLACES}",
            f"'An amount in ' || s.currency || ' has at most ' || {PLACES} || ' places after the point. It is never rounded.'",
            computed=True,
        ),
        Check("amount", f"{UNITS} > {ledger.MOST}", "This amount is too large to be posted at once."),
        Check(
            "amount",
            TOO_LARGE_ALONE,
            "A second person decides about so large an amount. Post it by hand, so that somebody is asked.",
        ),
        Check(
            "key",
            f"e.id is not null and not e.gone and not {SAME}",
            f"'This key is already posted with ' || {_in_words('e.amount', 'e.currency')}"
            " || '; reverse it, or use another key.'",
            joins=WHERE_IT_GOES + POSTED,
            computed=True,
        ),
        Check(
            "amount",
            "true",
            f"'The fund would hold only ' || {_in_words('round(w.would + w.units)', 'w.currency')} || ' ' || w.currency"
            " || ' by then. Credit it first, or debit less.'",
            joins=RUNNING,
            computed=True,
        ),
    ),
    targets=(),
    writes=_post,
    export=f"select substr(e.cause, {len(PREFIX) + 1}) as key, p.code as partner_code, y.name as fund, e.meant_on as day,"
    f" e.kind, {_in_words('e.amount', 'e.currency')} as amount, e.currency, e.reason as description from fund_entry e"
    " join fund f on f.id = e.fund_id join fund_type y on y.id = f.fund_type_id join partner p on p.id = e.partner_id"
    f" where e.kind in ('credit', 'debit') and e.cause like '{PREFIX}%'"
    " and not exists (select from fund_entry r where r.reverses_id = e.id) and {partner}",
)
