"""Who else is at a customer: candidates found by marks and by parts of the name, and what stands at each (L3).

Every question asks the database the same four things in the same order, whatever it finds: how rare the parts of the
name are, who shares a mark or some rare parts, the marks of the nearest, and what is alive at those that match.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app import clock, scope
from app.rules.conflicts import (
    Answer,
    Claim,
    Identity,
    Likeness,
    Match,
    Verdict,
    alike,
    answer_to,
    compared,
    domain_of,
    identity,
    mail_domain_of,
)

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity

GROUPS = 6
"""So many groups of three letters are searched for; a name that has one of them is compared."""
NAMES = 1500
"""Names to be compared: as long as there are fewer, a rare part is a group of its own; common ones go in pairs."""
NOWHERE = "   "
"""Three spaces: no name has them."""
NEAREST = 40
"""Of the customers whose names are alike, so many are looked at."""
SHORTEST = 2


@dataclass(frozen=True)
class Question:
    """What is known of a customer, as it was written."""

    name: str = ""
    country: str | None = None
    website: str | None = None
    email: str | None = None
    tax_number: str | None = None

    @classmethod
    def about(cls, deal: Opportunity) -> Question:
        """Return the question that a deal asks."""
        return cls(deal.customer, deal.country, deal.website, deal.customer_email, deal.tax_number)

    def identity(self, but: Collection[str] = ()) -> Identity:
        """Return by what this customer is known again; RuleBroken at the field for what is no name."""
        return identity(self.name, self.country, self.website, self.email, self.tax_number, but=but)


@dataclass(frozen=True)
class Candidate:
    """A customer that may be the one asked for."""

    id: int
    name: str
    identity: Identity
    match: Match
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Found:
    """The answer to a question, and for the vendor's eyes all that it rests on, the nearest first."""

    answer: Answer
    asked: Identity
    candidates: tuple[Candidate, ...] = field(default=())

    @property
    def same(self) -> Candidate | None:
        """Return the customer that is the one asked for, if there is one."""
        return next((one for one in self.candidates if one.match.likeness is Likeness.SAME), None)


def can_be_asked(asked: Identity) -> bool:
    """Say whether there is enough to be asked about: a mark, or a name of two letters."""
    return bool(asked.domains or asked.tax or len(asked.name) >= SHORTEST)


def answer(session: Session, question: Question, partner_id: int | None) -> Answer:
    """Return what a partner (None: the vendor) is told; in a partner's scope from the vendor's books."""
    with scope.books(session) as books:
        return found(books, question, partner_id).answer


def found(
    books: Connection, question: Question, partner_id: int | None, own: frozenset[str] | None = None
) -> Found:
    """Return the answer with every candidate it rests on; for the vendor's eyes.

    `own` are the partner's own domains where they are known already.
    """
    asked = question.identity(own_domains(books, partner_id) if own is None else own)
    near = nearest(books, asked)
    claims = alive_at(books, [one.id for one in near])
    candidates = tuple(
        Candidate(one.id, one.name, one.identity, one.match, tuple(claims[one.id])) for one in near
    )
    told = answer_to(partner_id, [(one.match.likeness, one.claims) for one in candidates])
    return Found(told, asked, candidates)


def protected_by_mark(books: Connection, asked: Identity, partner_id: int) -> Answer | None:
    """Return the answer where a customer with one of these marks is protected; None where it takes a longer look."""
    if not (asked.domains or asked.tax):
        return None
    values = {"domains": sorted(asked.domains), "tax": sorted(asked.tax), "now": clock.now()}
    claims = [Claim(row.partner_id, row.until, row.shared) for row in books.execute(_PROTECTED, values)]
    return answer_to(partner_id, [(Likeness.SAME, claims)]) if claims else None


