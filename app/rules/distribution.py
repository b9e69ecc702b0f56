"""L1: who gets a lead next, in a way that anybody can recompute.

Rules are asked in their order. A rule is for a lead when every condition that it has holds: the country, the region, the
source and the campaign are one of those named, and what the lead needs has one of the words, at the beginning of a word
(“roof” finds “roofing”); case and accents are ignored. A condition that names nothing holds for every lead.

Of the rule's partners those take part that have an active partnership and their portal open, are of the type and hold at
least the tier that the rule asks for, have fewer leads in hand than the rule lets one partner have, and have not turned
this very lead down. A partner has those leads in hand that are offered to it or that it accepted and has not closed yet.

Among those that take part, the turn goes round smoothly by weight: each one's *current* value grows by its weight; the
largest wins, of equal ones the partner with the lowest number; the winner's is lowered by the sum of the weights of all
that took part. So three partners with the weights 5, 3 and 1 get 5, 3 and 1 of every nine leads, well mixed, and after any
number of turns each has what its weight asks for, to less than one lead. In general nobody is ever a whole lead ahead of
its share, and nobody two leads behind. Who did not take part keeps its value. When a weight changes, or a partner comes
or goes, the old values mean nothing any more: all begin at 0 again.

Each decision is kept with every partner of the rule and its weight: of those that took part also the value before and
after. `replayed` reads such a log from the beginning and finds the first decision that does not follow from those before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = [
    "Asked",
    "Conditions",
    "Demands",
    "Kept",
    "Mismatch",
    "Standing",
    "Step",
    "Turn",
    "barrier",
    "begin_again",
    "either",
    "fold",
    "mismatch",
    "next_turn",
    "replayed",
]


def fold(text: str) -> str:
    """Return a text without case, accents and needless spaces, as conditions are compared."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.split())


# ---------------------------------------------------------------- for which leads


@dataclass(frozen=True)
class Asked:
    """What is known of a lead that a rule may ask about."""

    country: str | None = None
    region: str | None = None
    need: str | None = None
    source: str | None = None
    campaign_id: int | None = None


@dataclass(frozen=True)
class Conditions:
    """For which leads a rule is; an empty condition holds for every lead."""

    countries: Sequence[str] = ()
    regions: Sequence[str] = ()
    words: Sequence[str] = ()
    sources: Sequence[str] = ()
    campaign_id: int | None = None
    campaign: str | None = None


def mismatch(conditions: Conditions, lead: Asked) -> str | None:
    """Say why a rule is not for a lead, by its first condition that does not hold; None when it is."""
    for what, wanted, given in (
        ("country", conditions.countries, lead.country),
        ("region", conditions.regions, lead.region),
        ("source", conditions.sources, lead.source),
    ):
        if wanted and fold(given or "") not in set(map(fold, wanted)):
            return f"its {what} is {given or 'not known'}, and the rule is for {either(wanted)}"
    if conditions.words and not _has_a_word(lead.need or "", conditions.words):
        return f"what it needs does not have {either(conditions.words)}"
    if conditions.campaign_id not in {None, lead.campaign_id}:
        return f"it does not come from the campaign {conditions.campaign or conditions.campaign_id}"
    return None


def _has_a_word(need: str, words: Iterable[str]) -> bool:
    """Say whether one of the words stands in a text, at the beginning of a word of it."""
    text = " " + "".join(c if c.isalnum() else " " for c in fold(need))
    text = " " + " ".join(text.split())
    wanted = (" ".join("".join(c if c.isalnum() else " " for c in fold(word)).split()) for word in words)
    return any(f" {word}" in text for word in wanted if word)


