"""The entries of a fund as a list: newest first, paged by their sequence, narrowed by kind, days and words (F8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, Text, cast, or_, select
from sqlalchemy.orm import Session

from app.funds import drawing, reader
from app.funds.finding import found
from app.listing import Column, Listing, Page, choice, day, matches
from app.listing.exports import as_csv, as_sheet
from app.models import Activity, Entry, EntryKind, Opportunity
from app.models.funds.entry_reading import LINES, EntryLine, read
from app.models.funds.fund_reading import FundHead
from app.models.funds.fund_statement import EARLIEST
from app.rules.entry_words import TITLES

KINDS = [(kind.value, TITLES[kind.value]) for kind in EntryKind]
EMPTY = (
    "Nothing has been posted yet",
    "Won deals credit the fund by themselves where the tier grants a percent of them; others are credited by hand.",
)


@dataclass(frozen=True)
class _Of:
    """The entries of one fund; two questions about the same fund are equal."""

    fund_id: int

    def __call__(self) -> Select[*tuple[Any, ...]]:
        return LINES.where(Entry.fund_id == self.fund_id)


def routes(bp: Blueprint, mark: Callable[[Any], Any]) -> None:
    """Put the files of what a fund's page shows beside it; `mark` is @requires(...) of the page."""
    for suffix, export in (("csv", as_csv), ("xlsx", as_sheet)):
        bp.add_url_rule(f"/<id:fund_id>.{suffix}", suffix + "_of_entries", mark(_file(export)))


def _file(export: Callable[[Page], ResponseReturnValue]) -> Callable[[int], ResponseReturnValue]:
    def view(fund_id: int) -> ResponseReturnValue:
        return export(whole(found(fund_id)))

    return view


def screen(head: FundHead) -> Page:
    """Return the screen of a fund's entries that the address asks for, read and drawn."""
    page = _listing(head, _columns(head), is_drawn=False).asked(request.args)
    if not page.is_filtered:
        page.total = head.entries  # sequences have no gaps, so nothing needs to be counted
    page.load()
    page.drawn = drawing.rows(head, page.items)
    return page


def whole(head: FundHead) -> Page:
    """Return what the address asks for, all of it, for a file."""
    return _listing(head, _export_columns(head), is_drawn=True).asked(request.args)


def _listing(head: FundHead, columns: Sequence[Column], *, is_drawn: bool) -> Listing:
    return Listing(
        "entries",
        query=_Of(head.id),
        key=Entry.sequence,
        columns=columns,
        default="-posted",
        filters=[
            choice("kind", "Kind", KINDS, lambda given: Entry.kind == EntryKind(given)),
            day("from", "Posted from", lambda on: Entry.posted_at >= _begin(on, head.zone)),
            day("to", "Posted to", lambda on: Entry.posted_at < _begin(on + timedelta(days=1), head.zone)),
        ],
        search=lambda words: _says(head, words),
        empty=EMPTY,
        prepare=_entries,
        is_drawn=is_drawn,
    )


def _entries(_session: Session, rows: list[Any]) -> list[Any]:
    return list(read(rows))


def _begin(on: date, zone: str) -> datetime:
    return datetime.combine(max(on, EARLIEST), time.min, ZoneInfo(zone))


def _says(head: FundHead, words: str) -> ColumnElement[bool]:
    """Return the condition that an entry, its deal or its activity says these words; the entries are those of one fund."""
    deals = select(Opportunity.id).where(
        Opportunity.partner_id == head.partner_id, matches(Opportunity.search, words)
    )
    activities = select(Activity.id).where(Activity.fund_id == head.id, matches(Activity.search, words))
    return or_(
        Entry.reason.icontains(words, autoescape=True),
        Entry.cause.icontains(words, autoescape=True),
        cast(Entry.facts, Text).icontains(words, autoescape=True),
        Entry.opportunity_id.in_(deals),
        Entry.activity_id.in_(activities),
    )


def _columns(head: FundHead) -> list[Column]:
    """Return the columns of a bank statement; the rows are drawn by `drawing`."""
    unit = head.currency
    return [
        Column("posted", "Posted", lambda line: line.posted_at, sort=Entry.sequence, kind="day"),
        Column("what", "What", lambda line: line.sentence),
        Column("credit", f"Credit, {unit}", lambda line: line.credit, kind="num"),
        Column("debit", f"Debit, {unit}", lambda line: line.debit, kind="num"),
        Column("available", "Available", lambda line: line.available_after, kind="num"),
        Column("reserved", "Reserved", lambda line: line.reserved_after, kind="num"),
    ]


def _export_columns(head: FundHead) -> list[Column]:
    def amount(units: int) -> Any:
        return head.money(units) if units else None

    def fact(name: str) -> Any:
        return lambda line: line.facts.get(name)

    return [
        Column("sequence", "Sequence", lambda line: line.sequence),
        Column("posted", "Posted", lambda line: head.day_of(line.posted_at), sort=Entry.sequence),
        Column("meant", "Meant for", lambda line: line.meant_on),
        Column("kind", "Kind", lambda line: TITLES[line.kind.value]),
        Column("what", "What", lambda line: line.sentence),
        Column("from", "From", _whence),
        Column("credit", "Credit", lambda line: amount(line.credit)),
        Column("debit", "Debit", lambda line: amount(line.debit)),
        Column("available", "Available", lambda line: head.money(line.available_after)),
        Column("reserved", "Reserved", lambda line: head.money(line.reserved_after)),
        Column("amount", "Amount", lambda line: head.money(line.amount)),
        Column("currency", "Currency", lambda line: line.currency),
        Column("percent", "Percent", fact("percent")),
        Column("of", "Of amount", fact("amount")),
        Column("of_currency", "In currency", fact("currency")),
        Column("tier", "Tier", fact("tier")),
        Column("version", "Program version", fact("version")),
        Column("by", "By", reader.by_whom()),
        Column("cause", "Cause", lambda line: line.cause),
        Column("hash", "Hash", lambda line: line.hash.hex()),
    ]


def _whence(line: EntryLine) -> str | None:
    return line.deal or line.activity or line.other_fund
