"""What is known of a lead: which facts may be written, how long they are, and what each has to look like."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.rules import reaching
from app.rules.money import minor_digits
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.leads.lead import Lead

LONGEST = {
    "company": 200, "contact": 200, "email": 254, "phone": 60, "website": 300, "country": 100, "region": 100,
    "city": 200, "tax_number": 60, "need": 2000, "source": 100, "currency": 3, "note": 5000,
}  # fmt: skip
"""Letters a fact may have."""
FACTS = (*LONGEST, "budget", "campaign_id", "key")
"""Facts a lead is registered with."""
EDITED = (*LONGEST, "budget")
"""Facts that may be changed afterwards."""
OF_LINES = frozenset({"need", "note"})
REASON = 1000


def write(lead: Lead, facts: dict[str, Any], allowed: tuple[str, ...]) -> None:
    """Put facts on a lead; what was not changed is not checked again, since files bring in what no form would."""
    for name in facts:
        if name not in allowed:
            raise TypeError(f"A lead has no {name} to change.")
    given = {name: _tidy(name, value) for name, value in facts.items()}
    changed = {name: value for name, value in given.items() if value != getattr(lead, name)}
    country = given.get("country", lead.country)
    for name, value in changed.items():
        setattr(lead, name, _checked(name, value, country))
    if not lead.company:
        raise RuleBroken("Name the company, or whoever may buy.", "company")
    if lead.budget is not None and not lead.currency:
        raise RuleBroken("Say in which currency the budget is, such as EUR.", "currency")


def reason_given(reason: str | None, sentence: str) -> str:
    """Return a reason in words; without one the act is refused."""
    words = (reason or "").strip()
    if not words:
        raise RuleBroken(sentence, "reason")
    if len(words) > REASON:
        raise RuleBroken(f"Use at most {REASON} letters for the reason.", "reason")
    return words


def _tidy(name: str, value: Any) -> Any:
    """Return a value without needless spaces; only a text of several lines keeps its line breaks."""
    if not isinstance(value, str):
        return value
    return (value.strip() if name in OF_LINES else " ".join(value.split())) or None


def _checked(name: str, value: Any, country: str | None) -> Any:
    if value is None:
        return None
    if isinstance(value, str) and len(value) > LONGEST.get(name, REASON):
        raise RuleBroken(f"Use at most {LONGEST.get(name, REASON)} letters.", name)
    if name == "budget" and value < Decimal(0):
        raise RuleBroken("A budget is not below zero.", "budget")
    if name == "phone":
        return reaching.phone(value, country)
    if name == "currency":
        minor_digits(value.upper())
        return value.upper()
    return _LOOKS[name](value) if name in _LOOKS else value


_LOOKS = {"email": reaching.email, "website": reaching.website, "country": reaching.country}