def either(words: Sequence[str]) -> str:
    """Return some names as a choice: “DE, AT or CH”."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


# ---------------------------------------------------------------- which partners take part


@dataclass(frozen=True)
class Demands:
    """What a rule asks of a partner, beside its place in the rule."""

    partner_type: str | None = None
    least_rank: int | None = None
    least_tier: str | None = None
    most_in_hand: int | None = None


@dataclass(frozen=True)
class Standing:
    """What is known of a partner at the moment of the decision.

    `rank` is of the tier held; `refused` says in words why it does not get this very lead again.
    """

    active: bool = True
    portal: bool = True
    partner_type: str | None = None
    rank: int = 0
    in_hand: int = 0
    refused: str | None = None


def barrier(demands: Demands, partner: Standing) -> str | None:
    """Say why a partner does not take part, the first reason only; None when it does."""
    least, most = demands.least_rank, demands.most_in_hand
    reasons = (
        (not partner.active, "no active partnership"),
        (not partner.portal, "its portal is closed"),
        (partner.refused is not None, partner.refused or ""),
        (
            demands.partner_type not in {None, partner.partner_type},
            f"is not of the type {demands.partner_type}",
        ),
        (
            least is not None and partner.rank < least,
            f"holds less than {demands.least_tier or f'rank {least}'}",
        ),
        (
            most is not None and partner.in_hand >= most,
            f"has {partner.in_hand} of at most {most} leads in hand",
        ),
    )
    return next((why for holds, why in reasons if holds), None)


# ---------------------------------------------------------------- whose turn it is


@dataclass(frozen=True)
class Turn:
    """A partner that takes part: its weight, and its value before this decision."""

    partner_id: int
    weight: int
    current: int = 0


@dataclass(frozen=True)
class Step:
    """What a decision did to one partner: its value before, and after."""

    partner_id: int
    weight: int
    before: int
    after: int


@dataclass(frozen=True)
class Kept:
    """A decision as the log keeps it; nobody is chosen when nobody took part, `resting` are those that did not."""

    steps: Sequence[Step] = ()
    chosen: int | None = None
    sequence: int = 0
    resting: Mapping[int, int] = field(default_factory=dict)

    @property
    def weights(self) -> dict[int, int]:
        """Return the weight of every partner of the rule at that moment."""
        return {**self.resting, **{step.partner_id: step.weight for step in self.steps}}


def begin_again(before: Kept | None, weights: Mapping[int, int]) -> bool:
    """Say whether all values begin at 0: at the first decision, and when weights or partners are not as they were."""
    return before is None or before.weights != dict(weights)


def next_turn(turns: Sequence[Turn], resting: Mapping[int, int] | None = None) -> Kept:
    """Decide whose turn it is among those that take part, and what becomes of each one's value."""
    resting = resting or {}
    if not turns:
        return Kept(resting=resting)
    total = sum(turn.weight for turn in turns)
    winner = min(turns, key=lambda turn: (-(turn.current + turn.weight), turn.partner_id)).partner_id
    steps = [
        Step(
            turn.partner_id,
            turn.weight,
            turn.current,
            turn.current + turn.weight - (total if turn.partner_id == winner else 0),
        )
        for turn in sorted(turns, key=lambda turn: turn.partner_id)
    ]
    return Kept(steps, winner, resting=resting)


# ---------------------------------------------------------------- reading the log again


@dataclass(frozen=True)
class Mismatch:
    """A decision of a log that does not follow from those before it: in words, with the partners they are about."""

    sequence: int
    why: str
    partners: tuple[int | None, ...]

    def said(self, names: Mapping[int, str]) -> str:
        """Return why, with the partners by name."""
        return self.why.format(
            *("nobody" if one is None else names.get(one, f"partner {one}") for one in self.partners)
        )


def replayed(log: Iterable[Kept]) -> Iterator[tuple[Kept, Mismatch | None]]:
    """Read a rule's log from the beginning; each decision comes with what is wrong with it, if anything is."""
    values: dict[int, int] = {}
    before: Kept | None = None
    for kept in log:
        if begin_again(before, kept.weights):
            values = {}
        yield kept, _wrong(kept, values)
        values.update({step.partner_id: step.after for step in kept.steps})
        before = kept


def _wrong(kept: Kept, values: Mapping[int, int]) -> Mismatch | None:
    """Say what is wrong with a decision, given every partner's value before it."""
    for step in kept.steps:
        expected = values.get(step.partner_id, 0)
        if step.before != expected:
            why = f"{{}} stood at {expected}, not at {step.before}"
            return Mismatch(kept.sequence, why, (step.partner_id,))
    again = next_turn([Turn(step.partner_id, step.weight, step.before) for step in kept.steps])
    if again.chosen != kept.chosen:
        return Mismatch(kept.sequence, "it was the turn of {}, not of {}", (again.chosen, kept.chosen))
    after = {step.partner_id: step.after for step in again.steps}
    for step in kept.steps:
        if step.after != after[step.partner_id]:
            why = f"{{}} came to {after[step.partner_id]}, not to {step.after}"
            return Mismatch(kept.sequence, why, (step.partner_id,))
    return None
