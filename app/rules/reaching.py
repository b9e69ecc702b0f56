"""How somebody is reached, as people type it: e-mail, phone, website, country. What cannot be is refused in words.

A phone number is read as in the country given with it and kept in its international form; one from abroad begins with
a plus. A website keeps its path but needs no `https://`. A country is its two letters by ISO 3166.
"""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from babel import Locale
from phonenumbers import NumberParseException, PhoneNumberFormat

from app.rules.refusals import RuleBroken, shown

_ADDRESS = re.compile(r"[^@\s<>,;\"()]{1,64}@[^@\s<>,;\"()./]+(\.[^@\s<>,;\"()./]+)+")
_WEBSITE = re.compile(r"(https?://)?[^\s/.@<>\"]+(\.[^\s/.@<>\"]+)+(:[0-9]{1,5})?([/?#]\S*)?", re.IGNORECASE)


def email(text: str, field: str = "email") -> str:
    """Return an e-mail address, or refuse what is none."""
    if not _ADDRESS.fullmatch(text):
        raise RuleBroken("This is not an e-mail address. Write it like anna@bakery.example.", field)
    return text


def website(text: str, field: str = "website") -> str:
    """Return the address of a website, or refuse what is none."""
    if not _WEBSITE.fullmatch(text):
        raise RuleBroken("This is not a website. Write it like bakery.example.", field)
    return text


def country(text: str, field: str = "country") -> str:
    """Return the two letters of a country, or refuse what is none."""
    if text.upper() not in countries():
        raise RuleBroken(f"{shown(text)} is not a country. Write its two letters, such as DE.", field)
    return text.upper()


def phone(text: str, country: str | None, field: str = "phone") -> str:
    """Return a phone number in its international form, or refuse what is none."""
    region = country.upper() if country and country.upper() in countries() else None
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        begins = "" if region else ", beginning with + and the code of the country,"
        raise RuleBroken(f"This is not a phone number. Write it{begins} like +49 30 123456.", field)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


@cache
def countries(locale: str = "en") -> dict[str, str]:
    """Return every country's two letters with its name in a language, by name."""
    known = Locale.parse(locale).territories
    return {
        code: name
        for code, name in sorted(known.items(), key=lambda item: item[1].casefold())
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY  # noqa: PLR2004 - ISO 3166 alpha-2
    }


_NO_COUNTRY = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
