"""The rows of a fund's entries, drawn: the sentence opens in place and shows what it was computed from (F8).

They are put together in Python, as rows of lists are; every value is escaped where it is written, by the standard
library's function, which makes plain text and is several times as quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from markupsafe import Markup

from app import filters as formats
from app.access import current_person
from app.funds import reader
from app.models.funds.entry_reading import EntryLine
from app.models.funds.fund_reading import FundHead
from app.rules.accrual import plainly
from app.rules.entry_words import TITLES
from app.rules.money import minor_digits

NOTHING = '<span class="nothing">–</span>'
FACTS = {
    "budget": "Budget",
    "percent": "Percent",
    "amount": "Amount",
    "category": "Benefit",
    "rate": "Rate",
    "to_rate": "Rate of the fund’s currency",
    "tier": "Tier",
    "version": "Program version",
    "closed_on": "Closed on",
    "fund": "Other fund",
    "paid_on": "Paid on",
    "until": "To be used until",
    "came_back": "Came back",
    "recalculated": "Credited for days off",
    "formula": "Formula",
}
"""What an entry was computed from, in the order in which it is read; all else is for those who check."""
NAMED_BESIDE = frozenset({"currency", "fund_currency", "program_currency", "activity"})
"""Facts that are said with another one, or in the sentence."""
MONEY = {"amount", "budget", "cost"}
DAYS = frozenset({"closed_on", "paid_on", "until", "ended_on"})
SAID_THERE = frozenset({"Moved", "Sequence", "Hash"})
"""What an entry's own page says elsewhere."""
FOR_CHECKERS = "For those who check"
SHORT = 12
Names = Callable[[EntryLine], str]
"""What says who brought an entry about."""


def rows(head: FundHead, lines: Iterable[EntryLine]) -> Markup:
    """Return the entries as rows of the list."""
    names = reader.by_whom()
    drawn = "".join(_row(head, line, names) for line in lines)
    return Markup(drawn)  # noqa: S704 - escaped where it was written


def _row(head: FundHead, line: EntryLine, names: Names) -> str:
    posted = formats.day(head.day_of(line.posted_at))
    return "".join(
        (
            f'<tr role="row" id="entry-{line.sequence}">',
            f'<td role="cell" class="kind-day" data-label="Posted"><span>{posted}</span></td>',
            f'<td role="cell" class="leads entry-what" data-label="What">{_what(head, line, names)}</td>',
            _cell("Credit", _amount(head, line.credit), "entry-credit"),
            _cell("Debit", _amount(head, line.debit), "entry-debit"),
            _cell("Available", _balance(head, line.available_after), "entry-balance"),
            _cell("Reserved", _balance(head, line.reserved_after)),
            "</tr>\n",
        )
    )


def _cell(label: str, value: str, more: str = "") -> str:
    return f'<td role="cell" class="num {more}" data-label="{label}"><span>{value}</span></td>'


def _amount(head: FundHead, units: int) -> str:
    return formats.money(head.money(units), head.currency) if units else NOTHING


def _balance(head: FundHead, units: int) -> str:
    text = formats.money(head.money(units), head.currency)
    return f'<span class="money-less">{text}</span>' if units < 0 else text


def _what(head: FundHead, line: EntryLine, names: Names) -> str:
    return (
        f'<details class="entry-why"><summary><bdi>{escape(line.sentence)}</bdi></summary>'
        f"{_facts(why(head, line, names))}"
        f'<details class="entry-checks"><summary>{FOR_CHECKERS}</summary>{_facts(checks(line))}</details>'
        f'</details><p class="entry-beside">{_beside(head, line)}</p>'
    )


def _facts(pairs: Iterable[tuple[str, str]]) -> str:
    drawn = "".join(f"<div><dt>{escape(label)}</dt><dd>{value}</dd></div>" for label, value in pairs if value)
    return f'<dl class="entry-facts">{drawn}</dl>'


def _beside(head: FundHead, line: EntryLine) -> str:
    """Return the quiet line below the sentence: what kind of entry, from where, for which day."""
    parts = [escape(TITLES[line.kind.value]), *_whence(line)]
    if not line.change:
        moved = formats.money(head.money(line.amount), head.currency)
        parts.append(f"{moved} from {line.source.value} to {line.target.value}")
    if line.meant_on != head.day_of(line.posted_at):
        parts.append(f'<span class="entry-day">for {formats.day(line.meant_on)}</span>')
    if line.forced:
        parts.append('<span class="mark mark-warn">Taken back although it was spent</span>')
    if line.back_sequence is not None:
        parts.append(_link("taken back", reader.entry_url(line.fund_id, line.back_sequence)))
    return " · ".join(parts)


