"""What expires of a fund and when, warnings before it, and the entry that says so (F6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import clock
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.expiry_warning import ExpiryWarning
from app.models.funds.fund import Fund
from app.models.funds.fund_account import AccountKind, FundAccount
from app.models.funds.fund_type import FundType, UseWithin
from app.models.funds.transfers import lock_all
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.person import Person, Role
from app.models.talk.step import Step
from app.models.vendor import Vendor
from app.rules.expiry import Standing, Terms, warning
from app.rules.ledger import in_words
from app.rules.periods import DAY

AT_ONCE = 200
"""Funds that expire, or are warned of, in one transaction."""
FORMULA = "available − credited for days after the end, never below zero"

# A moment of None asks how it stands now; else how the ledger stood then.
_STANDING = text("""
    with asked as (
        select * from unnest(cast(:funds as bigint[]), cast(:ends as date[]), cast(:moments as timestamptz[]))
            with ordinality as d (fund_id, ends, moment, place)
    ), later as (
        select d.place, coalesce(sum(e.amount), 0) as now,
            coalesce(sum(e.amount) filter (where e.posted_at < d.moment), 0)
            - coalesce(sum(e.amount) filter (where r.posted_at < d.moment), 0) as given,
            coalesce(sum(e.amount) filter (where r.id is not null), 0) as gone
        from asked d join fund_entry e on e.fund_id = d.fund_id and e.meant_on > d.ends
            and e.kind in ('accrual', 'credit', 'transfer in')
        left join fund_entry r on r.reverses_id = e.id
        group by d.place
    ), restored as (
        select d.place, sum(r.amount) as now, coalesce(sum(r.amount) filter (where r.posted_at < d.moment), 0) as given
        from asked d join fund_entry r on r.fund_id = d.fund_id and r.meant_on > d.ends and r.kind = 'reversal'
        join fund_entry e on e.id = r.reverses_id and e.kind = 'expire'
        group by d.place
    )
    select d.place, a.balance as held,
        coalesce((select e.available_after from fund_entry e where e.fund_id = d.fund_id and e.posted_at < d.moment
            order by e.posted_at desc, e.sequence desc limit 1), 0) as held_then,
        coalesce(l.now - l.gone, 0) + coalesce(s.now, 0) as later,
        coalesce(l.given, 0) + coalesce(s.given, 0) as later_then
    from asked d
    join fund_account a on a.fund_id = d.fund_id and a.kind = 'available'
    left join later l on l.place = d.place left join restored s on s.place = d.place
    order by d.place
""")


@dataclass(frozen=True)
class Expiry:
    """What expires of a fund: so many minor units with the last day; `ended_on` is the period's or the fund's end."""

    fund_id: int
    currency: str
    ended_on: date
    last_day: date
    amount: int = 0
    moment: datetime | None = None
    """When the last day is over."""
    is_last: bool = False
    """Whether it is the fund's own end, after which nothing that comes back has a next one."""
    came_back: bool = False
    """Whether all of it came back, or in, after the last day."""

    @property
    def cause(self) -> str:
        """Return the cause of the entry, the same however often it is asked."""
        return f"expiry/{self.fund_id}/{self.ended_on}"


# ---------------------------------------------------------------- questions


def upcoming(session: Session, fund_ids: Collection[int], *, within: int | None = None) -> dict[int, Expiry]:
    """Return by fund what would expire at its next end if it were today; funds of which nothing would are left out.

    `within` days from now; None: whenever it is.
    """
    coming = []
    for row in session.execute(_funds().where(Fund.id.in_(list(fund_ids)))):
        today = clock.today(row.zone)
        found = _terms(row).next(today)
        if found is not None and (within is None or found[1] <= today + timedelta(within)):
            coming.append(Expiry(row.id, row.currency, *found))
    return {one.fund_id: one for one in _weighed(session, coming) if one.amount > 0}


def due(session: Session) -> list[Expiry]:
    """Return what is to expire now: ends that are over, with money unused; of a period, which ends once, without an entry."""
    ends = []
    for row in session.execute(_with_money()):
        over = _terms(row).over(clock.today(row.zone))
        ends += [
            Expiry(
                row.id,
                row.currency,
                *both,
                moment=_after(both[1], row.zone),
                is_last=both == (row.ends_on, row.ends_on),
            )
            for both in over
        ]
    causes = [one.cause for one in ends]
    done = set(
        session.scalars(select(Entry.cause).where(Entry.kind == EntryKind.EXPIRE, Entry.cause.in_(causes)))
    )
    waiting = [one for one in ends if one.is_last or one.cause not in done]
    return [one for one in _weighed(session, waiting) if one.amount > 0]


# ---------------------------------------------------------------- verbs


def expire_due(session: Session) -> int:
    """Let what was not used in time expire, some funds at once, and tell whose it was; return how many entries."""
    waiting = due(session)[:AT_ONCE]
    funds = _loaded(session, (one.fund_id for one in waiting))
    lock_all(*funds.values())
    posted = 0
    for one in sorted(waiting, key=lambda each: (each.last_day, each.fund_id)):
        (weighed,) = _weighed(session, [one])  # it is locked now, and an earlier end may have taken its part
        if weighed.amount > 0:
            _expire(funds[one.fund_id], weighed)
            posted += 1
    return posted


