"""Whether two customers are one (L3), and what a partner who asks is told (L4).

A customer is known again by a **mark** or by its **name**. Marks are its registrable web domain (www.shop.acme.co.uk is
acme.co.uk), the domain of its mail unless anybody may have an address there, and its tax number. A web domain and a
mail domain that are the same text are the same mark. A name counts in one country only: Siemens in Germany and Siemens
in Austria are two customers.

Names are compared folded (see customer_names) by a score from 0 to 100, of rapidfuzz:

    100         the same words, or the same letters when spaces are left out
    99          the same words in another order
    95 and up   a letter or two apart in a long name: taken for the same
    84 and up   alike: a person looks; also where the shorter name begins the longer one (Acme, Acme Solar): 88
    below       another company

Two customers are the **same** when they share a mark, or when their names score 95 and both are known to be in one
country. They are **similar** when their names score 84 and no two known countries differ; and so are two that would be
the same by their names while a mark of one kind says otherwise (two tax numbers, two web domains). Else they are
**different**.

What stands at a customer decides the answer: protected for somebody else and the same, the answer is *protected until
D*; anything else alive there of somebody else (a registration that waits, a deal under way, a protection at a similar
customer), *needs a look*; nothing, *free*. The answer says neither whose it is nor what it is worth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import idna
from rapidfuzz import fuzz, process

from app.rules.customer_names import folded
from app.rules.free_mail import is_free_mail, is_shared_site
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from tldextract import TLDExtract

__all__ = [
    "ALIKE",
    "SAME",
    "Answer",
    "Claim",
    "Identity",
    "Likeness",
    "Match",
    "Verdict",
    "alike",
    "answer_to",
    "compared",
    "domain_of",
    "extended",
    "folded",
    "identity",
    "is_the_same",
    "last_day",
    "mail_domain_of",
    "tax_number_of",
]

SAME, ALIKE, BEGINS = 95, 84, 88
LONGEST = 200
"""Letters of a company's name; a longer one is a text put into the wrong field."""
LONGEST_HOST = 253
BEGINS_WITH = 4
"""Letters a name must have before another one that begins with it is like it."""
CODE = 2
"""Letters of a country's code; longer ones are names, compared as they are written."""
SHORTEST_TAX, LONGEST_TAX = 5, 20
REMIND_BEFORE = (14, 7, 1)
"""Days before the last one on which the partner is reminded."""


class Likeness(StrEnum):
    """How far two customers are one."""

    SAME = "same"
    SIMILAR = "similar"
    DIFFERENT = "different"


class Verdict(StrEnum):
    """What a partner who asks is told."""

    FREE = "free"
    PROTECTED = "protected"
    LOOK = "needs a look"


@dataclass(frozen=True)
class Identity:
    """By what a customer is known again; `name` is folded."""

    name: str
    country: str | None = None
    web: frozenset[str] = frozenset()
    mail: frozenset[str] = frozenset()
    tax: frozenset[str] = frozenset()

    @property
    def domains(self) -> frozenset[str]:
        """Return web and mail domains, which are compared with each other."""
        return self.web | self.mail


@dataclass(frozen=True)
class Match:
    """How two customers compare: the verdict, the score of their names, and the marks they share."""

    likeness: Likeness
    score: int
    web: bool = False
    mail: bool = False
    tax: bool = False
    contradicts: bool = False

    @property
    def rank(self) -> tuple[int, int, int]:
        """Return what the nearest of many is found by: the verdict, the marks shared, the score."""
        order = (Likeness.DIFFERENT, Likeness.SIMILAR, Likeness.SAME)
        return order.index(self.likeness), self.tax * 2 + self.web + self.mail, self.score


@dataclass(frozen=True)
class Claim:
    """Something alive at a customer: whose it is, and until when it is protected (None: it is not)."""

    partner_id: int
    until: date | None = None
    shared: bool = False


@dataclass(frozen=True)
class Answer:
    """What a partner is told: the verdict and, when protected, the last day; `own` when it is protected for itself."""

    verdict: Verdict
    until: date | None = None
    own: bool = False


# ---------------------------------------------------------------- who a customer is


