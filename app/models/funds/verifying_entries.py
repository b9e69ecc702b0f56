"""F2, F4, F7: every entry against its own hash, against the one before it, and against its fund."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models.funds.findings import Finding

# Each entry is compared with the one before it only: where each step fits, the whole does.
ENTRIES = text("""
with read as (
    select e.id, e.fund_id, e.sequence, e.partner_id, e.kind, e.amount, e.currency, e.from_account_id, e.to_account_id,
        e.reverses_id, e.forced, e.meant_on, e.posted_at, e.activity_id, e.floor, e.available_after, e.reserved_after,
        e.previous_hash, e.hash, accord_entry_hash(e) is distinct from e.hash as is_changed
    from fund_entry e
), linked as (
    select r.*, lag(r.id) over w as before_id, lag(r.sequence) over w as before_sequence,
        lag(r.hash) over w as before_hash, lag(r.posted_at) over w as before_posted_at,
        coalesce(lag(r.available_after) over w, 0) as before_available,
        coalesce(lag(r.reserved_after) over w, 0) as before_reserved
    from read r window w as (partition by r.fund_id order by r.sequence, r.id)
), placed as (
    select l.*, s.kind as source, t.kind as target, f.starts_on,
        f.partner_id is distinct from l.partner_id or f.currency is distinct from l.currency
        or s.fund_id is distinct from l.fund_id or t.fund_id is distinct from l.fund_id
        or s.currency is distinct from l.currency or t.currency is distinct from l.currency
        or s.partner_id is distinct from l.partner_id or t.partner_id is distinct from l.partner_id as is_foreign,
        coalesce(s.kind = 'available' and l.available_after < l.floor, false)
        or coalesce(s.kind = 'reserved' and l.reserved_after < 0, false) as is_below
    from linked l
    left join fund f on f.id = l.fund_id
    left join fund_account s on s.id = l.from_account_id
    left join fund_account t on t.id = l.to_account_id
), judged as (
    select p.*,
        p.sequence <> coalesce(p.before_sequence, 0) + 1 as leaves_a_gap,
        p.previous_hash is distinct from coalesce(p.before_hash, ''::bytea) as is_unchained,
        p.id < p.before_id as is_disordered,
        p.posted_at < p.before_posted_at as goes_back,
        p.amount not between 1 and 1000000000000000 as is_no_amount,
        p.kind <> 'reversal' and array[p.source, p.target]::text[] is distinct from accord_entry_path(p.kind) as is_astray,
        p.available_after <> p.before_available + case 'available' when p.target then p.amount
            when p.source then -p.amount else 0 end
        or p.reserved_after <> p.before_reserved + case 'reserved' when p.target then p.amount
            when p.source then -p.amount else 0 end as adds_up_wrongly,
        p.is_below and not p.forced as is_overdrawn,
        p.forced and not p.is_below as is_forced_idly,
        p.meant_on < p.starts_on as is_early,
        p.kind in ('reserve', 'release', 'settle') and p.activity_id is null as is_homeless
    from placed p
)
select j.*, a.code as partner, y.name as fund
from judged j
left join fund f on f.id = j.fund_id
left join partner a on a.id = f.partner_id
left join fund_type y on y.id = f.fund_type_id
where is_changed or leaves_a_gap or is_unchained or is_disordered or goes_back or is_no_amount or is_foreign
    or is_astray or adds_up_wrongly or is_overdrawn or is_forced_idly or is_early or is_homeless
order by j.id
""")

SENTENCES = (
    (
        "is_changed",
        "F2",
        "Entry {sequence} was changed after it was written: its hash is not that of its words.",
    ),
    ("leaves_a_gap", "F2", "Before entry {sequence} an entry is missing: the one before it is {before}."),
    ("is_unchained", "F2", "Entry {sequence} does not follow the one before it: it names another hash."),
    ("is_disordered", "F2", "Entry {sequence} was written before entry {before}, which precedes it."),
    ("goes_back", "F2", "Entry {sequence} was posted earlier than the one before it."),
    ("is_no_amount", "F2", "Entry {sequence} moves no amount the ledger knows."),
    ("is_foreign", "F2", "Entry {sequence} has another partner, currency or fund than its accounts."),
    ("is_astray", "F2", "Entry {sequence}, “{kind}”, moves money from {source} to {target}."),
    ("adds_up_wrongly", "F2", "The balance after entry {sequence} is not the one before it and its amount."),
    ("is_overdrawn", "F4", "Entry {sequence} took the fund below what it may hold at least."),
    ("is_forced_idly", "F4", "Entry {sequence} is marked as forced, though the fund held enough."),
    ("is_early", "F1", "Entry {sequence} is meant for a day before the fund began."),
    ("is_homeless", "F5", "Entry {sequence}, “{kind}”, belongs to no activity."),
)

REVERSALS = text("""
select e.id, e.sequence, e.fund_id, a.code as partner, y.name as fund, was.sequence as reversed
from fund_entry e
left join fund_entry was on was.id = e.reverses_id
left join fund f on f.id = e.fund_id
left join partner a on a.id = f.partner_id
left join fund_type y on y.id = f.fund_type_id
where (e.kind = 'reversal' or e.reverses_id is not null) and (
    e.kind <> 'reversal' or was.id is null or was.kind = 'reversal' or was.fund_id <> e.fund_id
    or was.amount <> e.amount or was.cause <> e.cause or was.sequence >= e.sequence
    or was.from_account_id <> e.to_account_id or was.to_account_id <> e.from_account_id
    or exists (select from fund_entry other where other.reverses_id = was.id and other.id <> e.id)
)
order by e.id
""")


def entries(session: Session) -> Iterator[Finding]:
    """Yield each entry that does not fit, by the first reason."""
    for row in session.execute(ENTRIES):
        rule, sentence = next((rule, words) for flag, rule, words in SENTENCES if getattr(row, flag))
        before = row.before_sequence if row.before_sequence is not None else "none"
        yield _found(row, rule, sentence.format(**{**row._mapping, "before": before}))  # noqa: SLF001 - SQLAlchemy's own name for it


def reversals(session: Session) -> Iterator[Finding]:
    """Yield reversals that are not the mirror of one earlier entry of the same fund."""
    for row in session.execute(REVERSALS):
        yield _found(row, "F2", f"Entry {row.sequence} reverses no entry as a reversal does.")


def _found(row: Any, rule: str, sentence: str) -> Finding:
    return Finding(rule, sentence, partner=row.partner, fund_id=row.fund_id, fund=row.fund, entry_id=row.id)
