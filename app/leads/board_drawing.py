"""Cards as HTML: a board has more than a hundred of them, so each is put together in one go, everything in it escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from app.filters import escaped

if TYPE_CHECKING:
    from app.leads.board import Card, Move

GRIP = "⠿"
HERE = "\x00"
"""Stands for the address of a card, which has none such."""
Drawn = Callable[[str], str]


def drawn(cards: Sequence[Card]) -> Markup:
    """Return the cards of a lane."""
    return Markup("".join(map(_card, cards)))  # noqa: S704 - every part is escaped where it is put in


def moves(ways: Sequence[Move]) -> Drawn:
    """Return what draws these moves for a card at an address."""
    items = "".join(map(_move, ways))
    return lambda href: items.replace(HERE, href)


def _card(card: Card) -> str:
    title, href = escaped(card.title), escaped(card.href)
    grip = ways = foot = ""
    if card.ways.moves:
        grip = (
            f'<button type="button" class="board-grip needs-js" aria-label="Move {title}"'
            f' aria-describedby="board-help"><span aria-hidden="true">{GRIP}</span></button>'
        )
        ways = (
            f'<details class="board-moves"><summary>Move<span class="visually-hidden"> {title}</span></summary>'
            f"<ul>{card.ways.drawn(href)}</ul></details>"
        )
    notes = "".join([f'<p class="board-note">{escaped(note)}</p>' for note in card.notes if note])
    if card.mark:
        word, tone = card.mark
        notes += f'<p class="board-note"><span class="mark mark-{escaped(tone)}">{escaped(word)}</span></p>'
    if ways or card.amount:
        foot = f'<div class="board-foot">{ways}{_amount(card)}</div>'
    return (
        f'<li class="board-card" data-card="{card.id}" data-ways="{escaped(card.ways.lanes)}"><div class="board-card-top">'
        f'<a class="board-card-title" href="{href}">{title}</a>{grip}</div>{notes}{foot}</li>'
    )


def _amount(card: Card) -> str:
    if not card.amount:
        return ""
    unit = f' <span class="unit">{escaped(card.unit)}</span>' if card.unit else ""
    return f'<span class="money">{escaped(card.amount)}{unit}</span>'


def _move(move: Move) -> str:
    to, url, label = escaped(move.to), HERE + escaped(move.url), escaped(move.label)
    if move.asks:
        return f'<li><a href="{url}" data-to="{to}">{label}…</a></li>'
    sent = "".join(f' name="{escaped(name)}" value="{escaped(value)}"' for name, value in move.values.items())
    return f'<li><button type="submit" form="board-form" formaction="{url}" data-to="{to}"{sent}>{label}</button></li>'