def words(told: Answer, day: str | None = None) -> str:
    """Return the answer as a sentence; `day` is the last day as the reader writes days."""
    until = day or (day_words(told.until) if told.until else "")
    if told.own:
        return f"This customer is protected for you already, until {until}."
    return {
        Verdict.FREE: "This customer is free: nobody has registered it.",
        Verdict.PROTECTED: f"This customer is protected until {until}.",
        Verdict.LOOK: "This customer needs a look: somebody may work there already. Register the deal, and we will tell you.",
    }[told.verdict]


def day_words(day: date) -> str:
    """Return a day as a sentence says it."""
    return format_date(day, "d MMM y", locale="en")


# ---------------------------------------------------------------- how

_OWN = text("select id, website, email from partner where id = any(cast(:ids as bigint[]))")

_RARITY = text("""
    select trigram, customers from customer_trigram
    where trigram = any(accord_tri(:name)) and customers > 0
    order by customers, trigram
""")

_NEAR = text("""
    select c.id, c.name, c.folded, c.country, true as by_mark
    from customer_mark m join customer c on c.id = m.customer_id and c.merged_into_id is null
    where m.kind in ('web', 'mail') and m.value = any(cast(:domains as text[]))
    union all
    select c.id, c.name, c.folded, c.country, true
    from customer_mark m join customer c on c.id = m.customer_id and c.merged_into_id is null
    where m.kind = 'tax' and m.value = any(cast(:tax as text[]))
    union all
    select c.id, c.name, m.value, c.country, false
    from customer_mark m join customer c on c.id = m.customer_id and c.merged_into_id is null
    where m.kind = 'name' and m.value = :name
      and (cast(:country as text) is null or c.country is null or c.country = cast(:country as text))
    union all
    select c.id, c.name, c.folded, c.country, false
    from customer c
    where c.merged_into_id is null
      and (accord_tri(c.folded) @> cast(:part_0 as text[]) or accord_tri(c.folded) @> cast(:part_1 as text[])
           or accord_tri(c.folded) @> cast(:part_2 as text[]) or accord_tri(c.folded) @> cast(:part_3 as text[])
           or accord_tri(c.folded) @> cast(:part_4 as text[]) or accord_tri(c.folded) @> cast(:part_5 as text[]))
      and (cast(:country as text) is null or c.country is null or c.country = cast(:country as text))
""")

_PARTS = tuple(f"part_{place}" for place in range(GROUPS))
_MARKS = text(
    "select customer_id, kind, value from customer_mark where customer_id = any(cast(:ids as bigint[]))"
)

# Alive: a registration that is not decided or whose last day is not over where its partner is; a deal under way; an
# accepted lead. A last day is over when it is over where the partner is (M4).
_ALIVE = text("""
    select r.customer_id, r.partner_id, r.shared,
           case when r.state = 'protected' then r.protected_until end as until
    from registration r
    join partner p on p.id = r.partner_id
    left join operating_company c on c.id = p.operating_company_id
    left join vendor v on true
    where r.customer_id = any(cast(:ids as bigint[]))
      and (r.state in ('waiting', 'returned')
           or r.state = 'protected'
              and r.protected_until >= (cast(:now as timestamptz) at time zone coalesce(c.time_zone, v.time_zone, 'UTC'))::date)
    union
    select o.customer_id, o.partner_id, false, null
    from opportunity o join opportunity_stage s on s.id = o.stage_id and s.kind = 'open'
    where o.customer_id = any(cast(:ids as bigint[])) and o.deleted_at is null
    union
    select l.customer_id, l.partner_id, false, null
    from lead l
    where l.customer_id = any(cast(:ids as bigint[])) and l.partner_id is not null and l.stage = 'accepted'
""")


_PROTECTED = text("""
    select r.partner_id, r.shared, r.protected_until as until
    from customer_mark m
    join registration r on r.customer_id = m.customer_id and r.state = 'protected'
    join partner p on p.id = r.partner_id
    left join operating_company c on c.id = p.operating_company_id
    left join vendor v on true
    where (m.kind in ('web', 'mail') and m.value = any(cast(:domains as text[]))
           or m.kind = 'tax' and m.value = any(cast(:tax as text[])))
      and r.protected_until >= (cast(:now as timestamptz) at time zone coalesce(c.time_zone, v.time_zone, 'UTC'))::date
""")


