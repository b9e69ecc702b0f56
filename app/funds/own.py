"""The funds of one partner, for its portal and for the vendor's pages about it: what each holds, and the latest entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement

from app.access import Permission, current_person, may
from app.extensions import db
from app.funds import reader
from app.models import Entry, Fund
from app.models.funds import fund_reading
from app.models.funds.entry_reading import LINES, EntryLine, read
from app.models.funds.expiring import Expiry, upcoming
from app.models.funds.forecast import Forecast, forecast
from app.models.funds.fund_reading import FundHead
from app.rules.entry_words import TITLES

LATEST = 6


@dataclass(frozen=True)
class Held:
    """A fund and what expires of it next."""

    head: FundHead
    expiry: Expiry | None
    href: str
    forecast: Forecast | None = None
    """What open deals would bring at their chances."""

    @property
    def period(self) -> str:
        """From when to when the fund lasts, in words."""
        return reader.period(self.head)


@dataclass(frozen=True)
class Latest:
    """An entry among the latest of a partner's funds."""

    line: EntryLine
    head: FundHead
    href: str

    @property
    def kind(self) -> str:
        """What kind of entry it is, in words."""
        return TITLES[self.line.kind.value]


def own_funds(*, ahead: bool = False) -> Sequence[Held]:
    """Return the funds of the reader's own organisation; none for those who may not read them. `ahead`: with forecasts."""
    if not may(Permission.PORTAL_FUNDS_READ):
        return ()
    funds = held(Fund.partner_id == current_person.partner_id)
    if not ahead or not funds:
        return funds
    expected = forecast(db.session(), [one.head.id for one in funds])
    return [replace(one, forecast=expected.get(one.head.id)) for one in funds]


def held(*where: ColumnElement[bool]) -> Sequence[Held]:
    """Return funds with what expires of each next."""
    heads = fund_reading.heads(db.session(), *where)
    ending = [head.id for head in heads if head.may_expire]
    coming = upcoming(db.session(), ending) if ending else {}
    return [Held(head, coming.get(head.id), reader.fund_url(head.id)) for head in heads]


def latest(funds: Collection[Held]) -> Sequence[Latest]:
    """Return the latest entries of these funds, the newest first."""
    heads = {one.head.id: one.head for one in funds}
    found: list[EntryLine] = []
    for number in heads:
        newest = LINES.where(Entry.fund_id == number).order_by(Entry.sequence.desc()).limit(LATEST)
        found += read(db.session.execute(newest))
    found.sort(key=lambda line: (line.posted_at, line.id), reverse=True)
    return [
        Latest(line, heads[line.fund_id], reader.entry_url(line.fund_id, line.sequence))
        for line in found[:LATEST]
    ]
