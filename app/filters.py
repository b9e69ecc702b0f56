"""How values read: numbers, money, days and instants in the reader's locale and time zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from babel.dates import format_date
from babel.numbers import NumberPattern, format_decimal, get_currency_precision, parse_pattern
from flask import Flask, g, has_request_context, request
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from app import clock, scope
from app.extensions import babel
from app.rules.money import rounded

LOCALES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "cs", "uk", "ja", "zh")
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def register(app: Flask) -> None:
    """Give templates the filters, and Babel the reader's locale."""
    babel.init_app(app, locale_selector=locale, timezone_selector=time_zone)
    app.jinja_env.filters.update(
        money=money, number=number, day=day, when=when, percent=percent, in_days=in_days, markdown=markdown
    )
    app.jinja_env.filters.update(
        points=points,
        day_before=day_before,
        unit_price=unit_price,
        first_upper=first_upper,
        in_time=in_time,
        initials=initials,
    )
    app.jinja_env.globals.update(reader_locale=locale, drawn_once=drawn_once)


def drawn_once(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """Keep what a component draws, for one that takes words only and shows the same to every reader.

    Words that were escaped and words that were not are kept apart.
    """
    return lru_cache(maxsize=512, typed=True)(macro)


_reader: ContextVar[tuple[str, str] | None] = ContextVar("accord_reader", default=None)


@contextmanager
def read_by(locale: str, zone: str) -> Iterator[None]:
    """Write for a reader who is not here: a letter has its reader's locale and time zone."""
    token = _reader.set((locale, zone))
    try:
        yield
    finally:
        _reader.reset(token)


def locale() -> str:
    """Return the reader's locale: the profile's, else the browser's."""
    absent = _reader.get()
    if absent is not None:
        return absent[0]
    if not has_request_context():
        return "en"
    known: str | None = g.get("locale")
    if known is None:
        reader = g.get("_login_user")
        chosen = reader.person.locale if reader is not None and reader.is_authenticated else None
        known = g.locale = chosen or request.accept_languages.best_match(LOCALES) or "en"
    return known


def time_zone() -> str:
    """Return the reader's time zone: the profile's, else the one in which the reader's days are counted (M4)."""
    absent = _reader.get()
    if absent is not None:
        return absent[1]
    reader = g.get("_login_user") if has_request_context() else None
    if reader is None or not reader.is_authenticated:
        return "UTC"
    opened = scope.current()
    return reader.person.time_zone or (opened.zone if opened else "UTC")


def escaped(text: str) -> str:
    """Return words as they stand in HTML; most of them as they are, which is quick to see."""
    return text if _MARKS.search(text) is None else str(escape(str(text)))


_MARKS = re.compile(r"[&<>'\"]")


def money(amount: Decimal | None, currency: str | None = None) -> str:
    """Return an amount at its currency's places (M2), without the currency's name."""
    return "" if amount is None else _written_money(amount, currency, locale())


@lru_cache(maxsize=4096)
def _written_money(amount: Decimal, currency: str | None, locale: str) -> str:
    places = 2 if currency is None else get_currency_precision(currency)
    return _fixed(_at(amount, 2) if currency is None else rounded(amount, currency), places, locale)


def number(value: Decimal | int | None, places: int | None = None) -> str:
    """Return a number with separators; `places` fixes how many decimals are shown."""
    if value is None:
        return ""
    if places is not None:
        return _fixed(_at(Decimal(value), places), places, locale())
    return _written(value, "#,##0.####", locale())


def _at(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _fixed(value: Decimal, places: int, locale: str) -> str:
    return _written(value, "#,##0" + ("." + "0" * places if places else ""), locale)


@lru_cache(maxsize=4096)
def _written(value: Decimal | int, pattern: str, locale: str) -> str:
    """Write a number; kept, since a page shows the same few hundred again and again."""
    return format_decimal(value, format=_pattern(pattern), locale=locale)


@lru_cache(maxsize=64)
def _pattern(text: str) -> NumberPattern:
    return parse_pattern(text)


def percent(value: Decimal | int | None, places: int | None = None) -> str:
    """Return a percentage that is stored as shown: 2.5 reads 2.5 %."""
    return "" if value is None else f"{number(value, places)} %"


def day(value: date | None) -> str:
    """Return a calendar day."""
    return "" if value is None else _written_day(value, locale())


@lru_cache(maxsize=4096)
def _written_day(value: date, locale: str) -> str:
    return format_date(value, "d MMM y", locale=locale)


def when(value: datetime | None, zone: str | None = None) -> str:
    """Return an instant in the reader's time zone, or in the one given."""
    return "" if value is None else _written_instant(value, zone or time_zone(), locale())


@lru_cache(maxsize=4096)
def _written_instant(value: datetime, zone: str, locale: str) -> str:
    there = value.astimezone(ZoneInfo(zone))
    return f"{_written_day(there.date(), locale)} {there:%H:%M}"


def unit_price(amount: Decimal, currency: str | None = None) -> str:
    """Return the price of one unit, which keeps up to four places (M1) and has at least its currency's."""
    least = 2 if currency is None else min(get_currency_precision(currency), 4)
    return _written(_at(amount, 4), "#,##0." + "0" * least + "#" * (4 - least), locale())


def points(score: Fraction | Decimal | None) -> str:
    """Return a score to two places, cut off, so that what is nearly reached never reads as reached."""
    if score is None:
        return ""
    exact = Fraction(score)
    return number(
        (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_DOWN)
    )


def first_upper(words: str) -> str:
    """Return a sentence that begins with a capital; the other letters stay as they are."""
    return words[:1].upper() + words[1:]


def initials(name: str) -> str:
    """Return the first letters of the first and the last name."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


def day_before(value: date) -> date:
    """Return the last day of a range that ends before `value`."""
    return value - timedelta(days=1)


def in_days(value: date | None, today: date | None = None) -> str:
    """Return a day and how far it is: "in 12 days (4 Dec 2026)"."""
    if value is None:
        return ""
    away = (value - (today or clock.today(time_zone()))).days
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(away)
    if words is None:
        words = f"in {away} days" if away > 0 else f"{-away} days ago"
    return f"{words} ({day(value)})"


def in_time(value: datetime | None, *, short: bool = False) -> str:
    """Return an instant and how far it is: "in 5 hours (4 Dec 2026 14:00)"; `short` leaves out when exactly."""
    if value is None:
        return ""
    away = (value - clock.now()).total_seconds()
    words = _far(abs(away))
    told = f"in {words}" if away > 0 else f"{words} ago"
    return told if short else f"{told} ({when(value)})"


def _far(seconds: float) -> str:
    """Return a time as people say it: what is left of the largest unit is cut off, so that nobody comes too late."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= (2 * length if unit == "day" else length):
            many = int(seconds // length)
            return f"{many} {unit}" if many == 1 else f"{many} {unit}s"
    return "less than a minute"


@lru_cache(maxsize=64)
def markdown(text: str | None) -> Markup:
    """Return Markdown as safe HTML: no raw HTML, no pictures from elsewhere, no scripts."""
    drawn = _markdown.render(text or "")
    safe = nh3.clean(drawn, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    return Markup(safe)  # noqa: S704 - cleaned the line before


TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}


def plain_context() -> dict[str, Any]:
    """Return what every template may ask about time."""
    return {"today": clock.today(time_zone())}
