"""F3, F7: one live credit per won deal and kind of fund, at the percent of its day, as the deals are now."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models.funds import differing
from app.models.funds.due import Due, due
from app.models.funds.findings import Finding, Weight
from app.rules.accrual import sentence
from app.rules.ledger import in_words

CODES = text("select id, code from partner where id = any(:partners)")
STRAY = text("""
select e.id, e.sequence, e.fund_id, a.code as partner, y.name as fund
from fund_entry e
join fund f on f.id = e.fund_id join partner a on a.id = f.partner_id join fund_type y on y.id = f.fund_type_id
where e.kind = 'accrual' and (
    e.opportunity_id is null or e.cause <> 'deal/' || e.opportunity_id || '/' || f.fund_type_id)
order by e.id
""")


def deals(session: Session) -> Iterator[Finding]:
    """Yield deals whose credit is not what is due; where that cannot be said, a warning says what is missing."""
    for row in session.execute(STRAY):
        words = f"Entry {row.sequence} is a credit for a deal and names none."
        yield Finding("F3", words, partner=row.partner, fund_id=row.fund_id, fund=row.fund, entry_id=row.id)
    looked_at = 0
    while numbers := differing.deals_after(session, looked_at):
        looked_at = numbers[-1]
        wrong = [one for one in due(session, numbers) if not one.is_right]
        codes = {  # noqa: C416 - rows, not pairs
            number: code
            for number, code in session.execute(CODES, {"partners": [one.row.partner_id for one in wrong]})
        }
        for one in wrong:
            yield _found(one, codes[one.row.partner_id])


def _found(one: Due, partner: str) -> Finding:
    live = one.live
    posted = (
        "nothing is posted"
        if live is None
        else f"{in_words(live.amount, live.currency)} is posted, {sentence(live.facts)}"
    )
    if one.problem is not None:
        words, weight = f"Deal {one.deal_id}: {one.problem}", Weight.WARNING
    elif one.is_due:
        expected = in_words(one.units, one.row.fund_currency)
        words = f"Deal {one.deal_id}: {expected} is due, {sentence(one.facts)}; {posted}."
        weight = Weight.WRONG
    else:
        words, weight = f"Deal {one.deal_id}: {one.why_not or 'Nothing is due.'} But {posted}.", Weight.WRONG
    return Finding(
        "F3",
        words,
        weight,
        partner=partner,
        fund_id=one.row.fund_id if live is None else live.fund_id,
        fund=one.row.fund_type,
        entry_id=None if live is None else live.id,
    )
