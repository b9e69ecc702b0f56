"""Meeting customers: which of those known a deal or lead is about, and a new one where it is none of them (L3).

One lock lets one act at a time decide who is whose, so that two registrations never make two customers of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep

from app import clock
from app.models.registrations.conflicts import Found, Question, own_domains_of
from app.models.registrations.customer import Customer, CustomerMark, MarkKind
from app.rules.conflicts import LONGEST, Identity, is_the_same

LOCK = text("select pg_advisory_xact_lock(4719)")
AT_ONCE = 1000
"""Deals that get their customer in one transaction: others wait for no more than these."""

KINDS = {MarkKind.WEB: "web", MarkKind.MAIL: "mail", MarkKind.TAX: "tax"}
NOUNS: dict[str, tuple[str, str, str]] = {
    "opportunity": ("customer", "customer_email", "deleted_at is null"),
    "lead": ("company", "email", "true"),
}
"""Of each noun: the columns of the customer's name and address, and what of it is about a customer."""


def one_at_a_time(books: Connection) -> None:
    """Wait until nobody else decides whose customer is whose; until the end of the transaction."""
    books.execute(LOCK)


def meet(books: Connection, question: Question, found: Found) -> int:
    """Return the number of the customer a question is about: the one found, or a new one."""
    near = found.same or next(
        (one for one in found.candidates if is_the_same(found.asked, one.identity)), None
    )
    if near is None:
        return _introduced(books, [(_written(question.name), found.asked)])[0]
    _learned(books, [(near.id, found.asked, near.identity)])
    _named(books, near.id, found.asked.name)
    return near.id


def attached(books: Connection, noun: str, ids: Sequence[int] | None) -> int:
    """Give every row of a noun that has no customer the one it is about; return how many got one.

    Whole files go this way: only what is the same is found, by marks and by the very name.
    """
    one_at_a_time(books)
    rows = books.execute(_without(noun), {"ids": None if ids is None else list(ids), "most": AT_ONCE}).all()
    own = own_domains_of(books, {row.partner_id for row in rows if row.partner_id is not None})
    asked = {row.id: _identity(row, own.get(row.partner_id, frozenset())) for row in rows}
    known = _known(books, asked.values())
    index = _indexed(known)
    strangers: list[tuple[str, Identity]] = []
    learned: list[tuple[int, Identity, Identity]] = []
    whose: dict[int, int] = {}
    for row in rows:
        one = asked[row.id]
        place = _found(one, known, index)
        if place is None:
            place = -1 - len(strangers)
            strangers.append((_written(row.name), one))
            known[place] = one
            _index(index, place, one)
        elif place > 0:
            learned.append((place, one, known[place]))
        whose[row.id] = place
    numbers = _introduced(books, strangers)
    _learned(books, learned)
    _written_down(books, noun, {row: p if p > 0 else numbers[-1 - p] for row, p in whose.items()})
    return len(rows)


# ---------------------------------------------------------------- how


def _without(noun: str) -> Any:
    name, email, about = NOUNS[noun]
    return text(
        f"select id, partner_id, {name} as name, country, website, {email} as email, tax_number from {noun}"  # noqa: S608 - names of our own
        f" where customer_id is null and {about}"
        " and (cast(:ids as bigint[]) is null or id = any(cast(:ids as bigint[]))) order by id limit :most"
        " for no key update skip locked"
    )


def _written(name: str) -> str:
    return " ".join(name.split())[:LONGEST]


def _identity(row: Any, but: frozenset[str]) -> Identity:
    question = Question(_written(row.name), row.country, row.website, row.email, row.tax_number)
    return question.identity(but)


Keys = dict[tuple[str, str], list[int]]


def _keys(one: Identity) -> Iterable[tuple[str, str]]:
    """Return what a customer is looked up by, the surest first."""
    yield from (("tax", value) for value in one.tax)
    yield from (("domain", value) for value in one.domains)
    yield "name", one.name


def _index(index: Keys, place: int, one: Identity) -> None:
    for key in _keys(one):
        index[key].append(place)


def _indexed(known: Mapping[int, Identity]) -> Keys:
    index: Keys = defaultdict(list)
    for place, one in known.items():
        _index(index, place, one)
    return index


def _found(one: Identity, known: Mapping[int, Identity], index: Keys) -> int | None:
    """Return the first customer that is the same, looked for by the surest mark first."""
    for key in _keys(one):
        for place in index.get(key, ()):
            if is_the_same(one, known[place]):
                return place
    return None


