"""F2, F4, F7: what a fund keeps of its entries: balances, the head of its chain, and the heads of earlier proofs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.models.funds.findings import Finding, Weight
from app.rules.ledger import in_words

NAMED = """
join fund f on f.id = x.fund_id
left join partner a on a.id = f.partner_id
left join fund_type y on y.id = f.fund_type_id
"""


def _of_funds(question: str) -> TextClause:
    """A question whose rows `x` have a fund: with the partner and the kind of fund beside it."""
    return text(question.replace("{named}", NAMED))


HEADS = _of_funds("""
select x.*, a.code as partner, y.name as fund from (
    select f.id as fund_id, f.entries, l.id as entry_id, coalesce(l.sequence, 0) as latest,
        f.last_hash is distinct from l.hash as is_other_hash, f.last_posted_at is distinct from l.posted_at as is_other_time
    from fund f
    left join lateral (
        select e.id, e.sequence, e.hash, e.posted_at from fund_entry e
        where e.fund_id = f.id order by e.sequence desc limit 1
    ) l on true
) x {named}
where x.entries <> x.latest or x.is_other_hash or x.is_other_time order by x.fund_id
""")
ANCHORS = _of_funds("""
select x.*, a.code as partner, y.name as fund from (
    select distinct on (n.fund_id) n.fund_id, n.sequence, n.proved_at, e.id as entry_id, p.sequence as fitting
    from ledger_anchor n
    left join fund_entry e on e.fund_id = n.fund_id and e.sequence = n.sequence
    left join lateral (
        select b.sequence from ledger_anchor b
        join fund_entry g on g.fund_id = b.fund_id and g.sequence = b.sequence and g.hash = b.hash
        where b.fund_id = n.fund_id and b.sequence < n.sequence order by b.sequence desc limit 1
    ) p on true
    where e.hash is distinct from n.hash
    order by n.fund_id, n.sequence
) x {named} order by x.fund_id
""")
BALANCES = _of_funds("""
select x.*, a.code as partner, y.name as fund from (
    select c.fund_id, c.kind, c.currency, c.balance, coalesce(m.amount, 0) as amount
    from fund_account c
    left join (
        select account_id, sum(amount) as amount from (
            select from_account_id as account_id, -sum(amount) as amount from fund_entry group by 1
            union all select to_account_id, sum(amount) from fund_entry group by 1
        ) as moves group by 1
    ) m on m.account_id = c.id
    where c.balance <> coalesce(m.amount, 0)
) x {named} order by x.fund_id, x.kind
""")
ACCOUNTS = _of_funds("""
select x.*, a.code as partner, y.name as fund from (
    select g.id as fund_id, array_agg(c.kind::text order by c.kind::text) as kinds,
        bool_and(c.currency = g.currency and c.partner_id = g.partner_id) as are_its_own
    from fund g left join fund_account c on c.fund_id = g.id group by g.id
) x {named}
where x.kinds <> array['available', 'budget', 'expired', 'reserved', 'spent'] or not x.are_its_own
order by x.fund_id
""")
TRIAL = text("""
select currency, sum(balance) as balance from fund_account group by currency having sum(balance) <> 0 order by currency
""")
CAUSES = text("""
select x.*, a.code as partner, y.name as fund from (
    select e.kind, e.cause, count(*) filter (where e.kind <> 'reversal' and r.id is null) as live,
        max(e.id) as entry_id, max(e.fund_id) as fund_id
    from fund_entry e left join fund_entry r on r.reverses_id = e.id
    group by e.kind, e.cause
    having count(*) filter (where e.kind <> 'reversal' and r.id is null) > 1 or max(e.revision) <> count(distinct e.revision)
        or count(distinct e.revision) <> count(distinct e.id) or min(e.revision) <> 1
) x left join fund f on f.id = x.fund_id left join partner a on a.id = f.partner_id
left join fund_type y on y.id = f.fund_type_id order by x.entry_id
""")
OVERDRAFTS = _of_funds("""
select x.*, a.code as partner, y.name as fund from (
    select c.fund_id, c.balance, c.currency, f.overdraft from fund_account c join fund f on f.id = c.fund_id
    where c.kind = 'available' and c.balance < 0
) x {named} order by x.fund_id
""")


def heads(session: Session) -> Iterator[Finding]:
    """Yield funds whose chain does not end where the fund says it does."""
    for row in session.execute(HEADS):
        if row.entries != row.latest:
            words = f"The fund has {row.entries:,} entries, its chain ends with entry {row.latest:,}."
        elif row.is_other_hash:
            words = f"The chain ends with another hash than the fund keeps: entry {row.latest:,} was written anew."
        else:
            words = f"Entry {row.latest:,} was posted at another moment than the fund keeps."
        yield Finding(
            "F2",
            words,
            partner=row.partner,
            fund_id=row.fund_id,
            fund=row.fund,
            entry_id=row.entry_id,
        )


def anchors(session: Session) -> Iterator[Finding]:
    """Yield chains that were whole when they were proved, and are another chain now."""
    for row in session.execute(ANCHORS):
        since = "its beginning" if row.fitting is None else f"entry {row.fitting:,}"
        became = "is gone" if row.entry_id is None else "has another hash now"
        words = (
            f"Entry {row.sequence:,} was proved on {row.proved_at:%Y-%m-%d} and {became}:"
            f" the chain was written anew after {since}."
        )
        yield Finding(
            "F7",
            words,
            partner=row.partner,
            fund_id=row.fund_id,
            fund=row.fund,
            entry_id=row.entry_id,
        )


def balances(session: Session) -> Iterator[Finding]:
    """Yield accounts that do not hold the sum of their entries, and currencies whose accounts do not make zero."""
    for row in session.execute(BALANCES):
        held, moved = (in_words(int(units), row.currency) for units in (row.balance, row.amount))
        words = f"The balance “{row.kind}” is {held}; its entries make {moved}."
        yield Finding("F1", words, partner=row.partner, fund_id=row.fund_id, fund=row.fund)
    for row in session.execute(ACCOUNTS):
        words = "The fund does not have its five accounts, each in its currency."
        yield Finding("F1", words, partner=row.partner, fund_id=row.fund_id, fund=row.fund)
    for row in session.execute(TRIAL):
        words = f"All accounts in {row.currency} together make {in_words(int(row.balance), row.currency)}, not zero."
        yield Finding("F2", words)


def causes(session: Session) -> Iterator[Finding]:
    """Yield what was posted twice for one cause, or whose revisions leave a gap."""
    for row in session.execute(CAUSES):
        words = (
            f"“{row.cause}” is posted {row.live} times as “{row.kind}”."
            if row.live > 1
            else f"The revisions of “{row.cause}”, “{row.kind}”, are not numbered one by one."
        )
        yield Finding(
            "F2", words, partner=row.partner, fund_id=row.fund_id, fund=row.fund, entry_id=row.entry_id
        )


def overdrafts(session: Session) -> Iterator[Finding]:
    """Yield, for information, funds that are below zero, and whether they may be."""
    for row in session.execute(OVERDRAFTS):
        below = in_words(-row.balance, row.currency)
        if row.overdraft is None:
            words = f"{below} below zero; the fund may be overdrawn without a limit."
        elif -row.balance <= row.overdraft:
            words = (
                f"{below} below zero; the fund may be overdrawn by {in_words(row.overdraft, row.currency)}."
            )
        else:
            words = f"{below} below zero: a credit was taken back after it had been used."
        yield Finding(
            "F4", words, Weight.INFORMATION, partner=row.partner, fund_id=row.fund_id, fund=row.fund
        )