def _whence(line: EntryLine) -> Iterator[str]:
    if line.deal is not None:
        yield _link(line.deal, reader.deal_url(line))
    if line.activity is not None:
        yield _link(line.activity, reader.activity_url(line))
    if line.other_fund is not None and line.other_fund_id is not None:
        yield _link(line.other_fund, reader.fund_url(line.other_fund_id))
    if line.was_sequence is not None:
        yield _link(f"of entry {line.was_sequence}", reader.entry_url(line.fund_id, line.was_sequence))


def _link(words: str, href: str | None) -> str:
    named = f"<bdi>{escape(words)}</bdi>"
    return f'<a href="{escape(href)}">{named}</a>' if href else named


def why(head: FundHead, line: EntryLine, names: Names) -> Iterator[tuple[str, str]]:
    """Return what an entry says of how it came about, as (label, what is shown)."""
    moved = f"{formats.money(head.money(line.amount), head.currency)} {escape(head.currency)}"
    yield "Moved", f"{moved} from {line.source.value} to {line.target.value}"
    for name, label in FACTS.items():
        if (value := line.facts.get(name)) not in (None, ""):
            yield label, escape(fact_in_words(line, name, value))
    yield "Reason", escape(line.reason or "")
    yield "By", escape(names(line))
    yield "Posted", formats.when(line.posted_at, head.zone)
    yield "Meant for", formats.day(line.meant_on)


def checks(line: EntryLine) -> Iterator[tuple[str, str]]:
    """Return what only who proves the ledger asks for: cause, sequence, hash, and the numbers of what was named."""
    is_staff = current_person.is_staff
    again = f" · {line.revision}" if line.revision > 1 and is_staff else ""
    yield "Cause", f"<code>{escape(line.cause)}</code>{again}"
    yield "Sequence", formats.number(line.sequence)
    yield "Hash", _hash(line, is_staff=is_staff)
    for name, value in line.facts.items():
        if name not in FACTS and name not in NAMED_BESIDE and value not in (None, ""):
            yield formats.first_upper(name.replace("_", " ")), escape(fact_in_words(line, name, value))


def whole(head: FundHead, line: EntryLine) -> list[tuple[str, Markup]]:
    """Return all that an entry says, for its own page."""
    return _marked(why(head, line, reader.by_whom()))


def whole_checks(line: EntryLine) -> list[tuple[str, Markup]]:
    """Return what is for those who check, for its own page."""
    return _marked(checks(line))


def _marked(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, Markup]]:
    kept = [(label, value) for label, value in pairs if value and label not in SAID_THERE]
    return [(label, Markup(str(value))) for label, value in kept]  # noqa: S704 - escaped above


def fact_in_words(line: EntryLine, name: str, value: Any) -> str:
    """Return a fact as a person reads it, with its currency where it has one."""
    facts = line.facts
    match name:
        case "percent":
            return f"{formats.number(Decimal(value), _places(value))} %"
        case _ if name in MONEY and facts.get("currency"):
            return _in_full(Decimal(value), facts["currency"])
        case "rate" if facts.get("program_currency"):
            return f"1 {facts.get('currency')} = {value} {facts['program_currency']}"
        case "to_rate" if facts.get("program_currency"):
            return f"1 {facts.get('fund_currency')} = {value} {facts['program_currency']}"
        case _ if name in DAYS:
            return formats.day(date.fromisoformat(value))
        case _:
            return str(value)


def _in_full(amount: Decimal, currency: str) -> str:
    """An amount with every place it has, and at least those of its currency, as the reader writes numbers."""
    places = max(minor_digits(currency), _places(plainly(amount)))
    return f"{formats.number(amount, places)} {currency}"


def _places(text: str) -> int:
    return max(-int(Decimal(text).as_tuple().exponent), 0)


def _hash(line: EntryLine, *, is_staff: bool) -> str:
    short = f"<code>{line.hash.hex()[:SHORT]}…</code>"
    return f'{short} <a href="{reader.entry_page(line.id)}">in full</a>' if is_staff else short
