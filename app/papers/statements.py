"""A fund's statement on paper: opening balance, every entry with its why, closing balance, and the hash it ends with.

Nothing in it comes from a clock: the statement of days that are over has the same bytes whenever it is printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from app import filters
from app.models.funds.entry_reading import EntryLine
from app.models.funds.fund_reading import FundHead
from app.models.funds.fund_statement import ROUNDING, Statement, Subtotal
from app.papers import parties
from app.papers.typesetting import pdf
from app.rules.entry_words import TITLES
from app.rules.refusals import RuleBroken

MOST = 3000
"""So many entries make a paper that somebody turns the pages of."""
DASH = "–"
HARD = "\N{NO-BREAK SPACE}"
MINUS = "−"
CHAIN = (
    "Every entry carries the hash of the one before it. Whoever keeps the last hash of this statement can tell later"
    " whether anything up to here was changed."
)
READING = (
    "Credit and debit are what came to the available money and left it. What an approved activity reserves leaves it"
    " and stands under Reserved until it is settled or released. Entries stand on the day they were posted."
)


def paper(session: Session, asked: Statement) -> bytes:
    """Return a statement as a PDF; RuleBroken when it would be a book."""
    if asked.entries > MOST:
        raise RuleBroken(
            f"These days have {asked.entries:,} entries, and a paper holds {MOST:,}. Choose fewer days, or take the CSV"
            " file, which has all of them.",
            "to",
        )
    return pdf("statement.typ", _data(session, asked))


def _data(session: Session, asked: Statement) -> dict[str, Any]:
    head = asked.head
    partner = parties.partner_of(session, head.partner_id)
    return {
        "title": f"Statement of {head.type_name}",
        "period": f"{filters.day(asked.first)} to {filters.day(asked.last)}",
        "lang": filters.locale().split("_")[0],
        "vendor": parties.vendor(session, partner),
        "partner": parties.partner(partner),
        "words": {"page": "Page", "from": "From", "to": "To"},
        "facts": _facts(asked),
        "heads": ["No.", "Posted", "What", "Credit", "Debit", "Available", "Reserved"],
        "opening": _balance(head, "Opening balance", asked.opening.available, asked.opening.reserved),
        "lines": [_line(head, line) for line in _lines(session, asked)],
        "closing": _balance(head, "Closing balance", asked.closing.available, asked.closing.reserved),
        "sum_heads": ["By kind", "Entries", "Credit", "Debit", "Reserved"],
        "sums": [_sum(head, one) for one in asked.subtotals],
        "total": _total(asked),
        "notes": [READING, ROUNDING, CHAIN],
        "hash": ["Hash of the last entry", asked.closing.hash.hex() or DASH],
    }


def _lines(session: Session, asked: Statement) -> Iterable[EntryLine]:
    return asked.lines(session) if asked.entries else ()


def _facts(asked: Statement) -> list[list[str]]:
    head, first = asked.head, asked.opening.sequence + 1
    numbers = (
        f"{filters.number(first)} to {filters.number(asked.closing.sequence)}" if asked.entries else "none"
    )
    return [
        ["Period", f"{filters.day(asked.first)} to {filters.day(asked.last)}"],
        ["Currency", head.currency],
        ["Partner code", head.code],
        ["Entries", numbers],
        ["Days of", head.zone],
    ]


def _line(head: FundHead, line: EntryLine) -> dict[str, str]:
    return {
        "number": str(line.sequence),
        "posted": filters.day(head.day_of(line.posted_at)),
        "what": line.sentence,
        "beside": _beside(head, line),
        "credit": _amount(head, line.credit) if line.credit else "",
        "debit": _amount(head, line.debit) if line.debit else "",
        "available": _amount(head, line.available_after),
        "reserved": _amount(head, line.reserved_after),
    }


def _beside(head: FundHead, line: EntryLine) -> str:
    """Return the small print of an entry: its kind, where it comes from, and the day it is meant for."""
    meant = (
        ""
        if line.meant_on == head.day_of(line.posted_at)
        else f"for {filters.day(line.meant_on)}".replace(" ", HARD)
    )
    moved = (
        "" if line.change else f"{_amount(head, line.amount)} from {line.source.value} to {line.target.value}"
    )
    parts = (TITLES[line.kind.value], line.deal, line.activity, line.other_fund, meant, moved)
    return " · ".join(part for part in parts if part)


def _balance(head: FundHead, label: str, available: int, reserved: int) -> list[str]:
    return [label, _amount(head, available), _amount(head, reserved)]


def _sum(head: FundHead, one: Subtotal) -> list[str]:
    return [
        TITLES[one.kind.value],
        filters.number(one.entries),
        _amount(head, one.credit) if one.credit else "",
        _amount(head, one.debit) if one.debit else "",
        _amount(head, one.reserved) if one.reserved else "",
    ]


def _total(asked: Statement) -> list[str]:
    head = asked.head
    reserved = asked.closing.reserved - asked.opening.reserved
    return [
        "Together",
        filters.number(asked.entries),
        _amount(head, asked.credit),
        _amount(head, asked.debit),
        _amount(head, reserved),
    ]


def _amount(head: FundHead, units: int) -> str:
    """Return an amount with a minus as paper has it."""
    figure = filters.money(head.money(units), head.currency)
    return figure.replace("-", MINUS, 1) if figure.startswith("-") else figure
