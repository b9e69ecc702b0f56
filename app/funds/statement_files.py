"""A fund's statement for machines: the same figures as on paper, exact, with every hash of the chain (F2, F7, F8)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from app.listing.exports import harmless
from app.models.funds.entry_reading import EntryLine
from app.models.funds.fund_statement import ROUNDING, Standing, Statement
from app.papers import parties
from app.rules.entry_words import TITLES

HEADS = (
    "row",
    "sequence",
    "posted_on",
    "meant_on",
    "kind",
    "what",
    "from",
    "credit",
    "debit",
    "available",
    "reserved",
    "amount",
    "currency",
    "cause",
    "previous_hash",
    "hash",
)
PIECE = 32_768


def name(asked: Statement) -> str:
    """Return what a statement's file is called, without its ending."""
    words = f"{asked.head.code}-{asked.head.type_name}-{asked.first}-{asked.last}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-.")


def as_csv(session: Session, asked: Statement) -> Iterator[str]:
    """Return the statement as CSV: the opening balance, every entry, the closing balance."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADS)
    writer.writerow(_balance(asked, "opening", asked.first, asked.opening))
    for line in asked.lines(session):
        writer.writerow([harmless(cell) for cell in _cells(asked, line)])
        if buffer.tell() > PIECE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    writer.writerow(_balance(asked, "closing", asked.last, asked.closing))
    yield buffer.getvalue()


def as_json(session: Session, asked: Statement) -> Iterator[str]:
    """Return the statement as JSON, entry by entry; amounts are texts, so that no reader rounds them."""
    top = json.dumps(_top(session, asked), ensure_ascii=False, indent=1)
    yield top.removesuffix("\n}") + ',\n "entries": ['
    for place, line in enumerate(asked.lines(session)):
        yield (",\n  " if place else "\n  ") + json.dumps(
            entry(asked, line), ensure_ascii=False, sort_keys=True
        )
    yield "\n ]\n}\n"


WRITERS: dict[str, Callable[[Session, Statement], Iterator[str]]] = {"csv": as_csv, "json": as_json}


def entry(asked: Statement, line: EntryLine) -> dict[str, Any]:
    """Return an entry with everything it says."""
    return {
        "sequence": line.sequence,
        "posted_at": line.posted_at.isoformat(),
        "posted_on": asked.head.day_of(line.posted_at).isoformat(),
        "meant_on": line.meant_on.isoformat(),
        "kind": line.kind.value,
        "what": line.sentence,
        "reason": line.reason,
        "deal": line.deal,
        "activity": line.activity,
        "other_fund": line.other_fund,
        "reverses": line.was_sequence,
        "from_account": line.source.value,
        "to_account": line.target.value,
        "amount": amount(asked, line.amount),
        "credit": amount(asked, line.credit),
        "debit": amount(asked, line.debit),
        "available_after": amount(asked, line.available_after),
        "reserved_after": amount(asked, line.reserved_after),
        "cause": line.cause,
        "revision": line.revision,
        "forced": line.forced,
        "facts": line.facts,
        "previous_hash": line.previous_hash.hex(),
        "hash": line.hash.hex(),
    }


def amount(asked: Statement, units: int) -> str:
    """Return so many minor units as text, exact and with the places of the currency."""
    return f"{asked.head.money(units):f}"


def _top(session: Session, asked: Statement) -> dict[str, Any]:
    head = asked.head
    return {
        "fund": {
            "type": head.type_name,
            "currency": head.currency,
            "starts_on": head.starts_on.isoformat(),
            "ends_on": head.ends_on.isoformat() if head.ends_on else None,
        },
        "partner": {"code": head.code, "name": head.partner},
        "vendor": parties.vendor(session, parties.partner_of(session, head.partner_id))[0],
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "time_zone": head.zone,
        "rounding": ROUNDING,
        "opening": _standing(asked, asked.opening),
        "closing": _standing(asked, asked.closing),
        "subtotals": [
            {
                "kind": one.kind.value,
                "entries": one.entries,
                "credit": amount(asked, one.credit),
                "debit": amount(asked, one.debit),
                "reserved": amount(asked, one.reserved),
            }
            for one in asked.subtotals
        ],
    }


def _standing(asked: Statement, one: Standing) -> dict[str, Any]:
    return {
        "sequence": one.sequence,
        "available": amount(asked, one.available),
        "reserved": amount(asked, one.reserved),
        "hash": one.hash.hex(),
    }


def _balance(asked: Statement, row: str, day: Any, one: Standing) -> list[Any]:
    available, reserved = amount(asked, one.available), amount(asked, one.reserved)
    nothing = [""] * 5
    currency = asked.head.currency
    return [row, one.sequence, day, *nothing, "", available, reserved, "", currency, "", "", one.hash.hex()]


def _cells(asked: Statement, line: EntryLine) -> list[Any]:
    return [
        "entry",
        line.sequence,
        asked.head.day_of(line.posted_at),
        line.meant_on,
        TITLES[line.kind.value],
        line.sentence,
        line.deal or line.activity or line.other_fund or "",
        amount(asked, line.credit) if line.credit else "",
        amount(asked, line.debit) if line.debit else "",
        amount(asked, line.available_after),
        amount(asked, line.reserved_after),
        amount(asked, line.amount),
        line.currency,
        line.cause,
        line.previous_hash.hex(),
        line.hash.hex(),
    ]