def identity(
    name: str,
    country: str | None = None,
    website: str | None = None,
    email: str | None = None,
    tax_number: str | None = None,
    *,
    but: Collection[str] = (),
) -> Identity:
    """Return by what a customer is known again; `but` are domains that are not the customer's (the partner's own).

    Raises RuleBroken at the field for a name that is none.
    """
    written = " ".join(name.split())
    if len(written) > LONGEST:
        raise RuleBroken(
            f"A company name has at most {LONGEST} letters, and this text has {len(written):,}. "
            "Write the name only.",
            "customer",
        )
    at = (country or "").strip().upper() or None
    web, mail = domain_of(website), mail_domain_of(email)
    tax = tax_number_of(tax_number, at if at and len(at) == CODE else None)
    return Identity(
        folded(written),
        at,
        frozenset() if web is None or web in but else frozenset({web}),
        frozenset() if mail is None or mail in but else frozenset({mail}),
        frozenset() if tax is None else frozenset({tax}),
    )


@cache
def _suffixes() -> TLDExtract:
    """Return the list of public suffixes that came with the library: nothing is fetched, nothing is kept."""
    from tldextract import TLDExtract  # noqa: PLC0415 - read once, when the first question is asked

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)
_ENDS_HOST = re.compile(r"[/\\?#\s,;|]")


def domain_of(website: str | None) -> str | None:
    """Return the registrable domain of a web address, however it was written; None where it names no company."""
    text = (website or "").strip()
    if not text.lower().startswith(("http:", "https:")) and ":" in text and "://" not in text:
        text = text.partition(":")[0]  # a port
    text = _ENDS_HOST.split(_SCHEME.sub("", text, count=1), maxsplit=1)[0]
    domain = _registrable(text.rpartition("@")[2])
    return None if domain is None or is_shared_site(domain) else domain


def mail_domain_of(email: str | None) -> str | None:
    """Return the registrable domain of a mail address; None for free mail."""
    _, at, host = (email or "").strip().strip("<>").rpartition("@")
    domain = _registrable(host) if at else None
    return None if domain is None or is_free_mail(domain) else domain


@lru_cache(maxsize=4096)
def _registrable(host: str) -> str | None:
    """Return the part of a host that somebody registered; under an ending nobody lists, its last two labels."""
    host = host.partition(":")[0].strip(".").lower()
    if not host or len(host) > LONGEST_HOST or "." not in unicodedata.normalize("NFKC", host):
        return None
    try:
        ascii_host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        if not re.fullmatch(r"[a-z0-9_.-]+", host):
            return None
        ascii_host = host
    labels = ascii_host.split(".")
    if labels[-1].isdigit():
        return None  # an address of a machine
    found = _suffixes().extract_str(ascii_host)
    if found.domain and found.suffix:
        return f"{found.domain}.{found.suffix}"
    return None if found.suffix else ".".join(labels[-2:])


_TAX_WORDS = re.compile(
    r"^(VATREGNO|VATREG|VATNO|VATID|VATNR|VAT|USTIDNR|USTID|UST|STNR|TAXNO|TAXID|TAX|EIN|TIN|ABN|GSTIN|GST|NIP|NIF|CIF"
    r"|PIVA|TVA|IVA|INN|ORGNR|ORG|MOMS|BTW)(?=[A-Z]{0,2}\d)"
)
_TAX_ENDINGS = re.compile(r"(?<=\d)(MWST|TVA|IVA|VAT|MVA|HR)$")
_BEGINS_WITH_COUNTRY = re.compile(r"[A-Z]{2}[A-Z]?\d")
_ALSO = {"EL": "GR", "XI": "GB"}
"""Prefixes of numbers that are another country's code."""


def tax_number_of(written: str | None, country: str | None = None) -> str | None:
    """Return a tax number as it is compared: letters and digits, its country before it; None where it is none."""
    plain = "".join(_digit(each) for each in unicodedata.normalize("NFKC", written or "").upper())
    number = _TAX_ENDINGS.sub("", _TAX_WORDS.sub("", plain))
    digits = [each for each in number if each.isdigit()]
    if (
        not SHORTEST_TAX <= len(number) <= LONGEST_TAX
        or len(digits) < SHORTEST_TAX - 1
        or len(set(digits)) == 1
    ):
        return None
    prefix = _ALSO.get(number[:2], number[:2])
    if country is not None:
        at = country.upper()
        return at + (number[2:] if prefix == at and not number[:2].isdigit() else number)
    return prefix + number[2:] if _BEGINS_WITH_COUNTRY.match(number) else number