def _known(books: Connection, asked: Iterable[Identity]) -> dict[int, Identity]:
    """Return the customers that share a mark or the very name with one of these."""
    names: set[str] = set()
    marks: set[str] = set()
    for one in asked:
        names.add(one.name)
        marks |= one.domains | one.tax
    rows = books.execute(
        text("""
            select c.id, c.folded, c.country from customer c
            where c.merged_into_id is null and c.folded = any(cast(:names as text[]))
            union
            select c.id, c.folded, c.country
            from customer_mark m join customer c on c.id = m.customer_id and c.merged_into_id is null
            where m.kind in ('web', 'mail', 'tax') and m.value = any(cast(:marks as text[]))
            order by id
        """),
        {"names": sorted(names), "marks": sorted(marks)},
    ).all()
    of: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    mark = CustomerMark.__table__
    ids = [row.id for row in rows]
    for each in books.execute(select(mark).where(mark.c.customer_id.in_(ids))):
        of[each.customer_id][each.kind].add(each.value)
    return {
        row.id: Identity(
            row.folded, row.country, *(frozenset(of[row.id][kind]) for kind in ("web", "mail", "tax"))
        )
        for row in rows
    }


def _introduced(books: Connection, strangers: Sequence[tuple[str, Identity]]) -> list[int]:
    """Write customers down that nobody knew, with their marks; return their numbers in the same order."""
    if not strangers:
        return []
    table, now = Customer.__table__, clock.now()
    rows = [
        {"name": name, "folded": one.name, "country": one.country, "met_at": now} for name, one in strangers
    ]
    made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    numbers = list(books.execute(made, rows).scalars())
    _mark(books, [(number, one) for number, (_, one) in zip(numbers, strangers, strict=True)])
    return numbers


def _learned(books: Connection, met: Sequence[tuple[int, Identity, Identity]]) -> None:
    """Write marks down of a kind that a customer has none of yet; others may be somebody's mistake."""
    news = [
        (
            number,
            Identity(
                known.name,
                None,
                frozenset() if known.web else one.web,
                frozenset() if known.mail else one.mail,
                frozenset() if known.tax else one.tax,
            ),
        )
        for number, one, known in met
    ]
    _mark(books, [(number, one) for number, one in news if one.domains or one.tax])


def _named(books: Connection, number: int, name: str) -> None:
    """Keep another name that a customer, known by its domain, is registered under: who asks by that name finds it."""
    if name:
        row = {"customer_id": number, "kind": MarkKind.NAME, "value": name}
        books.execute(insert_or_keep(CustomerMark.__table__).on_conflict_do_nothing(), row)


def _mark(books: Connection, marked: Sequence[tuple[int, Identity]]) -> None:
    rows = [
        {"customer_id": number, "kind": kind, "value": value}
        for number, one in marked
        for kind, name in KINDS.items()
        for value in sorted(getattr(one, name))
    ]
    if rows:
        books.execute(insert_or_keep(CustomerMark.__table__).on_conflict_do_nothing(), rows)


def _written_down(books: Connection, noun: str, whose: Mapping[int, int]) -> None:
    if whose:
        books.execute(
            text(
                f"update {noun} set customer_id = new.customer_id"  # noqa: S608 - a name of our own
                " from unnest(cast(:ids as bigint[]), cast(:customers as bigint[])) as new(id, customer_id)"
                f" where {noun}.id = new.id"
            ),
            {"ids": list(whose), "customers": list(whose.values())},
        )


def moved(books: Connection, gone: int, into: int) -> None:
    """Put everything that is a customer's at another one, marks, deals, leads and registrations."""
    mark = CustomerMark.__table__
    marks = books.execute(select(mark.c.kind, mark.c.value).where(mark.c.customer_id == gone)).all()
    books.execute(mark.delete().where(mark.c.customer_id == gone))
    if marks:
        rows = [{"customer_id": into, "kind": one.kind, "value": one.value} for one in marks]
        books.execute(insert_or_keep(mark).on_conflict_do_nothing(), rows)
    for table in ("opportunity", "lead", "registration"):
        books.execute(
            text(f"update {table} set customer_id = :into where customer_id = :gone"),  # noqa: S608 - names of our own
            {"into": into, "gone": gone},
        )
    customer = Customer.__table__
    books.execute(
        update(customer)
        .where((customer.c.id == bindparam("gone")) | (customer.c.merged_into_id == bindparam("gone")))
        .values(merged_into_id=bindparam("into")),
        {"gone": gone, "into": into},
    )
