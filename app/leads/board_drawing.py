"""Cards as HTML: a board has more than a hundred of them, so each is put together in one go, everything in it escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from app.leads.board import Card, Move

GRIP = "⠿"


def drawn(cards: Sequence[Card]) -> Markup:
    """Return the cards of a lane."""
    return Markup("".join(map(_card, cards)))  # noqa: S704 - every part is escaped where it is put in


def _card(card: Card) -> str:
    title = escape(card.title)
    grip = moves = foot = ""
    if card.moves:
        grip = (
            f'<button type="button" class="board-grip needs-js" aria-label="Move {title}"'
            f' aria-describedby="board-help"><span aria-hidden="true">{GRIP}</span></button>'
        )
        moves = (
            f'<details class="board-moves"><summary>Move<span class="visually-hidden"> {title}</span></summary>'
            f"<ul>{''.join(map(_move, card.moves))}</ul></details>"
        )
    notes = "".join(f'<p class="board-note">{escape(note)}</p>' for note in card.notes if note)
    mark = card.mark
    if mark:
        notes += (
            f'<p class="board-note"><span class="mark mark-{escape(mark[1])}">{escape(mark[0])}</span></p>'
        )
    if card.moves or card.amount:
        foot = f'<div class="board-foot">{moves}{_amount(card)}</div>'
    return (
        f'<li class="board-card" data-card="{card.id}" data-ways="{escape(card.ways)}"><div class="board-card-top">'
        f'<a class="board-card-title" href="{escape(card.href)}">{title}</a>{grip}</div>{notes}{foot}</li>'
    )


def _amount(card: Card) -> str:
    if not card.amount:
        return ""
    unit = f' <span class="unit">{escape(card.unit)}</span>' if card.unit else ""
    return f'<span class="money">{escape(card.amount)}{unit}</span>'


def _move(move: Move) -> str:
    to, url, label = escape(move.to), escape(move.url), escape(move.label)
    if move.asks:
        return f'<li><a href="{url}" data-to="{to}">{label}…</a></li>'
    sent = "".join(f' name="{escape(name)}" value="{escape(value)}"' for name, value in move.values.items())
    return f'<li><button type="submit" form="board-form" formaction="{url}" data-to="{to}"{sent}>{label}</button></li>'