def warn_due(session: Session) -> int:
    """Warn 60, 30 and 7 days ahead, each once, of what would expire; of warnings missed only the nearest is given."""
    coming = upcoming(session, session.scalars(_with_money().with_only_columns(Fund.id)).all(), within=60)
    funds = _loaded(session, coming)
    warned = 0
    for number, one in coming.items():
        fund = funds[number]
        days = warning(fund.today(), one.last_day)
        if days is not None and _is_first(fund, one, days):
            _tell(fund, "fund.expires_soon", one, expires_on=one.last_day, days=days)
            warned += 1
        if warned == AT_ONCE:
            break
    return warned


# ---------------------------------------------------------------- how


def _funds() -> Any:
    """Funds with their terms, and the zone their days are counted in (M4)."""
    zone = func.coalesce(OperatingCompany.time_zone, select(Vendor.time_zone).scalar_subquery(), "UTC")
    return (
        select(
            Fund.id,
            Fund.currency,
            Fund.starts_on,
            Fund.ends_on,
            FundType.use_within,
            FundType.used_from,
            FundType.grace_days,
            zone.label("zone"),
        )
        .join(FundType, FundType.id == Fund.fund_type_id)
        .join(Partner, Partner.id == Fund.partner_id)
        .outerjoin(OperatingCompany, OperatingCompany.id == Partner.operating_company_id)
        .order_by(Fund.id)
    )


def _with_money() -> Any:
    """Funds with something available of which something can expire."""
    return (
        _funds()
        .join(FundAccount, FundAccount.fund_id == Fund.id)
        .where(
            FundAccount.kind == AccountKind.AVAILABLE,
            FundAccount.balance > 0,
            or_(Fund.ends_on.is_not(None), FundType.use_within != UseWithin.EVER),
        )
    )


def _terms(row: Any) -> Terms:
    since = max(row.starts_on, row.used_from or row.starts_on)
    return Terms(row.use_within.value, row.grace_days, since, row.ends_on)


def _after(day: date, zone: str) -> datetime:
    """The instant at which a day is over in a zone."""
    return datetime.combine(day + DAY, datetime.min.time(), ZoneInfo(zone))


def _weighed(session: Session, ends: Iterable[Expiry]) -> list[Expiry]:
    """Return the same ends with what expires: as the ledger stood when the last day was over, or stands now."""
    asked = list(ends)
    if not asked:
        return []
    rows = session.execute(
        _STANDING,
        {
            "funds": [one.fund_id for one in asked],
            "ends": [one.ended_on for one in asked],
            "moments": [one.moment for one in asked],
        },
    ).all()
    return [_with_amount(one, row) for one, row in zip(asked, rows, strict=True)]


def _with_amount(one: Expiry, row: Any) -> Expiry:
    now = row.held, row.later
    then = now if one.moment is None else (row.held_then, row.later_then)
    standing = Standing(*then, *now)
    amount = standing.left if one.is_last else standing.expires
    return replace(one, amount=int(amount), came_back=one.is_last and not standing.expires)


def _loaded(session: Session, numbers: Iterable[int]) -> dict[int, Fund]:
    found = session.scalars(select(Fund).where(Fund.id.in_(set(numbers))).order_by(Fund.id))
    return {fund.id: fund for fund in found}


def _expire(fund: Fund, one: Expiry) -> None:
    """Post it; of a fund's own end as often as money comes back after it, each time with a number in the cause."""
    before = _times(fund, one) if one.is_last else 0
    facts = {"rule": "F6", "formula": FORMULA, "until": one.last_day, "ended_on": one.ended_on}
    if before or one.came_back:
        facts |= {"came_back": "after the last day"}
    cause = f"{one.cause}/{before + 1}" if before else one.cause
    fund.post(EntryKind.EXPIRE, one.amount, cause=cause, by=None, meant_on=one.last_day, facts=facts)
    _tell(fund, "fund.expired", one, ended_on=one.last_day)


def _times(fund: Fund, one: Expiry) -> int:
    """How often something expired at this end before."""
    same = or_(Entry.cause == one.cause, Entry.cause.startswith(f"{one.cause}/", autoescape=True))
    asked = select(func.count()).where(Entry.fund_id == fund.id, Entry.kind == EntryKind.EXPIRE, same)
    return fund.session.scalar(asked) or 0


def _is_first(fund: Fund, one: Expiry, days: int) -> bool:
    """Keep that the warning was given; False when it was before."""
    row = {
        "partner_id": fund.partner_id,
        "fund_id": fund.id,
        "expires_on": one.last_day,
        "days": days,
        "sent_at": clock.now(),
    }
    kept = insert(ExpiryWarning).values(row).on_conflict_do_nothing().returning(ExpiryWarning.fund_id)
    return fund.session.scalar(kept) is not None


def _tell(fund: Fund, kind: str, one: Expiry, **facts: Any) -> None:
    """Put it into the fund's time line, and tell the partner's administrators and the vendor's marketing."""
    administrators = Person.partner_id == fund.partner_id, Role.PARTNER_ADMINISTRATOR
    marketing = Person.partner_id.is_(None), Role.MARKETING
    to = [
        number
        for whose, role in (administrators, marketing)
        for number in fund.session.scalars(
            select(Person.id).where(whose, Person.active, Person.roles.contains([role.value]))
        )
    ]
    Step.take(fund, kind, by=None, to=to, amount=in_words(one.amount, one.currency), **facts)