def own_domains(books: Connection, partner_id: int | None) -> frozenset[str]:
    """Return the domains of the partner itself: its own address at a deal says nothing about the customer."""
    return own_domains_of(books, () if partner_id is None else (partner_id,)).get(partner_id, frozenset())


def own_domains_of(books: Connection, ids: Collection[int]) -> dict[int | None, frozenset[str]]:
    """Return the domains of several partners."""
    return {row.id: domains_of(row.website, row.email) for row in books.execute(_OWN, {"ids": list(ids)})}


def domains_of(website: str | None, email: str | None) -> frozenset[str]:
    """Return the domains of a partner's own web site and address."""
    return frozenset(domain for domain in (domain_of(website), mail_domain_of(email)) if domain)


def nearest(books: Connection, asked: Identity) -> list[Candidate]:
    """Return the customers that are the one asked for or like it, the nearest first."""
    rare = books.execute(_RARITY, {"name": asked.name}).all()
    values = {
        "name": asked.name,
        "country": asked.country,
        **dict(zip(_PARTS, groups(asked.name, [(row.trigram, row.customers) for row in rare]), strict=True)),
        "domains": sorted(asked.domains),
        "tax": sorted(asked.tax),
    }
    rows = _alike(asked, books.execute(_NEAR, values).all())
    marks: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for mark in books.execute(_MARKS, {"ids": list(rows)}):
        marks[mark.customer_id][mark.kind].add(mark.value)
    candidates = []
    for number, row in rows.items():
        of = marks[number]
        known = Identity(row.folded, row.country, *(frozenset(of[kind]) for kind in ("web", "mail", "tax")))
        match = compared(asked, known)
        if match.likeness is not Likeness.DIFFERENT:
            candidates.append(Candidate(number, row.name, known, match))
    return sorted(candidates, key=lambda one: (one.match.rank, -one.id), reverse=True)


def groups(name: str, parts: Sequence[tuple[str, int]]) -> list[list[str]]:
    """Return the groups of parts to search for, from a name's parts with how many customers have each, rarest first.

    A slip of the pen spoils three parts that stand together, so the two of a pair stand apart.
    """
    alone: list[str] = []
    names = 0
    for part, customers in parts[:GROUPS]:
        names += customers
        if names > NAMES:
            break
        alone.append(part)
    padded = f"  {name.replace(' ', '   ')} "
    common = [part for part, _ in parts[len(alone) :]][: 2 * (GROUPS - len(alone))]
    common.sort(key=padded.find)
    half = (len(common) + 1) // 2
    pairs = [[common[place], *common[place + half : place + half + 1]] for place in range(half)]
    chosen = [[part] for part in alone] + pairs
    return (chosen + [[NOWHERE]] * GROUPS)[:GROUPS]


def _alike(asked: Identity, rows: Sequence[Any]) -> dict[int, Any]:
    """Return those of the rows that share a mark or whose names are alike, at most so many, the nearest kept."""
    kept: dict[int, Any] = {row.id: row for row in rows if row.by_mark}
    scores = alike(asked.name, [row.folded for row in rows])
    nearest_first = sorted(scores, key=lambda place: (-scores[place], rows[place].id))
    return kept | {rows[place].id: rows[place] for place in reversed(nearest_first[:NEAREST])}


def alive_at(books: Connection, ids: Sequence[int]) -> dict[int, list[Claim]]:
    """Return what is alive at these customers."""
    claims: dict[int, list[Claim]] = defaultdict(list)
    for row in books.execute(_ALIVE, {"ids": list(ids), "now": clock.now()}):
        claims[row.customer_id].append(Claim(row.partner_id, row.until, row.shared))
    return claims