def _digit(each: str) -> str:
    """Return a letter or digit in plain writing, nothing for anything else."""
    if each.isascii():
        return each if each.isalnum() else ""
    value = unicodedata.decimal(each, None)
    return "" if value is None else str(value)


# ---------------------------------------------------------------- whether two are one


def score_of(one: str, other: str) -> int:
    """Return how alike two folded names are, from 0 to 100."""
    if not one or not other:
        return 0
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return 100
    short, long = sorted((one, other), key=len)
    whole = max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))
    if min(len(one), len(other)) <= BEGINS_WITH:
        whole = min(whole, ALIKE - 1)  # a letter apart in so short a name is another name
    begins = BEGINS if len(short) >= BEGINS_WITH and long.startswith(short + " ") else 0
    return max(min(int(whole), 99), begins)


def alike(name: str, others: Sequence[str]) -> dict[int, int]:
    """Return the places of the folded names that are alike, with their scores; thousands in a few milliseconds."""
    bare = name.replace(" ", "")
    places = {
        place
        for place, other in enumerate(others)
        if other.startswith(name + " ") or name.startswith(other + " ") or other.replace(" ", "") == bare
    }
    for scorer in (fuzz.ratio, fuzz.token_sort_ratio):
        places |= {
            place
            for _, _, place in process.extract(name, others, scorer=scorer, score_cutoff=ALIKE, limit=None)
        }
    scores = {place: score_of(name, others[place]) for place in places}
    return {place: score for place, score in scores.items() if score >= ALIKE}


def compared(one: Identity, other: Identity) -> Match:
    """Return how two customers compare."""
    web, mail, tax = (bool(a & b) for a, b in _marks(one, other))
    score = score_of(one.name, other.name)
    contradicts = _contradicts(one, other)
    if web or mail or tax:
        return Match(Likeness.SAME, score, web, mail, tax, contradicts)
    is_one_country = one.country is not None and one.country == other.country
    if score < ALIKE or (one.country and other.country and not is_one_country):
        likeness = Likeness.DIFFERENT
    elif score >= SAME and is_one_country and not contradicts:
        likeness = Likeness.SAME
    else:
        likeness = Likeness.SIMILAR
    return Match(likeness, score, contradicts=contradicts)


def is_the_same(one: Identity, other: Identity) -> bool:
    """Say whether two are written down as one customer: the same, or the very name where neither country is known."""
    if compared(one, other).likeness is Likeness.SAME:
        return True
    return one.name == other.name and one.country == other.country and not _contradicts(one, other)


def _marks(one: Identity, other: Identity) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
    return (
        (one.web, other.domains),
        (one.mail, other.domains),
        (one.tax, other.tax),
    )


def _contradicts(one: Identity, other: Identity) -> bool:
    """Say whether a mark of one kind says that these are two: both have it, and share none."""
    pairs = ((one.tax, other.tax), (one.web, other.web))
    return any(a and b and a.isdisjoint(b) for a, b in pairs)


# ---------------------------------------------------------------- what somebody who asks is told


def answer_to(partner_id: int | None, found: Iterable[tuple[Likeness, Collection[Claim]]]) -> Answer:
    """Return the answer to a partner (None: the vendor itself) from the claims at the customers found."""
    theirs: list[date] = []
    own: list[date] = []
    is_to_look_at = False
    for likeness, claims in found:
        for claim in claims:
            mine = claim.partner_id == partner_id
            if likeness is Likeness.SAME and claim.until is not None:
                (own if mine else theirs).append(claim.until)
            elif not mine and likeness is not Likeness.DIFFERENT:
                is_to_look_at = True
    if own:  # also where it is shared with somebody else
        return Answer(Verdict.PROTECTED, max(own), own=True)
    if theirs:
        return Answer(Verdict.PROTECTED, max(theirs))
    return Answer(Verdict.LOOK if is_to_look_at else Verdict.FREE)


def last_day(today: date, days: int) -> date:
    """Return the last day of a protection of so many days, today being the first."""
    return today + timedelta(days=days - 1)


def extended(until: date, days: int) -> date:
    """Return the last day of a protection that is extended by so many days."""
    return until + timedelta(days=days)
