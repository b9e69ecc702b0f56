"""A board: records as cards in lanes. A card says itself where it may go, so what the rules forbid is not offered.

The page works without scripts: each card opens a menu of its moves. With them a card is dragged by mouse, or picked up
with the space bar and carried with the arrow keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from flask import request
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, literal, true

from app import filters as formats
from app.leads import board_drawing
from app.listing.audience import SharedListing
from app.listing.columns import Filter, FilterState

SIZE = 10
"""Cards of a lane; the rest is a link to the list."""
COUNTED = 10_001
"""How far a lane is counted, unless it says otherwise."""


@dataclass(frozen=True)
class Move:
    """One way a card may go: to which lane, in the words of its button. `asks` leads to a page with a form first.

    `url` stands below the card's own address. `values` is what the button sends besides `back`, at most one: the view
    answers `back=board` with the board.
    """

    to: str
    label: str
    url: str
    values: Mapping[str, str] = field(default_factory=dict)
    asks: bool = False


@dataclass(frozen=True)
class Ways:
    """Where cards that stand alike may go; drawn once for all of them."""

    moves: Sequence[Move] = ()

    @cached_property
    def lanes(self) -> str:
        """Return the lanes, for the script."""
        return " ".join(move.to for move in self.moves)

    @cached_property
    def drawn(self) -> board_drawing.Drawn:
        """Return the moves as HTML, which each card puts its own address in."""
        return board_drawing.moves(self.moves)


NOWHERE = Ways()


@dataclass(frozen=True)
class Card:
    """A record as a lane shows it; `notes` are short lines, `mark` a word with its tone."""

    id: int
    title: str
    href: str
    notes: Sequence[str] = ()
    amount: str | None = None
    unit: str | None = None
    mark: tuple[str, str] | None = None
    ways: Ways = NOWHERE


@dataclass(frozen=True)
class Lane:
    """A column of the board: its cards, the latest first, and how many there are in all."""

    key: str
    title: str
    cards: Sequence[Card]
    total: int
    href: str
    note: str | None = None
    """Such as the sum of its amounts."""
    counted: int = COUNTED

    @property
    def total_words(self) -> str:
        """Return how many there are, as far as they are counted."""
        most = self.counted - 1
        return f"more than {formats.number(most)}" if self.total > most else formats.number(self.total)

    @property
    def drawn(self) -> Markup:
        """Return its cards as HTML."""
        return board_drawing.drawn(self.cards)

    @property
    def has_more(self) -> bool:
        """Say whether some of its records are not on the board."""
        return self.total > len(self.cards)


@dataclass(frozen=True)
class Board:
    """Lanes beside one another; `noun` is what a card is, such as “lead”."""

    noun: str
    lanes: Sequence[Lane]

    @property
    def is_empty(self) -> bool:
        """Say whether no lane has a card."""
        return not any(lane.cards for lane in self.lanes)


@dataclass(frozen=True)
class Narrowed:
    """What a board is narrowed to by filters in its address, which are those of the list beside it."""

    filters: Sequence[FilterState]
    condition: ColumnElement[bool]

    @property
    def args(self) -> dict[str, str]:
        """Return what is set, for a link to the list."""
        return {one.name: one.value for one in self.filters if one.value}


def narrowed(listing: SharedListing, names: Sequence[str]) -> Narrowed:
    """Return these filters of a list, as the address sets them and as the reader has them."""
    known = {one.name: one for one in listing.as_seen().filters}
    chosen = [known[name] for name in names if name in known]
    given = {one.name: request.args.get(one.name, "").strip() for one in chosen}
    return Narrowed(
        [FilterState(one.name, one.label, one.kind, one.options(), given[one.name]) for one in chosen],
        and_(true(), *(_condition(one, given[one.name]) for one in chosen if given[one.name])),
    )


def _condition(each: Filter, given: str) -> ColumnElement[bool]:
    """Return a filter's condition; what cannot be read (an old link) matches nothing."""
    try:
        return and_(each.where(given))
    except (ValueError, KeyError, OverflowError):
        return literal(value=False)
