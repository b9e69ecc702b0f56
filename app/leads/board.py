"""A board: records as cards in lanes. A card says itself where it may go, so what the rules forbid is not offered.

The page works without scripts: each card opens a menu of its moves. With them a card is dragged by mouse, or picked up
with the space bar and carried with the arrow keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app import filters as formats

SIZE = 25
"""Cards of a lane; the rest is a link to the list."""
COUNTED = 10_001


@dataclass(frozen=True)
class Move:
    """One way a card may go: to which lane, in the words of its button. `asks` leads to a page with a form first."""

    to: str
    label: str
    url: str
    values: Mapping[str, str] = field(default_factory=dict)
    asks: bool = False


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
    moves: Sequence[Move] = ()

    @property
    def ways(self) -> str:
        """Return the lanes it may go to, for the script."""
        return " ".join(move.to for move in self.moves)


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

    @property
    def total_words(self) -> str:
        """Return how many there are, counted up to 10,001."""
        return "more than 10,000" if self.total >= COUNTED else formats.number(self.total)

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
